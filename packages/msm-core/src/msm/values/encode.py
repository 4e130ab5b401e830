"""Encoding values for a request: from Python to the JSON of compiled-sql.v1."""

import datetime
import json
import math
import numbers
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pandas as pd
from sqlalchemy.types import ARRAY, JSON, TypeEngine

from msm.errors import StatementError

__all__ = ["encode", "timestamp_fault"]


def timestamp_fault(value: datetime.datetime) -> str | None:
    """Why a datetime cannot be sent without changing its meaning; None where it can."""
    # PostgreSQL would read it in the time zone of the session, which is the platform's, not the
    # caller's.
    if value.utcoffset() is None:
        return "no time zone; pass an aware datetime, such as datetime.now(datetime.UTC)"
    # PostgreSQL would round, and two observations could get one time.
    if isinstance(value, pd.Timestamp) and value.nanosecond:
        return "nanoseconds, where PostgreSQL keeps microseconds; round it"
    return None


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
        StatementError: a value has no JSON form.
    """
    values: dict[str, Any] = {}
    tokens: dict[str, str] = {}
    for name, value in parameters.items():
        values[name], token = _encode(columns[name], value, types.get(name))
        if token is not None:
            tokens[name] = token
    return values, tokens


def _encode(name: str, value: Any, column_type: TypeEngine[Any] | None) -> tuple[Any, str | None]:
    if value is pd.NaT or value is pd.NA:
        raise StatementError(
            f"{name}: {value!r} is a missing value of pandas only; pass None for NULL."
        )
    if isinstance(column_type, JSON) and value is not None:
        # Sent as text: the contract does not say what a platform does with a nested object.
        return _json(name, value), None
    match value:
        case None | bool() | str():
            return value, None
        case list() | tuple() if isinstance(column_type, ARRAY):
            items = [_encode(name, item, column_type.item_type) for item in value]
            return [item for item, _ in items], next((token for _, token in items if token), None)
        case dict() | list() | tuple():
            return _json(name, value), None
        # Before date: a datetime is a date, too.
        case datetime.datetime():
            fault = timestamp_fault(value)
            if fault is not None:
                raise StatementError(f"{name}: {value!r} has {fault}.")
            return value, "timestamp with time zone"
        case datetime.date():
            return value, "date"
        case datetime.time():
            return value.isoformat(), None
        case uuid.UUID() | Decimal():
            return str(value), None
        case numbers.Integral():
            return int(value), None
        case numbers.Real():
            number = float(value)
            # JSON has no NaN or infinity: the SDK would send null. PostgreSQL reads these texts.
            return (number if math.isfinite(number) else _non_finite(number)), None
        case _ if pd.api.types.is_bool(value):  # numpy.bool is not a bool.
            return bool(value), None
    raise StatementError(
        f"{name}: a {type(value).__name__} cannot be sent in a compiled-sql.v1 operation; "
        f"{_remedy(value)}."
    )


def _remedy(value: Any) -> str:
    match value:
        case datetime.timedelta():
            return "add it to a datetime in Python, or make it with func.make_interval()"
        case bytes() | bytearray() | memoryview():
            return "send it as text, such as base64"
    return "pass a str, a number, a bool, a date, a time, a UUID, a list or a dict"


def _json(name: str, value: Any) -> str:
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise StatementError(f"{name}: the value is not JSON: {error}.") from error


def _non_finite(number: float) -> str:
    if math.isnan(number):
        return "NaN"
    return "Infinity" if number > 0 else "-Infinity"
