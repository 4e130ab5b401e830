"""PostgreSQL's text for Python values, column by column, and which values a column refuses.

Each column of a batch is sent as one array literal such as ``{1.5,NaN,NULL}``. PostgreSQL reads
NaN, infinities, 64-bit integers, 38-digit numerics and microseconds from it exactly; JSON would
lose them.
"""

import datetime
import numbers
import uuid
from collections.abc import Callable, Sequence
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
    LargeBinary,
    Numeric,
    SmallInteger,
    String,
    Text,
    Time,
    Uuid,
)
from sqlalchemy.dialects.postgresql import INTERVAL
from sqlalchemy.types import TypeDecorator, TypeEngine

from msm.errors import StatementError
from msm.values.columns import (
    are_floats,
    dates,
    each_alone,
    floats,
    integers,
    strings,
    timestamps,
    uuids,
)
from msm.values.decorated import bound, is_decorated, plain_type
from msm.values.encode import DIGITS_AFTER, is_unfit_nan, size_fault
from msm.values.moments import day_of, timestamp_fault
from msm.values.texts import (
    NULL,
    TooLargeValueError,
    UnfitValueError,
    array_literal,
    bytes_text,
    interval_text,
    json_text,
    quoted,
)

__all__ = ["ColumnText", "column_text"]

# Above this, several integers are the same float, so a float does not say which one is meant.
MAX_EXACT_FLOAT = 2**53
# In this order, because SmallInteger and BigInteger are subclasses of Integer.
INTEGER_BITS: tuple[tuple[type[Integer], int], ...] = (
    (SmallInteger, 16),
    (BigInteger, 64),
    (Integer, 32),
)


def _unknown(_values: Sequence[Any]) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class ColumnText:
    """How the values of one column are sent.

    Attributes:
        write: PostgreSQL's text for a value that is not None, as an element of an array literal;
            raises UnfitValueError for a value that does not fit the column.
        carrier: the type of the array's elements. It is wider than the column's type where a cast
            would cut a value silently: the column then refuses what the cast would have changed.
        write_all: the texts of a whole column, as ``write`` makes them, where all values are of the
            column's plain Python type and fit; None where each has to be looked at.
        fit_all: whether ``write_all`` is known to write a whole column, without doing it.
    """

    write: Callable[[Any], str]
    carrier: TypeEngine[Any]
    write_all: Callable[[Sequence[Any]], list[str] | None] = each_alone
    fit_all: Callable[[Sequence[Any]], bool] = _unknown


def column_text(column: Column[Any]) -> ColumnText:
    """How the values of a column are sent.

    Raises:
        StatementError: rows cannot be written with the column's type.
    """
    kind = column.type
    match kind:
        case _ if is_decorated(kind):
            return _decorated(column, kind)
        case Boolean():
            return ColumnText(_boolean, kind)
        case Integer():
            return ColumnText(_integer_writer(kind), kind, integers(_bits(kind)))
        case Float():
            return ColumnText(_float, kind, floats, are_floats)
        case Numeric():
            return ColumnText(_numeric_writer(kind), Numeric())
        case Uuid():
            return ColumnText(_uuid, kind, uuids)
        case DateTime() if kind.timezone:
            return ColumnText(_timestamp, kind, timestamps)
        case Date():
            return ColumnText(_date, kind, dates)
        case Time() if not kind.timezone:
            return ColumnText(_time, kind)
        case INTERVAL():
            return ColumnText(_interval, kind)
        case LargeBinary():
            return ColumnText(_bytes, kind)
        case JSON():
            return ColumnText(_json, kind)
        # As the text of its own literal: unnest() takes an array of arrays apart completely.
        case ARRAY() if kind.dimensions in {None, 1}:
            return ColumnText(_array_writer(column, kind), Text())
        case String() if not isinstance(kind, Enum):
            return ColumnText(_string_writer(kind.length), Text(), strings(kind.length))
    raise StatementError(
        f"{column} has the type {kind!r}, which insert, upsert and delete do not support; "
        "write it with execute() and a statement that casts the value."
    )


def _decorated(column: Column[Any], kind: TypeDecorator[Any]) -> ColumnText:
    inner = column_text(Column(column.name, plain_type(kind)))

    def write(value: Any) -> str:
        converted = bound(kind, value)
        return NULL if converted is None else inner.write(converted)

    return ColumnText(write, inner.carrier)


def _unfit(value: Any, needed: str) -> UnfitValueError:
    return UnfitValueError(f"expected {needed}, got {type(value).__name__}")


def _boolean(value: Any) -> str:
    if value is True or value is False:
        return "t" if value else "f"
    if pd.api.types.is_bool(value):  # numpy.bool is not a bool.
        return _boolean(bool(value))
    raise _unfit(value, "a bool")


def _float(value: Any) -> str:
    # repr is the shortest text that reads as the same float; numpy's has the type's name in it.
    if type(value) is float:
        return repr(value)
    # True is a number to Python, and a mistake in a column of numbers.
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise _unfit(value, "a float")
    try:
        return repr(float(value))
    except OverflowError as error:
        raise TooLargeValueError("is too large for a float") from error


def _bits(kind: Integer) -> int:
    return next(bits for integer, bits in INTEGER_BITS if isinstance(kind, integer))


def _integer_writer(kind: Integer) -> Callable[[Any], str]:
    bits = _bits(kind)
    bound = 1 << (bits - 1)

    def write(value: Any) -> str:
        number = value if type(value) is int else _whole(value)
        if not -bound <= number < bound:
            raise TooLargeValueError(f"is too large for the column's {bits} bits")
        return str(number)

    return write


def _whole(value: Any) -> int:
    """An integer of another type than int."""
    if isinstance(value, bool) or value is JSON.NULL:
        raise _unfit(value, "an int")
    if isinstance(value, numbers.Integral):
        return int(value)
    # pandas turns a column of integers into floats where a value is missing.
    if isinstance(value, float) and value.is_integer() and abs(value) <= MAX_EXACT_FLOAT:
        return int(value)
    raise _unfit(value, "an int")


def _numeric_writer(kind: Numeric[Any]) -> Callable[[Any], str]:
    precision, scale = kind.precision, kind.scale or 0

    def write(value: Any) -> str:
        # A float is refused: its decimal digits are not those that the caller means.
        if isinstance(value, bool) or not isinstance(value, Decimal | numbers.Integral):
            raise _unfit(value, "a Decimal or an int")
        number = value if isinstance(value, Decimal) else Decimal(int(value))
        if is_unfit_nan(number) or (number.is_infinite() and precision is not None):
            raise TooLargeValueError("is not a number that the column can store")
        # 1E+999999999 has gigabytes of digits. Looked at first, because it costs less.
        if abs(number.adjusted()) > DIGITS_AFTER:
            fault = size_fault(number)
            if fault is not None:
                raise TooLargeValueError(fault)
        # Fixed-point: the digits before and after the point are counted below.
        text = f"{number:f}"
        if number.is_finite() and precision is not None:
            whole, _, fraction = text.partition(".")
            if len(fraction.rstrip("0")) > scale:
                raise UnfitValueError(f"has more than {scale} digits after the point")
            if len(whole.lstrip("-0")) > precision - scale:
                raise TooLargeValueError(
                    f"has more than {precision - scale} digits before the point"
                )
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
        fault = timestamp_fault(value)
        if fault is not None:
            raise UnfitValueError(f"has {fault}")
        try:
            value = value.astimezone(datetime.UTC)
        except OverflowError as error:
            raise UnfitValueError("is outside the years 1 to 9999 in UTC") from error
    # All in UTC: the text is also compared, to find two rows with the same key.
    text: str = value.isoformat()
    return text


def _date(value: Any) -> str:
    day = value if type(value) is datetime.date else day_of(value)
    return day.isoformat()


def _time(value: Any) -> str:
    if not isinstance(value, datetime.time):
        raise _unfit(value, "a time")
    # PostgreSQL would leave the zone out, and the time would be another one.
    if value.tzinfo is not None:
        raise UnfitValueError("has a time zone, and a time of a day has none; remove it")
    return value.isoformat()


def _interval(value: Any) -> str:
    if not isinstance(value, datetime.timedelta) or value is pd.NaT:
        raise _unfit(value, "a timedelta")
    return quoted(interval_text(value))


def _bytes(value: Any) -> str:
    if not isinstance(value, bytes):
        raise _unfit(value, "bytes")
    return quoted(bytes_text(value))


def _json(value: Any) -> str:
    return quoted(json_text(value))


def _string_writer(length: int | None) -> Callable[[Any], str]:
    def write(value: Any) -> str:
        if not isinstance(value, str):
            raise _unfit(value, "a str")
        if length is not None and len(value) > length:
            raise TooLargeValueError(
                f"has {len(value)} characters, and the column stores at most {length}"
            )
        return quoted(value)

    return write


def _array_writer(column: Column[Any], kind: ARRAY[Any]) -> Callable[[Any], str]:
    element = column_text(Column(column.name, kind.item_type)).write

    def write(value: Any) -> str:
        if not isinstance(value, list | tuple):
            raise _unfit(value, "a list")
        return quoted(array_literal([NULL if item is None else element(item) for item in value]))

    return write
