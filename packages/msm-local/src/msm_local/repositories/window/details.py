"""One table: its checks, what refers to it, its newest rows, and a series of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import class_row

from msm_local.repositories.physical import Column

__all__ = [
    "Check",
    "Point",
    "Referrer",
    "find_checks",
    "find_points",
    "find_referrers",
    "find_rows",
    "limit_time",
]

# Of a value of the newest rows.
MAX_CHARACTERS = 200
CHECKS = """
SELECT conname::text AS name, pg_get_expr(conbin, conrelid) AS expression, convalidated AS valid
FROM pg_constraint WHERE contype = 'c' AND conrelid = %s::oid ORDER BY conname
"""
REFERRERS = """
SELECT n.nspname::text AS schema, c.relname::text AS name, k.conname::text AS key,
       k.confdeltype::text AS on_delete,
       array(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS key (attnum, position)
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = key.attnum
             ORDER BY key.position) AS columns
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'f' AND k.confrelid = %s::oid AND k.conrelid <> k.confrelid
ORDER BY c.relname, k.conname
"""
ROWS = "SELECT {columns} FROM {table} {where} ORDER BY {order} DESC NULLS LAST LIMIT {limit}"
# To order all rows of a large table by their place would read all of it.
AT_THE_END = "WHERE ctid >= {place}::tid"
PAGE_SIZE = 8192
LAST_PAGES = 64
# The identities of the newest rows, as one text each.
POINTS = """
SELECT concat_ws(' / ', {identity}) AS identity, {time}::timestamptz AS at,
       {value}::double precision AS value
FROM {table}
WHERE {value} IS NOT NULL AND {time} >= '0001-01-02' AND {time} < '9999-12-30'
ORDER BY {time} DESC LIMIT {limit}
"""


@dataclass(frozen=True, slots=True)
class Check:
    """A CHECK of a table; ``valid`` is false while existing rows were not compared with it."""

    name: str
    expression: str
    valid: bool


@dataclass(frozen=True, slots=True)
class Referrer:
    """A foreign key of another table; ``on_delete`` is PostgreSQL's one-letter action."""

    schema: str
    name: str
    key: str
    on_delete: str
    columns: list[str]


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a series."""

    identity: str
    at: datetime
    value: float


def find_checks(connection: Connection[Any], oid: int) -> list[Check]:
    """The CHECKs of a table, by name."""
    with connection.cursor(row_factory=class_row(Check)) as cursor:
        return cursor.execute(CHECKS, [oid]).fetchall()


def find_referrers(connection: Connection[Any], oid: int) -> list[Referrer]:
    """The foreign keys of other tables that refer to a table, by table."""
    with connection.cursor(row_factory=class_row(Referrer)) as cursor:
        return cursor.execute(REFERRERS, [oid]).fetchall()


def find_rows(
    connection: Connection[Any],
    table: tuple[str, str],
    columns: Sequence[Column],
    *,
    order: str | None,
    limit: int,
) -> list[list[str | None]]:
    """The newest rows, as text: long values are cut, and of bytes there is the length.

    Args:
        connection: a connection to the database, whose time zone is UTC.
        table: schema and name.
        columns: the columns to read.
        order: the column whose largest values are the newest; None for the order on disk.
        limit: how many rows at most.
    """
    name = sql.Identifier(*table)
    where: sql.Composable = sql.SQL("")
    if order is None:
        size = connection.execute("SELECT pg_relation_size(%s::regclass)", [name.as_string()])
        [pages] = [value // PAGE_SIZE for (value,) in size]
        place = sql.Literal(f"({max(pages - LAST_PAGES, 0)},0)")
        where = sql.SQL(AT_THE_END).format(place=place)
    query = sql.SQL(ROWS).format(
        columns=sql.SQL(", ").join(map(_as_text, columns)),
        table=name,
        where=where,
        order=sql.SQL("ctid") if order is None else sql.Identifier(order),
        limit=sql.Literal(limit),
    )
    return [list(map(_cut, row)) for row in connection.execute(query)]


def _as_text(column: Column) -> sql.Composed:
    if column.data_type == "bytea":
        return sql.SQL("octet_length({}) || ' bytes'").format(sql.Identifier(column.name))
    # One more than is shown tells that something is missing.
    name, limit = sql.Identifier(column.name), sql.Literal(MAX_CHARACTERS + 1)
    return sql.SQL("left({}::text, {})").format(name, limit)


def _cut(value: str | None) -> str | None:
    if value is None or len(value) <= MAX_CHARACTERS:
        return value
    return f"{value[:MAX_CHARACTERS]}…"


def find_points(
    connection: Connection[Any],
    table: tuple[str, str],
    *,
    time: str,
    identity: Sequence[str],
    value: str,
    limit: int,
) -> list[Point]:
    """The newest values of a numeric column, the newest first.

    Args:
        connection: a connection to the database.
        table: schema and name.
        time: the time index.
        identity: the columns that tell one series from another.
        value: the numeric column.
        limit: how many values at most.
    """
    query = sql.SQL(POINTS).format(
        identity=sql.SQL(", ").join(map(sql.Identifier, identity)) if identity else sql.SQL("''"),
        time=sql.Identifier(time),
        value=sql.Identifier(value),
        table=sql.Identifier(*table),
        limit=sql.Literal(limit),
    )
    with connection.cursor(row_factory=class_row(Point)) as cursor:
        return cursor.execute(query).fetchall()


def limit_time(connection: Connection[Any], seconds: int) -> None:
    """Let PostgreSQL cancel each later query of the transaction that takes longer."""
    connection.execute("SELECT set_config('statement_timeout', %s, true)", [f"{seconds}s"])
