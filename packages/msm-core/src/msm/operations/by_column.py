"""A page of a select as one text a column, which costs a fraction of one object a row.

A platform names every value of a row in its answer, and makes and reads an object for each row.
PostgreSQL joins the values of a column to one text instead, and the answer has one row a column.
"""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy.sql.compiler import IdentifierPreparer
from sqlalchemy.types import String, TypeEngine

from msm.operations.exact import ExpectedColumn
from msm.values.decode import Form, is_untyped
from msm.values.decorated import plain_type
from msm.values.texts import NULL

__all__ = ["COLUMN", "can_come_by_column", "select_by_column", "values_of"]

# The name of the one column of the answer.
COLUMN = "msm_column"
SEPARATOR = ","


def can_come_by_column(columns: Sequence[ExpectedColumn]) -> bool:
    """Whether SQLAlchemy knows the types of all columns; else the platform is asked for them."""
    return not any(is_untyped(column.kind) for column in columns)


def select_by_column(
    sql: str, columns: Sequence[ExpectedColumn], preparer: IdentifierPreparer
) -> str:
    """The text of a select that has one row for each column of another.

    Args:
        sql: the text of the other select, which asks for exact values; its rows are in an order.
        columns: its columns, as it asks for them.
        preparer: quotes names.
    """
    names = [preparer.quote(column.name) for column in columns]
    texts = ", ".join(map(_text_of, names, columns))
    # Of an ordered subquery, an aggregate takes the rows in their order.
    source = f"FROM ({sql}) AS msm_page ({', '.join(names)})"
    return f"SELECT unnest(ARRAY[{texts}]) AS {COLUMN} {source}"


def values_of(column: ExpectedColumn, text: str | None) -> list[Any]:
    """The JSON values of a column, as the rows of an answer have them.

    Args:
        column: the column.
        text: all of it; None where the select has no rows.
    """
    if text is None:
        return []
    if not _is_separable(column):
        values: list[Any] = orjson.loads(text)
        return values
    texts = text.split(SEPARATOR)
    return [None if value == NULL else value for value in texts] if NULL in texts else texts


def _text_of(name: str, column: ExpectedColumn) -> str:
    if _is_separable(column):
        return f"string_agg(coalesce({name}, '{NULL}'), '{SEPARATOR}')"
    return f"CAST(json_agg({name}) AS TEXT)"


def _is_separable(column: ExpectedColumn) -> bool:
    """Whether its values are texts without a comma: numbers, times, intervals and bytes."""
    kind: TypeEngine[Any] = plain_type(column.kind)
    return column.form is Form.ISO or (column.form is Form.TEXT and not isinstance(kind, String))
