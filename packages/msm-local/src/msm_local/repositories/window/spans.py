"""From when to when a time-indexed table has rows, and where it has none in between."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from psycopg import Connection, sql

from msm_local.repositories.window.listing import Listed

__all__ = ["Span", "find_spans"]

BUCKETS = 60
# Tables whose gaps are looked for: the others show their first and last time alone.
MAX_LOOKED_AT = 30
INDEXED = """
SELECT DISTINCT i.indrelid::bigint FROM pg_index i
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
JOIN unnest(%s::oid[], %s::name[]) AS wanted (oid, name)
  ON wanted.oid = i.indrelid AND wanted.name = a.attname
WHERE i.indisvalid AND i.indpred IS NULL
"""
# Python has no later years, and none for PostgreSQL's infinity.
ENDS = """
SELECT {oid}::bigint, min({time}), max({time}) FROM {table}
WHERE {time} >= '0001-01-02' AND {time} < '9999-12-30'
"""
# A probe of the index for each bucket: a count would read the whole table.
FILLED = """
SELECT array(
    SELECT EXISTS (
        SELECT FROM {table} WHERE {time} >= {low} + (g * {step}) * interval '1 second'
                            AND {time} < {low} + ((g + 1) * {step}) * interval '1 second')
    FROM generate_series(0, {last}) AS g)
"""


@dataclass(frozen=True, slots=True)
class Span:
    """The times of a table.

    Attributes:
        first: the first time of its time index.
        last: the last one.
        filled: whether each of equal parts of the time between has a row; empty if not looked at.
    """

    first: datetime
    last: datetime
    filled: tuple[bool, ...] = ()


def find_spans(connection: Connection[Any], tables: Sequence[Listed]) -> dict[int, Span]:
    """The spans of time-indexed tables that have rows and an index on time, by oid."""
    asked = {
        table.oid: table
        for table in tables
        if table.time_index and table.oid is not None and table.heap
    }
    indexes = connection.execute(
        INDEXED, [list(asked), [table.time_index for table in asked.values()]]
    )
    found = [asked[int(oid)] for (oid,) in indexes]
    if not found:
        return {}
    ends = sql.SQL(" UNION ALL ").join(
        sql.SQL(ENDS).format(oid=sql.Literal(table.oid), **_names(table)) for table in found
    )
    spans = {
        int(oid): Span(_moment(first), _moment(last))
        for oid, first, last in connection.execute(ends)
        if first is not None
    }
    with_rows = [table for table in found if table.oid in spans]
    for table in with_rows[:MAX_LOOKED_AT]:
        spans[table.oid or 0] = _filled(connection, table, spans[table.oid or 0])
    return spans


def _filled(connection: Connection[Any], table: Listed, span: Span) -> Span:
    seconds = (span.last - span.first).total_seconds()
    if not seconds:
        return Span(span.first, span.last, (True,))
    # A little more than the whole, so that the last time is in the last part.
    step = seconds / BUCKETS * (1 + 1e-9) + 1e-6
    query = sql.SQL(FILLED).format(
        **_names(table),
        low=sql.Literal(span.first),
        step=sql.Literal(step),
        last=sql.Literal(BUCKETS - 1),
    )
    [[filled]] = connection.execute(query).fetchall()
    return Span(span.first, span.last, tuple(filled))


def _names(table: Listed) -> dict[str, sql.Composable]:
    return {
        "time": sql.Identifier(table.time_index or ""),
        "table": sql.Identifier(table.schema, table.name),
    }


def _moment(value: date | datetime) -> datetime:
    """A time of a time index in UTC; the type of its column may be a date."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time(), UTC)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value
