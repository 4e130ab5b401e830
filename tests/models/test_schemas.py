"""A schema has what the columns of its table have, and takes every type that msm supports."""

import datetime
import enum
import json
import uuid
from decimal import Decimal
from typing import Any, Literal

import pytest
from pydantic import ValidationError
from sqlalchemy import Computed, Identity, Numeric, String, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

import msm.types
from msm.api import schema_of
from msm.base import MarketsModel
from msm.column_types import SUPPORTED, SupportedType
from msm.errors import SchemaError
from msm.models import Asset, markets_sqlalchemy_models
from tests.models.defining import columns, define

DOC = {"__doc__": "One thing.\n\nAnd more."}
DAY = datetime.datetime(2025, 1, 2, 3, 4, 5, 678901, tzinfo=datetime.UTC)
# A value of each Python type, and the same in JSON.
VALUES: dict[Any, tuple[Any, Any]] = {
    bool: (True, True),
    int: (-7, -7),
    float: (float("inf"), "Infinity"),
    Decimal: (Decimal("1.250"), "1.250"),
    str: ("x", "x"),
    uuid.UUID: (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    datetime.date: (DAY.date(), "2025-01-02"),
    datetime.datetime: (DAY, "2025-01-02T03:04:05.678901Z"),
    datetime.time: (DAY.time(), "03:04:05.678901"),
    datetime.timedelta: (datetime.timedelta(days=1, seconds=2), "P1DT2S"),
    bytes: (b"\xff\x00", "/wA="),
}


class Color(enum.StrEnum):
    RED = "red"
    BLUE = "blue"


class Upper(TypeDecorator[str]):
    impl = String
    cache_ok = True


def value_of(row: SupportedType) -> tuple[Any, Any]:
    """A value of a supported type, and the same in JSON."""
    match row.annotation:
        case "SmallInt" | "BigInt":
            return -7, -7
        case "Json" | "Jsonb":
            return {"a": [1, None]}, {"a": [1, None]}
    if (found := VALUES.get(row.python)) is not None:
        return found
    value, sent = VALUES[row.python.__args__[0]]
    return [value, None], [sent, None]


def model_of(row: SupportedType) -> type[MarketsModel]:
    named: Any = getattr(msm.types, row.annotation) if row.python is None else row.python
    return define("Kinds", DOC | columns(value=Mapped[named]))


@pytest.mark.parametrize("row", SUPPORTED, ids=lambda row: row.annotation)
def test_every_supported_type_comes_and_goes(row: SupportedType) -> None:
    model = model_of(row)
    value, sent = value_of(row)
    read: Any = schema_of(model).model_validate(model(uid=uuid.UUID(int=2), value=value))
    assert json.loads(read.model_dump_json())["value"] == sent
    written: Any = schema_of(model, write=True).model_validate({"value": sent})
    assert written.model_dump(exclude_unset=True) == {"value": value}
    for schema in (type(read), type(written)):
        assert schema.model_json_schema(mode="serialization")["properties"]["value"]


def test_every_table_of_ours_has_both_schemas() -> None:
    for model in markets_sqlalchemy_models():
        names = [column.name for column in model.__table__.columns]
        read = schema_of(model).model_json_schema(mode="serialization")
        assert list(read["properties"]) == names
        assert list(schema_of(model, write=True).model_json_schema()["properties"]) == names


def test_a_schema_says_what_the_columns_say() -> None:
    described = schema_of(Asset).model_json_schema(mode="serialization")
    assert described["title"] == "Asset"
    assert described["description"] == (
        "One tradable or reference instrument, known everywhere by its unique identifier."
    )
    assert described["required"] == ["uid", "unique_identifier", "asset_type"]
    assert described["properties"]["unique_identifier"] == {
        "title": "Unique Identifier",
        "type": "string",
        "maxLength": 255,
        "description": "Business key; time series refer to the asset by it.",
    }
    assert [part["type"] for part in described["properties"]["asset_type"]["anyOf"]] == [
        "string",
        "null",
    ]


def written_model() -> type[MarketsModel]:
    annotated = columns(
        number=Mapped[int],
        size=Mapped[Decimal],
        state=Mapped[Literal["open", "closed"]],
        color=Mapped[Color | None],
        rank=Mapped[msm.types.SmallInt],
        twice=Mapped[int],
        total=Mapped[Decimal | None],
        at=Mapped[datetime.datetime | None],
        on=Mapped[datetime.date | None],
        share=Mapped[float | None],
    )
    return define(
        "Written",
        DOC
        | annotated
        | {
            "number": mapped_column(Identity(always=True)),
            "size": mapped_column(Numeric(5, 2), server_default=text("0")),
            "twice": mapped_column(Computed("rank * 2")),
            "total": mapped_column(Numeric()),
        },
    )


def test_a_schema_to_write_leaves_generated_columns_out() -> None:
    described = schema_of(written_model(), write=True).model_json_schema()
    names = ["uid", "size", "state", "color", "rank", "total", "at", "on", "share"]
    assert list(described["properties"]) == names
    assert described["required"] == ["state", "rank"]
    # What is left out gets the default of the database, and null is no value of it.
    assert "default" not in described["properties"]["size"]
    assert described["additionalProperties"] is False


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"state": "ajar"}, "state"),
        ({"color": "green"}, "color"),
        ({"rank": 40_000}, "rank"),
        ({"size": 1.25}, "size"),
        ({"size": "1234.5"}, "size"),
        ({"size": "NaN"}, "size"),
        ({"size": None}, "size"),
        ({"total": "1E+131072"}, "total"),
        ({"total": "1E+99999999999999"}, "total"),
        ({"total": "-1E-16384"}, "total"),
        ({"at": "2025-01-02T00:00:00"}, "at"),
        ({"at": "2025-01-02T00:00:00.1234567Z"}, "at"),
        ({"at": "2025-01-02T00:00:00,1234567Z"}, "at"),
        ({"at": "20250102"}, "at"),
        ({"at": "-.5"}, "at"),
        ({"at": 20250102}, "at"),
        ({"at": 1735776000.1234567}, "at"),
        ({"on": "20250102"}, "on"),
        ({"on": 86400}, "on"),
        ({"on": "2025-01-02T00:00:00-05:00"}, "on"),
        ({"on": "2025-01-02T01:00:00Z"}, "on"),
        ({"rank": True}, "rank"),
        ({"share": True}, "share"),
        ({"twice": 4}, "twice"),
        ({"sizes": "1"}, "sizes"),
    ],
    ids=lambda value: str(value),
)
def test_what_a_column_cannot_take_is_refused(wrong: dict[str, Any], where: str) -> None:
    schema = schema_of(written_model(), write=True)
    largest: dict[str, Any] = {"size": "1.25", "total": "9E+131071", "color": "red"}
    largest |= {"at": "2025-01-02T00:00:00.123456Z", "on": "2025-01-02T00:00:00Z", "share": 1}
    schema.model_validate({"state": "open", "rank": 3} | largest)
    with pytest.raises(ValidationError) as caught:
        schema.model_validate({"state": "open", "rank": 3} | wrong)
    assert {error["loc"][0] for error in caught.value.errors()} == {where}


def test_a_number_that_is_not_finite_is_read() -> None:
    model = written_model()
    row = model(uid=uuid.UUID(int=1), number=1, size=Decimal("NaN"), state="open", rank=1, twice=2)
    read: Any = schema_of(model).model_validate(row)
    assert json.loads(read.model_dump_json())["size"] == "NaN"


def test_a_column_keeps_its_name_where_its_attribute_differs() -> None:
    model = define(
        "Renamed", DOC | columns(metadata_=Mapped[str]) | {"metadata_": mapped_column("metadata")}
    )
    read: Any = schema_of(model).model_validate(model(uid=uuid.UUID(int=1), metadata_="a"))
    assert json.loads(read.model_dump_json())["metadata"] == "a"
    written: Any = schema_of(model, write=True).model_validate({"metadata": "b"})
    assert written.model_dump(exclude_unset=True) == {"metadata": "b"}


def test_a_column_may_have_a_name_of_pydantic() -> None:
    model = define("Named", DOC | columns(schema=Mapped[str], copy=Mapped[str | None]))
    read: Any = schema_of(model).model_validate(model(uid=uuid.UUID(int=1), schema="a"))
    assert json.loads(read.model_dump_json()) == {
        "uid": str(uuid.UUID(int=1)),
        "schema": "a",
        "copy": None,
    }
    written: Any = schema_of(model, write=True).model_validate({"schema": "b"})
    assert written.model_dump(exclude_unset=True) == {"schema": "b"}


def test_a_decorated_column_has_its_annotation() -> None:
    model = define("Decorated", DOC | columns(code=Mapped[str]) | {"code": mapped_column(Upper(3))})
    assert schema_of(model).model_json_schema()["properties"]["code"]["type"] == "string"


def test_a_decorated_column_without_annotation_is_refused() -> None:
    model = define("Bare", DOC | columns() | {"code": mapped_column(Upper(3))})
    with pytest.raises(SchemaError, match=r"Bare\.code has a TypeDecorator and no annotation"):
        schema_of(model)
    assert list(schema_of(model, exclude=["code"]).model_fields) == ["uid"]


def test_a_mistyped_exclusion_is_refused() -> None:
    with pytest.raises(SchemaError) as caught:
        schema_of(Asset, exclude=["uuid"])
    assert str(caught.value) == (
        "Asset has no column 'uuid' to exclude from its schema; it has uid, unique_identifier, "
        "asset_type."
    )
    assert caught.value.model == "Asset"


def test_a_schema_takes_another_name() -> None:
    assert schema_of(Asset, write=True).__name__ == "AssetWrite"
    assert schema_of(Asset, name="Instrument").__name__ == "Instrument"
