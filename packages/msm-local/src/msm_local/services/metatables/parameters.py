"""Parameters of generation 2's operations, in the form that psycopg sends."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from psycopg.types.json import Jsonb

from msm_local.contract.metatables.requests import Statement
from msm_local.errors import PostgresqlRefusedError, SqlParametersError
from msm_local.sql.parser import Statement as Parsed

__all__ = ["bound"]

TIMESTAMPS = frozenset({"datetime", "timestamp with time zone", "timestamptz"})
JSON = frozenset({"json", "jsonb"})
FRACTION = re.compile(r"\.(\d+)")
# PostgreSQL keeps microseconds.
MICROSECONDS = 6


def bound(statement: Statement, parsed: Parsed) -> list[Any]:
    """The values of the placeholders, $1 first.

    Raises:
        SqlParametersError: a value does not have the type that is stated for it.
        PostgresqlRefusedError: a placeholder has no value; says so as psycopg does.
    """
    given = statement.parameters
    types = statement.parameter_types or {}
    strange = sorted(set(types) - set(given))
    if strange:
        raise SqlParametersError(f"parameter_types names {', '.join(strange)}, without a value.")
    missing = sorted(set(parsed.placeholders) - set(given))
    if missing:
        raise PostgresqlRefusedError(f"query parameter missing: {', '.join(missing)}")
    return [_bind(name, given, types) for name in parsed.placeholders]


def _bind(name: str, given: Mapping[str, Any], types: Mapping[str, str]) -> Any:
    value, kind = given[name], types.get(name)
    if value is None:
        return None
    try:
        if kind in TIMESTAMPS:
            return _timestamp(value)
        if kind == "date" and isinstance(value, str):
            return date.fromisoformat(value)
        if kind in JSON:
            return Jsonb(json.loads(value) if isinstance(value, str) else value)
    except (TypeError, ValueError) as error:
        raise SqlParametersError(f"The parameter {name!r} is not a {kind}: {error}.") from error
    return Jsonb(value) if isinstance(value, dict) else value


def _timestamp(value: Any) -> datetime:
    fraction = FRACTION.search(value)
    if fraction is not None and fraction[1][MICROSECONDS:].strip("0"):
        raise ValueError("it is more precise than microseconds")
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("it has no UTC offset")
    return moment.astimezone(UTC)
