"""One table: its checks, what refers to it, its newest rows, and a series of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import class_row

__all__ = [
    "Check",
    "Point",
    "Referrer",
    "find_checks",
    "find_points",
    "find_referrers",
    "find_rows",
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
ROWS = "SELECT {columns} FROM {table} ORDER BY {order} DESC NULLS LAST LIMIT {limit}"
# The identities of the newest rows, as one text each.
POINTS = """
SELECT concat_ws(' / ', {identity}) AS identity, {time}::timestamptz AS at,
       {value}::double precision AS value
FROM {table} WHERE {value} IS NOT NULL ORDER BY {time} DESC LIMIT {limit}
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
    columns: Sequence[str],
    *,
    order: str | None,
    limit: int,
) -> list[tuple[str | None, ...]]:
    """The newest rows, as text.

    Args:
        connection: a connection to the database.
        table: schema and name.
        columns: the columns to read.
        order: the column whose largest values are the newest; None for the order on disk.
        limit: how many rows at most.
    """
    query = sql.SQL(ROWS).format(
        columns=sql.SQL(", ").join(
            sql.SQL("left({}::text, {})").format(sql.Identifier(name), sql.Literal(MAX_CHARACTERS))
            for name in columns
        ),
        table=sql.Identifier(*table),
        order=sql.SQL("ctid") if order is None else sql.Identifier(order),
        limit=sql.Literal(limit),
    )
    return connection.execute(query).fetchall()


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
