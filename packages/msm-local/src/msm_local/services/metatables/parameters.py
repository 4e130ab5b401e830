"""Parameters of generation 2's operations, in the form that psycopg sends."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from psycopg.types.json import Jsonb

from msm_local.contract.metatables.requests import Statement
from msm_local.errors import PostgresqlRefusedError, SqlParametersError
from msm_local.sql.parser import Statement as Parsed

__all__ = ["NamedStatement", "bound", "name_positions", "with_names"]

TIMESTAMPS = frozenset({"datetime", "timestamp with time zone", "timestamptz"})
JSON = frozenset({"json", "jsonb"})
FRACTION = re.compile(r"\.(\d+)")
# PostgreSQL keeps microseconds.
MICROSECONDS = 6


# A name in parentheses, or the character after a percent sign.
MARK = re.compile(r"%(\(.*?\).|.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class NamedStatement:
    """A statement whose parameters all have names."""

    sql: str
    parameters: Mapping[str, Any]
    types: Mapping[str, str]


def with_names(statement: Statement) -> NamedStatement:
    """The statement with a name for each parameter that only has a position.

    Raises:
        PostgresqlRefusedError: the text has other placeholders than values; says so as psycopg
            does.
    """
    given, types = statement.parameters, statement.parameter_types or {}
    if isinstance(given, dict):
        return NamedStatement(statement.sql, given, types)
    if not given:
        return NamedStatement(statement.sql, {}, types)
    marks = [match[1] for match in MARK.finditer(statement.sql)]
    if any(mark.startswith("(") for mark in marks):
        raise PostgresqlRefusedError("positional and named placeholders cannot be mixed")
    found = marks.count("s")
    if found != len(given):
        raise PostgresqlRefusedError(
            f"the query has {found} placeholders but {len(given)} parameters were passed"
        )
    text = name_positions(statement.sql)
    return NamedStatement(text, {f"p{number}": value for number, value in enumerate(given)}, types)


def name_positions(sql: str) -> str:
    """The text with a name for each placeholder that only has a position."""
    numbers = count()
    return MARK.sub(lambda match: f"%(p{next(numbers)})s" if match[1] == "s" else match[0], sql)


def bound(statement: NamedStatement, parsed: Parsed) -> list[Any]:
    """The values of the placeholders, $1 first.

    Raises:
        SqlParametersError: a value does not have the type that is stated for it.
        PostgresqlRefusedError: a placeholder has no value; says so as psycopg does.
    """
    given = statement.parameters
    types = statement.types
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
