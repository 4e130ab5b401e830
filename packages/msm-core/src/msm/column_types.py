"""The column types that msm supports, in one table, and what to use instead of any other."""

import datetime
import enum
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import GenericAlias
from typing import Any

from sqlalchemy import (
    ARRAY,
    CHAR,
    JSON,
    REAL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    Interval,
    LargeBinary,
    Numeric,
    SmallInteger,
    String,
    Time,
    Uuid,
)
from sqlalchemy.dialects.postgresql import BYTEA, CITEXT, INTERVAL, JSONB, TIME, TIMESTAMP
from sqlalchemy.types import NullType, TypeEngine

from msm.values.decorated import plain_type

__all__ = ["ANNOTATIONS", "SUPPORTED", "SupportedType", "alternative_to", "write_enumerations"]

# Binary digits from which PostgreSQL stores a FLOAT as DOUBLE PRECISION; with fewer it is REAL.
DIGITS_OF_DOUBLE = 25


@dataclass(frozen=True, slots=True)
class SupportedType:
    """One row of the table.

    Attributes:
        annotation: how a model says it, inside of ``Mapped[...]``.
        python: the same as an object; None for a name of ``msm.types``.
        kind: SQLAlchemy's type; one with another length or precision is supported too.
        token: what the SDK writes into the contract.
    """

    annotation: str
    python: Any
    kind: TypeEngine[Any]
    token: str


_SCALARS = (
    SupportedType("bool", bool, Boolean(), "bool"),
    SupportedType("int", int, Integer(), "int64"),
    SupportedType("float", float, Float(), "float64"),
    SupportedType("Decimal", Decimal, Numeric(), "numeric"),
    SupportedType("str", str, String(), "string"),
    SupportedType("uuid.UUID", uuid.UUID, Uuid(), "uuid"),
    SupportedType("datetime.date", datetime.date, Date(), "date"),
    SupportedType(
        "datetime.datetime",
        datetime.datetime,
        DateTime(timezone=True),
        "timestamp with time zone",
    ),
    SupportedType("datetime.time", datetime.time, Time(), "TIME"),
    # SQLAlchemy's own types of these two are DATETIME and BLOB in the contract.
    SupportedType("datetime.timedelta", datetime.timedelta, INTERVAL(), "INTERVAL"),
    SupportedType("bytes", bytes, BYTEA(), "BYTEA"),
)
SUPPORTED = (
    *_SCALARS,
    SupportedType("SmallInt", None, SmallInteger(), "int16"),
    SupportedType("BigInt", None, BigInteger(), "int64"),
    SupportedType("Json", None, JSON(none_as_null=True), "json"),
    SupportedType("Jsonb", None, JSONB(none_as_null=True), "jsonb"),
    *(
        SupportedType(
            f"list[{row.annotation}]", GenericAlias(list, (row.python,)), ARRAY(row.kind), "ARRAY"
        )
        for row in _SCALARS
    ),
)
# For SQLAlchemy's type_annotation_map. It makes text of a Literal by itself, and not of a StrEnum.
ANNOTATIONS: Mapping[Any, TypeEngine[Any]] = {
    enum.StrEnum: Enum(enum.StrEnum, native_enum=False),
    **{row.python: row.kind for row in SUPPORTED if row.python is not None},
}
_KINDS = tuple({type(row.kind) for row in SUPPORTED})


def alternative_to(kind: TypeEngine[Any]) -> str | None:
    """What to use instead of a type that is not supported; None for a supported one."""
    kind = plain_type(kind)
    if (alternative := _alternative_by_class(kind)) is not None:
        return alternative
    if not type(kind).__module__.startswith("sqlalchemy."):
        return "use the type that it derives from, or put that into a TypeDecorator"
    if isinstance(kind, ARRAY):
        if kind.dimensions not in {None, 1}:
            return "use an array of one dimension, or Jsonb"
        if isinstance(kind.item_type, JSON | ARRAY):
            return "use Jsonb, which holds lists"
        return alternative_to(kind.item_type)
    return _alternative_by_option(kind)


def _alternative_by_class(kind: TypeEngine[Any]) -> str | None:
    # Some of these are subclasses of supported ones, which do not behave as those do.
    match kind:
        case NullType():
            return "annotate it, such as Mapped[uuid.UUID]"
        case Enum():
            return (
                "annotate it as Mapped[Literal[...]], or with an enum.StrEnum: that is text with a "
                "CHECK, while downgrade() would leave a type of PostgreSQL behind"
            )
        case Interval():
            return "annotate it as Mapped[datetime.timedelta], which is INTERVAL"
        case LargeBinary() if not isinstance(kind, BYTEA):
            return "annotate it as Mapped[bytes], which is BYTEA"
        case CITEXT():
            return "use str, with an index on lower() of the column"
        case CHAR():
            return "use String(n): PostgreSQL fills CHAR(n) up with blanks"
        case REAL():
            return "use float: REAL would cut digits off"
        case _ if not isinstance(kind, _KINDS):
            return f"use str, or one of {', '.join(row.annotation for row in SUPPORTED)}"
    return None


def _alternative_by_option(kind: TypeEngine[Any]) -> str | None:
    match kind:
        case Float(precision=int(digits)) if digits < DIGITS_OF_DOUBLE:
            return "use float: REAL would cut digits off"
        case Float(asdecimal=True):
            return "use Decimal, which is NUMERIC"
        case Numeric(asdecimal=False) if not isinstance(kind, Float):
            return "use float, or leave asdecimal out"
        case Uuid() if not (kind.as_uuid and kind.native_uuid):
            return "annotate it as Mapped[uuid.UUID]"
        case DateTime(timezone=False):
            return "set timezone=True: a time without a zone is another moment in each of them"
        case Time(timezone=True):
            return "use datetime.datetime: a zone has no meaning without a day"
        case TIMESTAMP(precision=int()) | TIME(precision=int()) | INTERVAL(precision=int()):
            return "leave the precision out: PostgreSQL would round values"
        case INTERVAL(fields=str()):
            return "leave the fields out: PostgreSQL would cut values off"
    return None


def write_enumerations(columns: Iterable[Column[Any]]) -> None:
    """Make text of each enumeration, with a CHECK of its values.

    An enumeration is a ``Literal`` or an ``enum.StrEnum``. Other enums keep their type, which is
    refused later.
    """
    for column in columns:
        match column.type:
            case Enum(native_enum=False, enum_class=None) as kind:
                values = kind.enums
            case Enum(native_enum=False, enum_class=type() as members) if issubclass(
                members, enum.StrEnum
            ):
                values = [member.value for member in members]
            case _:
                continue
        column.type = String()
        # Its table gets the constraint together with the column.
        CheckConstraint(column.in_(values), name=f"{column.name}_values")
