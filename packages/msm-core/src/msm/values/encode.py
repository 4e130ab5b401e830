"""Values on their way out: from Python to the JSON of compiled-sql.v1."""

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

__all__ = ["encode", "why_no_moment"]


def why_no_moment(value: datetime.datetime) -> str | None:
    """What keeps a datetime from being sent as what it says; None where nothing does."""
    if value.utcoffset() is None:
        return "no time zone; pass an aware datetime, such as datetime.now(datetime.UTC)"
    if isinstance(value, pd.Timestamp) and value.nanosecond:
        return "nanoseconds, where PostgreSQL keeps microseconds; round it"
    return None


def encode(
    parameters: Mapping[str, Any],
    types: Mapping[str, TypeEngine[Any]],
    columns: Mapping[str, str],
) -> tuple[dict[str, Any], dict[str, str]]:
    """Bind values as JSON carries them, and the type tokens of those that the SDK wants one for.

    Args:
        parameters: Python values by placeholder.
        types: SQLAlchemy's type of each placeholder that has one.
        columns: what each placeholder is called in an error: the name of its column.

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
        raise StatementError(f"{name}: {value!r} is missing to pandas alone; pass None, for NULL.")
    if isinstance(column_type, JSON) and value is not None:
        # As text: what a platform does with a nested object is not in the contract.
        return _json(name, value), None
    match value:
        case None | bool() | str():
            return value, None
        case list() | tuple() if isinstance(column_type, ARRAY):
            items = [_encode(name, item, column_type.item_type) for item in value]
            return [item for item, _ in items], next((token for _, token in items if token), None)
        case dict() | list() | tuple():
            return _json(name, value), None
        case datetime.datetime():
            fault = why_no_moment(value)
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
            # JSON has no NaN or infinity, and the SDK would send null instead.
            return (number if math.isfinite(number) else _non_finite(number)), None
        case _ if pd.api.types.is_bool(value):  # numpy's
            return bool(value), None
    raise StatementError(
        f"{name}: a {type(value).__name__} cannot travel in a compiled-sql.v1 operation; "
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
