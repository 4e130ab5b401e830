"""How many rows a table has, without reading a large table to its end."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, TableClause, column, func, inspect, select, text

from ..provider import SCHEMA

__all__ = ["RowCount", "count_rows", "count_values"]

# Above this, PostgreSQL's estimate is good enough, and a full count would take long.
MAX_COUNTED = 1_000_000

ESTIMATE = text("""
    SELECT c.reltuples::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
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
    found = inspect(connection)
    if not found.has_table(table, schema=schema or SCHEMA):
        return None
    if name not in {item["name"] for item in found.get_columns(table, schema=schema or SCHEMA)}:
        return None
    return _count(connection, schema or SCHEMA, table, column(name).is_not(None))


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
