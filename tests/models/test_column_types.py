"""Which types a column may have; any other is refused at the class, with what to use instead."""

import enum
import uuid
from typing import Any, Literal

import pytest
from sqlalchemy import (
    ARRAY,
    CHAR,
    JSON,
    REAL,
    CheckConstraint,
    DateTime,
    Enum,
    Float,
    Integer,
    Interval,
    LargeBinary,
    Numeric,
    PickleType,
    String,
    Time,
    Uuid,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

import msm.types
from msm import MarketsBase
from msm.column_types import SUPPORTED, SupportedType
from msm.errors import ModelDefinitionError
from msm.sdk import sqlalchemy_type_to_token
from msm.values.dialect import DIALECT
from tests.models.defining import columns, define

DOC = {"__doc__": "One."}
LIST = "use str, or one of bool, int,"


class Color(enum.StrEnum):
    RED = "it's red"
    BLUE = "100%"


class Level(enum.IntEnum):
    LOW = 1


class Cents(TypeDecorator[int]):
    impl = Integer
    cache_ok = True


class Address(TypeDecorator[str]):
    impl = postgresql.INET
    cache_ok = True


class Whole(Integer):
    pass


@pytest.mark.parametrize("row", SUPPORTED, ids=lambda row: row.annotation)
def test_a_supported_type_has_its_annotation_and_token(row: SupportedType) -> None:
    annotation: Any = row.python or getattr(msm.types, row.annotation)
    column = table_of(columns(value=Mapped[annotation])).c["value"]
    assert repr(column.type) == repr(row.kind)
    assert sqlalchemy_type_to_token(row.kind) == row.token


@pytest.mark.parametrize(
    ("annotation", "kind"),
    [
        (msm.types.JsonList, JSON(none_as_null=True)),
        (msm.types.JsonbList, postgresql.JSONB(none_as_null=True)),
    ],
)
def test_a_json_document_may_be_a_list(annotation: Any, kind: TypeEngine[Any]) -> None:
    column = table_of(columns(value=Mapped[annotation | None])).c["value"]
    assert (repr(column.type), column.nullable) == (repr(kind), True)


@pytest.mark.parametrize(
    ("kind", "alternative"),
    [
        (Enum("a", "b", name="letter"), "annotate it as Mapped[Literal[...]], or with an enum.Str"),
        (postgresql.ENUM("a", name="letter"), "annotate it as Mapped[Literal[...]]"),
        (Interval(), "annotate it as Mapped[datetime.timedelta]"),
        (LargeBinary(), "annotate it as Mapped[bytes]"),
        (postgresql.INET(), LIST),
        (postgresql.TSVECTOR(), LIST),
        (postgresql.INT4RANGE(), LIST),
        (postgresql.HSTORE(), LIST),
        (postgresql.MONEY(), LIST),
        (postgresql.BIT(3), LIST),
        (postgresql.OID(), LIST),
        (postgresql.JSONPATH(), LIST),
        (postgresql.DOMAIN("positive", Integer()), LIST),
        (postgresql.CITEXT(), "use str, with an index on lower() of the column"),
        (CHAR(3), "use String(n)"),
        (REAL(), "use float"),
        (Float(24), "use float"),
        (Float(asdecimal=True), "use Decimal"),
        (Numeric(asdecimal=False), "use float"),
        (Uuid(as_uuid=False), "annotate it as Mapped[uuid.UUID]"),
        (Uuid(native_uuid=False), "annotate it as Mapped[uuid.UUID]"),
        (DateTime(), "set timezone=True"),
        (postgresql.TIMESTAMP(timezone=True, precision=3), "leave the precision out"),
        (Time(timezone=True), "use datetime.datetime"),
        (postgresql.INTERVAL(precision=3), "leave the precision out"),
        (postgresql.INTERVAL(fields="DAY"), "leave the fields out"),
        (ARRAY(JSON()), "use Jsonb, which holds lists"),
        (ARRAY(Integer(), dimensions=2), "use an array of one dimension, or Jsonb"),
        (ARRAY(postgresql.INET()), LIST),
        (PickleType(), "annotate it as Mapped[bytes]"),
        (Address(), LIST),
        (Whole(), "use the type that it derives from"),
    ],
    ids=repr,
)
def test_another_type_is_refused_with_an_alternative(kind: Any, alternative: str) -> None:
    with pytest.raises(ModelDefinitionError) as caught:
        define("Quote", DOC | columns() | {"bid": mapped_column(kind)})
    said = f"Model tests.models.defining.Quote has the column bid of the type {kind!r}; "
    assert str(caught.value).startswith(said + alternative)
    assert not any(table.startswith("acme__") for table in MarketsBase.metadata.tables)


@pytest.mark.parametrize("kind", [Level, enum.Enum("Side", "BUY SELL")])
def test_an_enum_without_text_is_refused(kind: Any) -> None:
    with pytest.raises(
        ModelDefinitionError, match=r"Mapped\[Literal\[...\]\], or with an enum.Str"
    ):
        define("Quote", DOC | columns(level=Mapped[kind]))


@pytest.mark.parametrize(
    ("annotation", "nullable", "values"),
    [
        (Color, False, "'it''s red', '100%%'"),
        (Color | None, True, "'it''s red', '100%%'"),
        (Literal["buy", ":sell"], False, "'buy', ':sell'"),
    ],
)
def test_an_enumeration_is_text_with_a_check(annotation: Any, nullable: bool, values: str) -> None:
    table = table_of(columns(color=Mapped[annotation]))
    assert (repr(table.c.color.type), table.c.color.nullable) == ("String()", nullable)
    (check,) = (item for item in table.constraints if isinstance(item, CheckConstraint))
    assert str(check.name) == "ck__acme__quote__color_values"
    sql = check.sqltext.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True})
    assert str(sql) == f"acme__quote.color IN ({values})"


def test_the_contract_has_the_type_of_a_decorator() -> None:
    model = define("Quote", DOC | columns() | {"cents": mapped_column(Cents)})
    request: Any = model.build_registration_request(data_source_uid=str(uuid.UUID(int=1)))
    found = {
        item.name: (item.data_type, item.backend_type) for item in request.table_contract.columns
    }
    assert found["cents"] == ("int64", "INTEGER")


def test_a_type_can_have_a_length_or_be_decorated() -> None:
    body = {
        "code": mapped_column(String(3)),
        "codes": mapped_column(ARRAY(String(3))),
        "price": mapped_column(Numeric(38, 18)),
        "cents": mapped_column(Cents),
        "at": mapped_column(postgresql.TIMESTAMP(timezone=True)),
    }
    assert len(table_of(columns() | body).c) == 6


def table_of(body: dict[str, Any]) -> Any:
    return define("Quote", DOC | body).__table__
