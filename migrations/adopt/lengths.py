"""Columns that ms-markets created without a length: measured, and given the length of ours."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from sqlalchemy import Connection, column, func, select, table, text

from ..provider import SCHEMA
from .definitions import TableItem

__all__ = ["count_longer", "limit", "limit_statement", "lock_tables"]

# Of every column in ``UNBOUNDED_COLUMNS``, in characters.
MAX_LENGTH = 255


def count_longer(
    connection: Connection, columns: Sequence[TableItem]
) -> dict[TableItem, tuple[int, int]]:
    """The columns with values that do not fit.

    Args:
        connection: may read the tables.
        columns: to measure.

    Returns:
        By column, how many of its values are too long, and the length of the longest, in
        characters.
    """
    found = {}
    for item in columns:
        length = func.char_length(column(item.name))
        wanted = select(func.count(), func.max(length)).select_from(
            table(item.table, schema=SCHEMA)
        )
        values, longest = connection.execute(wanted.where(length > MAX_LENGTH)).one()
        if values:
            found[item] = (values, longest)
    return found


def lock_tables(connection: Connection, columns: Sequence[TableItem]) -> None:
    """Keep every other session away from the tables of these columns until the commit."""
    names = ", ".join(f"{SCHEMA}.{name}" for name, _ in _by_table(columns))
    connection.execute(text(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE"))


def limit(connection: Connection, columns: Sequence[TableItem]) -> None:
    """Give the columns their length; PostgreSQL writes each of their tables once."""
    for name, group in _by_table(columns):
        connection.execute(text(limit_statement(name, group)))


def limit_statement(name: str, columns: Sequence[TableItem]) -> str:
    """The statement that gives columns of one table their length."""
    changes = ", ".join(f"ALTER COLUMN {item.name} TYPE varchar({MAX_LENGTH})" for item in columns)
    return f"ALTER TABLE {SCHEMA}.{name} {changes}"


def _by_table(columns: Sequence[TableItem]) -> Iterator[tuple[str, list[TableItem]]]:
    for name, group in groupby(sorted(columns), key=lambda item: item.table):
        yield name, list(group)
