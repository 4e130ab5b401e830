"""How many rows a table has, and how many values, without counting a large table to its end."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from psycopg import Error as PostgresError
from sqlalchemy import (
    ColumnElement,
    Connection,
    Numeric,
    String,
    TableClause,
    and_,
    cast,
    column,
    func,
    inspect,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import Float, Integer, NullType, TypeEngine

from ..provider import SCHEMA

__all__ = [
    "Conversion",
    "RowCount",
    "column_type",
    "count_converted",
    "count_referring",
    "count_rows",
    "count_values",
]

# Above this, PostgreSQL's estimate is good enough, and a full count would take long.
MAX_COUNTED = 1_000_000

# Classes of SQLSTATE.
DATA_EXCEPTION, NO_SUCH_CAST = "22", "42"

READABLE = text(
    "SELECT has_table_privilege(quote_ident(:schema) || '.' || quote_ident(:table), 'SELECT')"
)
ESTIMATE = text("""
    SELECT CASE c.relkind WHEN 'p' THEN (
            SELECT coalesce(sum(l.reltuples), -1)::bigint FROM pg_partition_tree(c.oid) t
            JOIN pg_class l ON l.oid = t.relid WHERE t.isleaf AND l.reltuples > 0
        ) ELSE c.reltuples::bigint END
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = :schema AND c.relname = :table
""")


@dataclass(frozen=True, slots=True)
class RowCount:
    """How many rows a table has.

    Attributes:
        number: rows.
        exact: False for PostgreSQL's estimate.
    """

    number: int
    exact: bool

    def __str__(self) -> str:
        plural = "" if self.number == 1 else "s"
        return f"{'' if self.exact else 'about '}{self.number:,} row{plural}"


@dataclass(frozen=True, slots=True)
class Conversion:
    """What another type does to the values of a column.

    Attributes:
        rows: how many values it does not keep; None if that is not known because one of them stops
            it.
        verb: what happens to each, as the end of a sentence about a value.
        fails: whether PostgreSQL refuses it, if there is such a value.
    """

    rows: RowCount | None
    verb: str
    fails: bool


def count_rows(connection: Connection, schema: str | None, table: str) -> RowCount | None:
    """Count up to a million rows, and estimate above; None if there is no such table."""
    if not inspect(connection).has_table(table, schema=schema or SCHEMA):
        return None
    return _count(connection, schema or SCHEMA, table)


def count_values(
    connection: Connection, schema: str | None, table: str, name: str
) -> RowCount | None:
    """Count the rows that have a value in a column, as :func:`count_rows` does.

    Returns:
        None if there is no such table or column.
    """
    if column_type(connection, schema, table, name) is None:
        return None
    return _count(connection, schema or SCHEMA, table, column(name).is_not(None))


def column_type(
    connection: Connection, schema: str | None, table: str, name: str
) -> TypeEngine[Any] | None:
    """The type of a column now; None if there is no such table or column."""
    found = inspect(connection)
    if not found.has_table(table, schema=schema or SCHEMA):
        return None
    columns = found.get_columns(table, schema=schema or SCHEMA)
    return next((item["type"] for item in columns if item["name"] == name), None)


def count_referring(
    connection: Connection, schema: str, table: str, keys: Iterable[tuple[str, ...]]
) -> RowCount | None:
    """Count the rows that have a value in each column of one of these keys.

    Args:
        connection: as the owner role.
        schema: of the table.
        table: which exists.
        keys: columns of foreign keys; none for every row.

    Returns:
        None if the role may not read the table.
    """
    if not connection.scalar(READABLE, {"schema": schema, "table": table}):
        return None
    each = [and_(*(column(name).is_not(None) for name in key)) for key in keys]
    return _count(connection, schema, table, *([or_(*each)] if each else []))


def count_converted(
    connection: Connection,
    schema: str | None,
    table: str,
    name: str,
    becomes: TypeEngine[Any],
    using: str | None,
) -> Conversion | None:
    """Count the values of a column that another type does not keep as they are.

    Args:
        connection: as the owner role.
        schema: of the table.
        table: its name.
        name: of the column.
        becomes: the new type.
        using: the expression that makes the new value; None for PostgreSQL's own cast.

    Returns:
        None if there is no such table or column, or if that cannot be found out.
    """
    old = column_type(connection, schema, table, name)
    if old is None or isinstance(old, NullType):
        return None
    value: ColumnElement[Any] = column(name)
    if using is None and isinstance(old, String) and isinstance(becomes, String):
        # ALTER TABLE refuses what this cast would cut off.
        changed = func.length(value) > becomes.length
        return Conversion(_count(connection, schema or SCHEMA, table, changed), "is too long", True)
    made = value if using is None else literal_column(f"({using})")
    changed = cast(cast(made, becomes), old).is_distinct_from(value)
    rounds = all(isinstance(kind, Integer | Numeric | Float) for kind in (old, becomes))
    try:
        with connection.begin_nested():
            rows = _count(connection, schema or SCHEMA, table, changed)
    except DBAPIError as error:
        sqlstate = error.orig.sqlstate if isinstance(error.orig, PostgresError) else None
        if sqlstate is not None and sqlstate.startswith(DATA_EXCEPTION):
            return Conversion(None, "does not fit", True)
        if sqlstate is not None and sqlstate.startswith(NO_SUCH_CAST):
            return None
        raise
    return Conversion(rows, "is rounded" if rounds and using is None else "changes", False)


def _count(
    connection: Connection, schema: str, table: str, *conditions: ColumnElement[bool]
) -> RowCount:
    some = (
        select(text("1"))
        .select_from(TableClause(table, schema=schema))
        .where(*conditions)
        .limit(MAX_COUNTED + 1)
    )
    number = int(connection.execute(select(func.count()).select_from(some.subquery())).scalar_one())
    if number <= MAX_COUNTED:
        return RowCount(number, exact=True)
    parameters = {"schema": schema, "table": table}
    estimate = int(connection.execute(ESTIMATE, parameters).scalar_one())
    # The estimate is -1 before the first ANALYZE.
    return RowCount(max(estimate, number), exact=False)
