"""Pydantic models of tables: what a service takes and answers."""

import base64
import datetime
import re
import typing
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AliasChoices,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    PlainSerializer,
    WithJsonSchema,
    create_model,
)
from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    String,
    Time,
    Uuid,
    inspect,
)
from sqlalchemy.dialects.postgresql import INTERVAL
from sqlalchemy.sql.elements import BinaryExpression, BindParameter
from sqlalchemy.sql.operators import in_op
from sqlalchemy.types import TypeEngine

from msm.base import MarketsModel
from msm.errors import SchemaError
from msm.rows.keys import table_of
from msm.values.decorated import is_decorated
from msm.values.encode import size_fault

__all__ = ["schema_of", "type_of"]

# Pydantic would cut them off without a word.
NANOSECONDS = re.compile(r"[.,]\d{7}")
# Pydantic would take it for seconds since 1970, also 20260105.
NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)\s*")
DECIMAL = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$"
# Names that a field of pydantic cannot have: these columns are fields with an alias.
TAKEN = frozenset(dir(BaseModel))


def schema_of(
    model: type[MarketsModel],
    *,
    write: bool = False,
    exclude: Sequence[str] = (),
    name: str | None = None,
) -> type[BaseModel]:
    """A pydantic model of a table, with the columns in their order.

    Nullability, lengths, precisions, enumerations and comments are those of the columns, datetimes
    are aware, NUMERIC is text in JSON, BYTEA base64, and NaN the text "NaN". It also validates
    instances and rows of a result: ``schema_of(Asset).model_validate(asset)``. Annotate the
    variable that holds it, as in ``Price: Any = schema_of(Bar)``: then type checkers accept it as a
    type.

    Args:
        model: the model of the table.
        write: whether it is for what clients send. Then a column with a default may be left out,
            computed columns are absent, other keys are refused, and a decimal number has to be
            text or an integer, because a JSON number has no exact digits.
        exclude: columns to leave out.
        name: the name of the schema; by default that of the model, and ``...Write`` with ``write``.

    Raises:
        SchemaError: ``exclude`` names no column, or the type of a column has no schema.
    """
    columns = table_of(model).columns
    unknown = sorted(set(exclude) - set(columns.keys()))
    if unknown:
        raise SchemaError(
            f"{model.__name__} has no column {', '.join(map(repr, unknown))} to exclude from its "
            f"schema; it has {', '.join(columns.keys())}.",
            model=model.__name__,
        )
    enumerations = dict(_enumerations(model))
    fields: dict[str, Any] = {}
    for name_of_column, column in columns.items():
        if name_of_column in exclude or (write and _is_generated(column)):
            continue
        attribute = inspect(model).get_property_by_column(column).key
        kind = _type_of_column(model, attribute, column, enumerations, write=write)
        hidden = name_of_column in TAKEN or name_of_column.startswith("_")
        field = f"column_{name_of_column.strip('_')}" if hidden else name_of_column
        fields[field] = (kind, _field(column, attribute, write=write))
    config = ConfigDict(
        from_attributes=True,
        extra="forbid" if write else "ignore",
        protected_namespaces=(),
        ser_json_inf_nan="strings",
        serialize_by_alias=True,
    )
    return create_model(
        name or (f"{model.__name__}Write" if write else model.__name__),
        __config__=config,
        __doc__=(model.__metatable_description__ or "").partition("\n")[0],
        __module__=model.__module__,
        **fields,
    )


def type_of(kind: TypeEngine[Any], *, write: bool = False) -> Any:
    """What pydantic has for a type of PostgreSQL.

    Args:
        kind: a type of ``msm.column_types``.
        write: whether it is for what clients send.
    """
    match kind:
        case String():
            return Annotated[str, Field(max_length=kind.length)]
        case Boolean():
            return bool
        case Integer():
            most = 2 ** (_bits(kind) - 1)
            return Annotated[int, BeforeValidator(_without_bool), Field(ge=-most, lt=most)]
        case Float():
            return Annotated[float, BeforeValidator(_without_bool)]
        case Numeric():
            return _decimal(kind, write=write)
        case Uuid():
            return uuid.UUID
        case DateTime():
            return Annotated[AwareDatetime, BeforeValidator(_iso)]
        case Date():
            return Annotated[datetime.date, BeforeValidator(_day)]
        case Time():
            return Annotated[datetime.time, BeforeValidator(_iso)]
        case INTERVAL():
            return datetime.timedelta
        case LargeBinary():
            return BASE64
        case JSON():
            return JsonValue
        case ARRAY():
            return list[type_of(kind.item_type, write=write) | None]  # type: ignore[misc]
    raise AssertionError(f"{kind!r} is not a type of msm.column_types")


def _enumerations(model: type[MarketsModel]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The values of each column that a Literal or a StrEnum annotates, from its CHECK."""
    for constraint in table_of(model).constraints:
        match constraint:
            case CheckConstraint(
                sqltext=BinaryExpression(
                    left=Column() as column, operator=operator, right=BindParameter() as values
                )
            ) if operator is in_op:
                yield column.name, tuple(values.value or ())


def _is_generated(column: Column[Any]) -> bool:
    """Whether PostgreSQL refuses a value for a column."""
    identity = column.identity
    return column.computed is not None or (identity is not None and bool(identity.always))


def _type_of_column(
    model: type[MarketsModel],
    attribute: str,
    column: Column[Any],
    enumerations: Mapping[str, tuple[str, ...]],
    *,
    write: bool,
) -> Any:
    if (values := enumerations.get(column.name)) is not None:
        kind: Any = Literal[values]
    elif is_decorated(column.type):
        kind = _annotation(model, attribute)
    else:
        kind = type_of(column.type, write=write)
    return kind | None if column.nullable else kind


def _annotation(model: type[MarketsModel], attribute: str) -> Any:
    """The Python type of a column that has a TypeDecorator, which only its annotation says."""
    annotated = typing.get_type_hints(model).get(attribute)
    if annotated is None:
        raise SchemaError(
            f"{model.__name__}.{attribute} has a TypeDecorator and no annotation; annotate it as "
            "Mapped[...] of its Python type, or exclude it from the schema.",
            model=model.__name__,
        )
    (kind,) = typing.get_args(annotated)
    return kind


def _field(column: Column[Any], attribute: str, *, write: bool) -> Any:
    facts: dict[str, Any] = {
        "description": column.comment,
        # An instance has it under its attribute, a row and a document under its name.
        "validation_alias": column.name if write else AliasChoices(attribute, column.name),
        "serialization_alias": column.name,
    }
    if write and (column.server_default is not None or column.identity is not None):
        # A default of None would be documented, and null is not what PostgreSQL would store.
        return Field(default_factory=lambda: None, **facts)
    if write and column.nullable:
        return Field(default=None, **facts)
    return Field(**facts)


def _bits(kind: Integer) -> int:
    match kind:
        case SmallInteger():
            return 16
        case BigInteger():
            return 64
    return 32


def _decimal(kind: Numeric[Any], *, write: bool) -> Any:
    digits = Field(
        max_digits=kind.precision,
        decimal_places=None if kind.precision is None else kind.scale or 0,
        allow_inf_nan=not write,
    )
    schema = {"type": "string", "format": "decimal", "pattern": DECIMAL}
    if write:
        return Annotated[
            Decimal,
            digits,
            BeforeValidator(_without_float),
            AfterValidator(_storable),
            WithJsonSchema(schema),
        ]
    del schema["pattern"]
    return Annotated[Decimal, Field(allow_inf_nan=True), WithJsonSchema(schema)]


def _without_float(value: Any) -> Any:
    if isinstance(value, float | bool):
        # A TypeError would leave pydantic as it is.
        raise ValueError(  # noqa: TRY004
            "send it as text, such as '1.25': a JSON number has no exact digits"
        )
    return value


def _storable(number: Decimal) -> Decimal:
    fault = size_fault(number)
    if fault is not None:
        raise ValueError(f"it {fault}")
    return number


def _without_bool(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("it is true or false, and the column has numbers")  # noqa: TRY004 - see above
    return value


def _iso(value: Any) -> Any:
    if isinstance(value, int | float) or (isinstance(value, str) and NUMBER.fullmatch(value)):
        raise ValueError("it is a number; send ISO text with separators, such as '2026-01-05'")
    if isinstance(value, str) and NANOSECONDS.search(value):
        raise ValueError("it has nanoseconds, where PostgreSQL keeps microseconds; round it")
    return value


def _day(value: Any) -> Any:
    value = _iso(value)
    if isinstance(value, str):
        with suppress(ValueError):
            value = datetime.datetime.fromisoformat(value)
    if isinstance(value, datetime.datetime) and value.utcoffset():
        raise ValueError("it is a timestamp outside of UTC; send the date that is meant")
    return value


def _from_base64(value: Any) -> Any:
    return base64.b64decode(value, validate=True) if isinstance(value, str) else value


BASE64 = Annotated[
    bytes,
    BeforeValidator(_from_base64),
    PlainSerializer(lambda value: base64.b64encode(value).decode(), when_used="json"),
    WithJsonSchema({"type": "string", "contentEncoding": "base64"}),
]
