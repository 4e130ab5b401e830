"""PostgreSQL's text for Python values, column by column, and what a column does not take.

A column of a batch travels as one array literal such as ``{1.5,NaN,NULL}``. In it NaN, infinities,
64-bit integers, 38-digit numerics and microseconds are what PostgreSQL reads them as, where JSON
would lose them.
"""

import datetime
import json
import numbers
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd
from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    Numeric,
    SmallInteger,
    String,
    Text,
    Uuid,
)
from sqlalchemy.types import TypeEngine

from msm.errors import StatementError
from msm.values.encode import why_no_moment

__all__ = [
    "NULL",
    "ColumnText",
    "TooLargeValueError",
    "UnfitValueError",
    "array_literal",
    "column_text",
]

NULL = "NULL"
# Above it not every integer is a float, so that a float no longer says which one is meant.
MAX_EXACT_FLOAT = 2**53
INTEGER_BITS: tuple[tuple[type[Integer], int], ...] = (
    (SmallInteger, 16),
    (BigInteger, 64),
    (Integer, 32),
)


class UnfitValueError(Exception):
    """A column does not take a value; the message says why."""


class TooLargeValueError(UnfitValueError):
    """A value is of the column's type, and longer or larger than the column takes."""


@dataclass(frozen=True, slots=True)
class ColumnText:
    """How the values of one column travel.

    Attributes:
        write: PostgreSQL's text for a value that is not None, as an element of an array literal;
            raises UnfitValueError for a value that the column does not take.
        carrier: the type of the array's elements. It is wider than the column's where a cast would
            cut a value silently: the column refuses what the cast would change.
    """

    write: Callable[[Any], str]
    carrier: TypeEngine[Any]


def column_text(column: Column[Any]) -> ColumnText:
    """How the values of a column travel.

    Raises:
        StatementError: the column's type is none that rows can be written with.
    """
    kind = column.type
    match kind:
        case Boolean():
            return ColumnText(_boolean, kind)
        case Integer():
            return ColumnText(_integer_writer(kind), kind)
        case Float():
            return ColumnText(_float, kind)
        case Numeric():
            return ColumnText(_numeric_writer(kind), Numeric())
        case Uuid():
            return ColumnText(_uuid, kind)
        case DateTime() if kind.timezone:
            return ColumnText(_timestamp, kind)
        case Date():
            return ColumnText(_date, kind)
        case JSON():
            return ColumnText(_json, kind)
        case ARRAY() if kind.dimensions in {None, 1}:
            return ColumnText(_array_writer(column, kind), Text())
        case String() if not isinstance(kind, Enum):
            return ColumnText(_string_writer(kind.length), Text())
    raise StatementError(
        f"{column} has the type {kind!r}, which rows cannot be written with; write it with "
        "execute() and a statement that casts the value."
    )


def array_literal(elements: list[str]) -> str:
    """The literal of a one-dimensional array, from the texts of its elements."""
    return "{" + ",".join(elements) + "}"


def _unfit(value: Any, needed: str) -> UnfitValueError:
    return UnfitValueError(f"{needed} is needed, not {type(value).__name__}")


def _quoted(text: str) -> str:
    if "\x00" in text:
        raise UnfitValueError("a NUL, which PostgreSQL's text cannot hold")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise UnfitValueError("half of a surrogate pair, which is no text") from error
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _boolean(value: Any) -> str:
    if value is True or value is False:
        return "t" if value else "f"
    if pd.api.types.is_bool(value):  # numpy's
        return _boolean(bool(value))
    raise _unfit(value, "a bool")


def _float(value: Any) -> str:
    if type(value) is float:
        return repr(value)
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise _unfit(value, "a float")
    try:
        return repr(float(value))
    except OverflowError as error:
        raise TooLargeValueError("too large for a float") from error


def _integer_writer(kind: Integer) -> Callable[[Any], str]:
    bits = next(bits for integer, bits in INTEGER_BITS if isinstance(kind, integer))
    bound = 1 << (bits - 1)

    def write(value: Any) -> str:
        number = value if type(value) is int else _whole(value)
        if not -bound <= number < bound:
            raise TooLargeValueError(f"too large for the column's {bits} bits")
        return str(number)

    return write


def _whole(value: Any) -> int:
    """An integer of another type; pandas makes floats of integers where some are missing."""
    if isinstance(value, bool):
        raise _unfit(value, "an int")
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, float) and value.is_integer() and abs(value) <= MAX_EXACT_FLOAT:
        return int(value)
    raise _unfit(value, "an int")


def _numeric_writer(kind: Numeric[Any]) -> Callable[[Any], str]:
    precision, scale = kind.precision, kind.scale or 0

    def write(value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, Decimal | numbers.Integral):
            raise _unfit(value, "a Decimal or an int")
        number = value if isinstance(value, Decimal) else Decimal(int(value))
        if number.is_snan() or (number.is_infinite() and precision is not None):
            raise TooLargeValueError("no number that the column can hold")
        text = f"{number:f}"
        if number.is_finite() and precision is not None:
            whole, _, fraction = text.partition(".")
            if len(fraction.rstrip("0")) > scale:
                raise UnfitValueError(f"more than {scale} digits after the point")
            if len(whole.lstrip("-0")) > precision - scale:
                raise TooLargeValueError(f"more than {precision - scale} digits before the point")
        return text

    return write


def _uuid(value: Any) -> str:
    if isinstance(value, uuid.UUID):
        return str(value)
    raise _unfit(value, "a UUID")


def _timestamp(value: Any) -> str:
    if not isinstance(value, datetime.datetime) or value is pd.NaT:
        raise _unfit(value, "an aware datetime")
    if type(value) is not datetime.datetime or value.tzinfo is not datetime.UTC:
        fault = why_no_moment(value)
        if fault is not None:
            raise UnfitValueError(fault)
        try:
            value = value.astimezone(datetime.UTC)
        except OverflowError as error:
            raise UnfitValueError("beyond the years of a datetime in UTC") from error
    text: str = value.isoformat()
    return text


def _date(value: Any) -> str:
    # A datetime is a date to Python; its time would be lost.
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value.isoformat()
    raise _unfit(value, "a date")


def _json(value: Any) -> str:
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise UnfitValueError(f"no JSON: {error}") from error
    if "\\u0000" in text.replace("\\\\", ""):
        raise UnfitValueError("a NUL, which PostgreSQL's JSON cannot hold")
    return _quoted(text)


def _string_writer(length: int | None) -> Callable[[Any], str]:
    def write(value: Any) -> str:
        if not isinstance(value, str):
            raise _unfit(value, "a str")
        if length is not None and len(value) > length:
            raise TooLargeValueError(f"{len(value)} characters, where the column takes {length}")
        return _quoted(value)

    return write


def _array_writer(column: Column[Any], kind: ARRAY[Any]) -> Callable[[Any], str]:
    element = column_text(Column(column.name, kind.item_type)).write

    def write(value: Any) -> str:
        if not isinstance(value, list | tuple):
            raise _unfit(value, "a list")
        return _quoted(array_literal([NULL if item is None else element(item) for item in value]))

    return write
