"""Values to and from PostgreSQL, in the JSON form of compiled-sql.v1."""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from operator import itemgetter
from typing import Any

import orjson
from psycopg import Connection
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.pq.abc import PGresult
from psycopg.types.string import TextLoader

from msm_local.errors import InvalidRequestError, ResultRefusedError

__all__ = [
    "ResultColumn",
    "bind",
    "register_result_loaders",
    "result_columns",
    "result_rows",
    "result_size",
]

ResultColumn = tuple[str, str]

# The object ids of PostgreSQL's own types never change.
TOKENS: Mapping[int, str] = {
    16: "bool",
    18: "string",
    19: "string",
    20: "int64",
    21: "int16",
    23: "int64",
    25: "string",
    26: "int64",
    114: "json",
    700: "float32",
    701: "float64",
    1042: "string",
    1043: "string",
    1082: "date",
    1083: "time",
    1114: "timestamp without time zone",
    1184: "timestamp with time zone",
    1700: "numeric",
    2950: "uuid",
    3802: "jsonb",
}
ARRAYS: Mapping[int, str] = {
    199: "json[]",
    1000: "bool[]",
    1005: "int16[]",
    1007: "int64[]",
    1009: "string[]",
    1015: "string[]",
    1016: "int64[]",
    1021: "float32[]",
    1022: "float64[]",
    1115: "timestamp without time zone[]",
    1182: "date[]",
    1183: "time[]",
    1185: "timestamp with time zone[]",
    1231: "numeric[]",
    2951: "uuid[]",
    3807: "jsonb[]",
}
# Types that the SDK's codec cannot carry; as text they would silently become strings.
REFUSED: Mapping[int, str] = {17: "bytea", 1186: "interval", 2249: "record", 2287: "record[]"}
FLOATS = frozenset({"float32", "float64"})
# Values of all other types are a few bytes long, so they need not be counted.
OF_ANY_LENGTH = frozenset({"string", "json", "jsonb", "numeric", *ARRAYS.values()})
ARRAYS_OF_FLOATS = frozenset({"float32[]", "float64[]"})
# PostgreSQL's own objects have lower object ids.
FIRST_USER_OID = 16384
TEMPORAL = {"date": date.fromisoformat, "timestamp with time zone": datetime.fromisoformat}


class _JsonText(Loader):
    """JSON and JSONB: PostgreSQL's text goes into the answer unchanged, with every digit."""

    def load(self, data: Buffer) -> orjson.Fragment:
        return orjson.Fragment(bytes(data))


class _IsoTimestamp(Loader):
    """Timestamps: PostgreSQL's ISO text, plus the T and the minutes of the offset that it omits."""

    def load(self, data: Buffer) -> str:
        text = bytes(data).decode()
        return (
            f"{text.replace(' ', 'T', 1)}:00" if text.endswith("+00") else text.replace(" ", "T", 1)
        )


def register_result_loaders(connection: Connection[Any]) -> None:
    """Make the connection return values that JSON carries without loss; its zone must be UTC."""
    for name in ("uuid", "numeric", "date", "time"):
        # PostgreSQL's text is already the JSON string.
        connection.adapters.register_loader(name, TextLoader)
    for name in ("json", "jsonb"):
        connection.adapters.register_loader(name, _JsonText)
    for name in ("timestamp", "timestamptz"):
        connection.adapters.register_loader(name, _IsoTimestamp)


def result_columns(description: Sequence[tuple[str, int]]) -> list[ResultColumn]:
    """Name and type token of each result column, from (name, type oid).

    Raises:
        ResultRefusedError: two columns have one name, or a type has no JSON form.
    """
    columns: list[ResultColumn] = []
    seen: set[str] = set()
    for name, oid in description:
        if name in seen:
            raise ResultRefusedError(
                f"Two result columns are named {name!r}; rename one of them with AS.", column=name
            )
        seen.add(name)
        kind = TOKENS.get(oid) or ARRAYS.get(oid)
        if kind is None and oid >= FIRST_USER_OID:
            # Enums, domains and other types of the user are returned as text.
            kind = "string"
        if kind is None:
            refused = REFUSED.get(oid, f"the type with oid {oid}")
            raise ResultRefusedError(
                f"The result column {name!r} is {refused}, which JSON cannot carry; cast it to "
                "another type in the statement.",
                column=name,
            )
        columns.append((name, kind))
    return columns


def result_rows(
    columns: Sequence[ResultColumn], found: Sequence[Sequence[Any]]
) -> list[dict[str, Any]]:
    """Result rows as JSON values; NaN and infinities become the strings NaN and +-Infinity."""
    names = [name for name, _token in columns]
    rows = [dict(zip(names, row, strict=False)) for row in found]
    for name, token in columns:
        if token in ARRAYS_OF_FLOATS or (token in FLOATS and not _all_finite(rows, name)):
            for row in rows:
                row[name] = _json_number(row[name])
    return rows


def result_size(columns: Sequence[ResultColumn], result: PGresult) -> int:
    """The size of a result in bytes, counting only values that can have any length."""
    places = [at for at, (_name, token) in enumerate(columns) if token in OF_ANY_LENGTH]
    return sum(
        len(result.get_value(row, at) or b"") for row in range(result.ntuples) for at in places
    )


def _all_finite(rows: Sequence[Mapping[str, Any]], name: str) -> bool:
    # One sum decides for the whole column, and nearly every column is finite.
    return math.isfinite(sum(filter(None, map(itemgetter(name), rows))))


def bind(name: str, value: Any, token: str | None, *, is_json: bool) -> Any:
    """A parameter in the form that psycopg sends.

    Args:
        name: its placeholder, for messages.
        value: its JSON value.
        token: its type token, if it has one; dates and timestamps are parsed.
        is_json: whether the statement casts it to JSON or JSONB.

    Raises:
        InvalidRequestError: the value does not have the type of its token.
    """
    if value is None:
        return None
    if is_json:
        # The SDK's codec sends JSON text: a string under a JSON cast is encoded already.
        return value if isinstance(value, str) else json.dumps(value)
    if isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(item, dict | list) for item in value)
    ):
        # Sent as text without a type, which PostgreSQL converts to the type of the column.
        return json.dumps(value)
    if token in TEMPORAL and not isinstance(value, bool):
        return _temporal(name, value, token)
    return value


def _temporal(name: str, value: Any, token: str) -> Any:
    if isinstance(value, list):
        return [_temporal(name, item, token) for item in value]
    if value is None:
        return None
    try:
        parsed = TEMPORAL[token](value)
    except (TypeError, ValueError) as error:
        raise InvalidRequestError(
            f"The parameter {name!r} is not a {token} in ISO 8601: {value!r}."
        ) from error
    if isinstance(parsed, datetime) and parsed.tzinfo is None:
        raise InvalidRequestError(f"The parameter {name!r} needs a UTC offset: {value!r}.")
    return parsed


def _json_number(value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, list):
        return [_json_number(item) for item in value]
    if math.isfinite(value):
        return value
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"
