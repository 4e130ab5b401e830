"""Encoding values for a request: from Python to the JSON of compiled-sql.v1."""

import datetime
import math
import numbers
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.dialects.postgresql import INTERVAL
from sqlalchemy.types import ARRAY, JSON, Date, Interval, LargeBinary, NullType, String, TypeEngine

from msm.errors import StatementValueError
from msm.values.columns import strings
from msm.values.decorated import bound, is_decorated, plain_type
from msm.values.moments import day_of, timestamp_fault
from msm.values.texts import (
    NULL,
    UnfitValueError,
    array_literal,
    bytes_text,
    checked_text,
    interval_text,
    json_text,
    quoted,
)

__all__ = ["DIGITS_AFTER", "encode", "is_unfit_nan", "non_finite", "size_fault"]

# Of an integer of 4,300 digits, which Python still writes as text.
MAX_BITS = 14_280
# What PostgreSQL has of a NUMERIC without a precision.
DIGITS_BEFORE, DIGITS_AFTER = 131_072, 16_383


def encode(
    parameters: Mapping[str, Any],
    types: Mapping[str, TypeEngine[Any]],
    columns: Mapping[str, str],
) -> tuple[dict[str, Any], dict[str, str]]:
    """Encode bind values as JSON values, and name the types that the SDK needs to know.

    Args:
        parameters: Python values by placeholder.
        types: SQLAlchemy's type of each placeholder that has one.
        columns: the name of each placeholder in an error: that of its column.

    Raises:
        StatementValueError: a value has no JSON form.
    """
    values: dict[str, Any] = {}
    tokens: dict[str, str] = {}
    for name, value in parameters.items():
        values[name], token = _encode(columns[name], value, types.get(name))
        if token is not None:
            tokens[name] = token
    return values, tokens


def is_unfit_nan(number: Decimal) -> bool:
    """Whether it is a NaN that PostgreSQL has not: one with a sign, or a signaling one."""
    return number.is_snan() or (number.is_nan() and number.is_signed())


def size_fault(number: Decimal) -> str | None:
    """Why a number has more digits than PostgreSQL stores; None where it has not."""
    if not number.is_finite():
        return None
    if number and number.adjusted() >= DIGITS_BEFORE:
        return f"has more than {DIGITS_BEFORE:,} digits before the point"
    if -int(number.as_tuple().exponent) > DIGITS_AFTER:
        return f"has more than {DIGITS_AFTER:,} digits after the point"
    return None


def _encode(name: str, value: Any, column_type: TypeEngine[Any] | None) -> tuple[Any, str | None]:
    if value is pd.NaT or value is pd.NA:
        raise StatementValueError(
            f"{name}: {value!r} is a missing value of pandas only; pass None for NULL."
        )
    try:
        if column_type is not None and is_decorated(column_type):
            return _encode(name, bound(column_type, value), plain_type(column_type))
        if isinstance(column_type, JSON) and not (value is None and column_type.none_as_null):
            # Sent as text: the contract does not say what a platform does with a nested object.
            return json_text(value), None
        if isinstance(value, list | tuple):
            match column_type:
                case JSON.JSONPathType():
                    return array_literal([quoted(str(step)) for step in value]), None
                case ARRAY():
                    return _array(name, value, column_type.item_type), None
                # Without a type it is the list of any_(): PostgreSQL takes the type of the column.
                case NullType():
                    return _array(name, value, column_type), None
        match value, column_type:
            case datetime.timedelta(), Interval() | INTERVAL() | NullType():
                return interval_text(value), None
            case bytes(), LargeBinary() | NullType():
                return bytes_text(value), None
            # PostgreSQL would cut the time of day, which depends on the zone of the session.
            case datetime.datetime() | np.datetime64(), Date():
                return day_of(value), "date"
        return _scalar(name, value)
    except UnfitValueError as fault:
        raise StatementValueError(f"{name}: the value {fault}.") from fault


def _array(name: str, values: Sequence[Any], item_type: TypeEngine[Any]) -> str:
    """The array literal of values, which may be arrays themselves."""
    # As text, because JSON has neither NaN nor dates, and a driver no lists of several types.
    if isinstance(item_type, String | NullType) and (texts := strings(None)(values)):
        return array_literal(texts)
    return array_literal([_element(name, value, item_type) for value in values])


def _element(name: str, value: Any, item_type: TypeEngine[Any]) -> str:
    if isinstance(value, list | tuple) and not isinstance(item_type, JSON):
        return _array(name, value, item_type)
    plain, _ = _encode(name, value, item_type)
    match plain:
        case None:
            return NULL
        case bool():
            return "t" if plain else "f"
        case datetime.date():
            return quoted(plain.isoformat())
    return quoted(str(plain))


def _scalar(name: str, value: Any) -> tuple[Any, str | None]:
    match value:
        case None | bool():
            return value, None
        case str():
            return checked_text(value), None
        case dict() | list() | tuple():
            return json_text(value), None
        # Before date: a datetime is a date, too.
        case datetime.datetime():
            return _moment(name, value), "timestamp with time zone"
        case datetime.date():
            return value, "date"
        case datetime.time():
            return value.isoformat(), None
        case Decimal() if is_unfit_nan(value):
            raise StatementValueError(f"{name}: PostgreSQL has no {value}; pass Decimal('NaN').")
        case uuid.UUID() | Decimal():
            return str(value), None
        # An int to Python.
        case numbers.Integral() if value is JSON.NULL:
            raise StatementValueError(f"{name}: JSON.NULL is for JSON columns; pass None for NULL.")
        case numbers.Integral():
            return _integer(name, int(value)), None
        case numbers.Real():
            number = float(value)
            # JSON has no NaN or infinity: the SDK would send null. PostgreSQL reads these texts.
            return (number if math.isfinite(number) else non_finite(number)), None
        case _ if pd.api.types.is_bool(value):  # numpy.bool is not a bool.
            return bool(value), None
    raise StatementValueError(
        f"{name}: a {type(value).__name__} cannot be sent in a compiled-sql.v1 operation; "
        f"{_remedy(value)}."
    )


def _moment(name: str, value: datetime.datetime) -> datetime.datetime:
    fault = timestamp_fault(value)
    if fault is not None:
        raise StatementValueError(f"{name}: {value!r} has {fault}.")
    try:
        value.astimezone(datetime.UTC)
    except OverflowError as error:
        raise StatementValueError(
            f"{name}: {value!r} is outside the years 1 to 9999 in UTC."
        ) from error
    return value


def _integer(name: str, value: int) -> int:
    # Python writes no longer ones, and counting the digits of each would take time.
    if value.bit_length() > MAX_BITS:
        raise StatementValueError(
            f"{name}: the integer has more than 4,300 digits; pass a Decimal."
        )
    return value


def _remedy(value: Any) -> str:
    match value:
        case datetime.timedelta():
            return "add it to a datetime in Python, or make it with func.make_interval()"
        case bytes() | bytearray() | memoryview():
            return "send it as text, such as base64"
        case np.datetime64():
            return "pass an aware datetime, or a date"
    return "pass a str, a number, a bool, a date, a time, a UUID, a list or a dict"


def non_finite(number: float) -> str:
    """The text of NaN or an infinity, as PostgreSQL and JavaScript have it."""
    if math.isnan(number):
        return "NaN"
    return "Infinity" if number > 0 else "-Infinity"
