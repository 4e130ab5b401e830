"""The storage layout of a time-indexed table, as the catalog shows it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Index, Table, UnaryExpression
from sqlalchemy.dialects.postgresql.base import PGDialect

from msm.definition import MAX_NAME_LENGTH
from msm.errors import ModelDefinitionError

__all__ = [
    "DEFAULT_SUFFIX",
    "authored_layout",
    "layout_with_index",
    "partition_option",
    "plain_columns",
    "whole_indexes",
]

# What PostgreSQL calls the partition of the rows that no other one takes, after the table's name.
DEFAULT_SUFFIX = "_default"
_QUOTE = PGDialect().identifier_preparer.quote  # type: ignore[no-untyped-call]


def authored_layout(
    cls: type, names: Sequence[str], authored: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """The layout that an author states, whole.

    Args:
        cls: the model.
        names: the time index, then the identity dimensions.
        authored: what the class states; None if it states nothing.

    Returns:
        None for the layout that the platform derives.

    Raises:
        ModelDefinitionError: the platform would derive a name that is too long.
    """
    if authored is not None:
        return _whole(names, authored)
    derived = "_".join(names[1:])
    if len(derived) > MAX_NAME_LENGTH:
        raise ModelDefinitionError(
            cls,
            f"has the index {derived} in its storage layout, a name of {len(derived)} characters "
            f"that is made of the identity dimensions, and {MAX_NAME_LENGTH} are allowed; set "
            '__storage_layout__ = {"secondary_indexes": [{"name": "a_shorter_name", "columns": '
            "[*__identity_dimensions__]}]}.",
        )
    return None


def partition_option(cls: type, table: str, time_index: str, partitioned: object) -> dict[str, str]:
    """The option of a table that PostgreSQL splits by range of its time.

    Args:
        cls: the model.
        table: the name of its table.
        time_index: its time column.
        partitioned: what the class says, True or False.

    Returns:
        An option of :class:`sqlalchemy.Table`; nothing for a table in one piece.

    Raises:
        ModelDefinitionError: the class says something else, or the name of the default partition
            would be too long.
    """
    if not isinstance(partitioned, bool):
        raise ModelDefinitionError(
            cls,
            f"sets __partitioned__ to {partitioned!r}; write True: a revision says which "
            "partitions there are, as in docs/scale.md.",
        )
    if not partitioned:
        return {}
    default = f"{table}{DEFAULT_SUFFIX}"
    if len(default.encode()) > MAX_NAME_LENGTH:
        raise ModelDefinitionError(
            cls,
            f"would have the default partition {default}, a name of {len(default.encode())} bytes, "
            f"and PostgreSQL keeps {MAX_NAME_LENGTH}; choose a shorter __concept__.",
        )
    return {"postgresql_partition_by": f"RANGE ({_QUOTE(time_index)})"}


def layout_with_index(table: Table, names: Sequence[str]) -> dict[str, Any] | None:
    """The layout of a table that has an index by identity dimensions, then time.

    The platform derives one of the dimensions alone, which the table does not have.

    Args:
        table: with its indexes.
        names: the time index, then the identity dimensions.

    Returns:
        None for a table without such an index.
    """
    time_index, *dimensions = names
    by_identity = [*dimensions, time_index]
    if not dimensions or by_identity not in whole_indexes(table):
        return None
    index = {"name": "_".join(dimensions), "columns": by_identity}
    return _whole(names, {"secondary_indexes": [index]})


def plain_columns(index: Index) -> list[str]:
    """The names of the columns of an index; none where one of its parts is an expression."""
    names = []
    for part in index.expressions:
        # desc(), nulls_last() and such.
        while isinstance(part, UnaryExpression) and part.modifier is not None:
            part = part.element
        if not isinstance(part, Column):
            return []
        names.append(part.name)
    return names


def whole_indexes(table: Table) -> Iterator[list[str]]:
    """The columns of each index that finds the rows of a table in their order, all of them."""
    for index in table.indexes:
        options = index.dialect_options["postgresql"]
        if options["where"] is None and options["using"] in (False, "btree"):
            yield plain_columns(index)


def _whole(names: Sequence[str], stated: Mapping[str, Any]) -> dict[str, Any]:
    # The platform takes a whole one only.
    time_index, *dimensions = names
    return {
        "version": 1,
        "time_index": {"name": time_index},
        "identity_dimensions": dimensions,
        "index_progress": {"grain": dimensions},
        "uniqueness": {"columns": [*names]},
        "tail_delete": {"scope_dimensions": dimensions},
        **stated,
    }
