"""Reading rows of Arrow, from whatever has its PyCapsule interface: polars, pyarrow, duckdb."""

import json
import uuid
from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

from sqlalchemy import ARRAY, Column, Table, Uuid

from msm.errors import StatementError
from msm.errors.formatting import excerpt
from msm.values.arrow import is_json, load_pyarrow
from msm.values.decorated import is_decorated
from msm.values.texts import UnreadJson

__all__ = ["ArrowRows", "arrow_columns", "python_values"]


@runtime_checkable
class ArrowStream(Protocol):
    """What gives batches of Arrow, such as a table."""

    def __arrow_c_stream__(self, requested_schema: Any = None) -> object:
        """The capsule of the stream."""
        ...


@runtime_checkable
class ArrowArray(Protocol):
    """What gives one batch of Arrow."""

    def __arrow_c_array__(self, requested_schema: Any = None) -> Any:
        """The capsules of the batch."""
        ...


# Not a type alias of Python 3.12, which isinstance() does not take.
ArrowRows = ArrowStream | ArrowArray


def arrow_columns(table: Table, rows: ArrowStream | ArrowArray) -> dict[str, Sequence[Any]]:
    """The Python values of each column.

    Args:
        table: the table that the rows are for.
        rows: the rows.

    Raises:
        EnvironmentMismatchError: pyarrow is not installed.
        StatementError: two columns have the same name, or a column without names was passed.
    """
    pa = load_pyarrow()
    try:
        given = pa.table(rows)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise StatementError(
            f"The {type(rows).__name__} cannot be read as a table of Arrow: "
            f"{excerpt(str(error))}; pass one with a name for each column."
        ) from error
    twice = {name for name in given.column_names if given.column_names.count(name) > 1}
    if twice:
        raise StatementError(
            f"The {type(rows).__name__} has two columns named {min(twice)!r}; drop or rename one "
            "of them."
        )
    return {
        name: python_values(table.c.get(name), given.column(name).to_pylist())
        for name in given.column_names
    }


def python_values(column: Column[Any] | None, values: list[Any]) -> list[Any]:
    """The values of a column, of which texts of UUID and JSON are parsed.

    Args:
        column: the column of the table; None where it has no such column.
        values: the values as Arrow has them.
    """
    # A TypeDecorator decides itself what it takes, and Arrow's text may be just that.
    if column is None or is_decorated(column.type):
        return values
    if is_json(column.type):
        return list(map(_json, values))
    kind = column.type.item_type if isinstance(column.type, ARRAY) else column.type
    if isinstance(kind, Uuid):
        return list(map(_uuid, values))
    return values


def _json(value: Any) -> Any:
    """The document of a text, or why it has none, which is a fault of its row."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (RecursionError, ValueError) as error:
        return UnreadJson(value, error)


def _uuid(value: Any) -> Any:
    """The UUID of a text; the text itself where it has none, which is a fault of its row."""
    if isinstance(value, list):
        return list(map(_uuid, value))
    if not isinstance(value, str):
        return value
    try:
        return uuid.UUID(value)
    except ValueError:
        return value
