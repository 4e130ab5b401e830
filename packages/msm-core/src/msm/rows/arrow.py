"""Reading rows of Arrow, from whatever has its PyCapsule interface: polars, pyarrow, duckdb."""

import json
import uuid
from collections.abc import Callable, Sequence
from typing import Any, Protocol, runtime_checkable

from sqlalchemy import ARRAY, Column, Table, Uuid

from msm.errors import StatementError
from msm.values.arrow import is_json, load_pyarrow
from msm.values.decorated import is_decorated

__all__ = ["ArrowRows", "arrow_columns"]


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
            f"The {type(rows).__name__} cannot be read as a table of Arrow: {error}; pass one with "
            "a name for each column."
        ) from error
    twice = {name for name in given.column_names if given.column_names.count(name) > 1}
    if twice:
        raise StatementError(
            f"The {type(rows).__name__} has two columns named {min(twice)!r}; drop or rename one "
            "of them."
        )
    return {
        name: _values(table.c.get(name), given.column(name).to_pylist())
        for name in given.column_names
    }


def _values(column: Column[Any] | None, values: list[Any]) -> list[Any]:
    # A TypeDecorator decides itself what it takes, and Arrow's text may be just that.
    if column is None or is_decorated(column.type):
        return values
    if is_json(column.type):
        return [_parsed(json.loads, value) for value in values]
    kind = column.type.item_type if isinstance(column.type, ARRAY) else column.type
    if isinstance(kind, Uuid):
        return [_parsed(uuid.UUID, value) for value in values]
    return values


def _parsed(parse: Callable[[str], Any], value: Any) -> Any:
    """The value of a text of Arrow; the text itself where it has none, which is a fault later."""
    if isinstance(value, list):
        return [_parsed(parse, item) for item in value]
    if not isinstance(value, str):
        return value
    try:
        return parse(value)
    except ValueError:
        return value
