"""The columns that identify a row of a model, as a unique index or constraint enforces them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, UniqueConstraint

from msm.base import MarketsModel, MarketsTimeIndexMetaTable
from msm.errors import StatementError

__all__ = ["Key", "key_of_every_row", "natural_key", "table_of", "unique_keys"]


@dataclass(frozen=True, slots=True)
class Key:
    """Columns of which the database has every combination once.

    Attributes:
        columns: column names, in the order of the index.
        where: the condition of a partial index; None for one over all rows.
    """

    columns: tuple[str, ...]
    where: ColumnElement[Any] | None = None


def table_of(model: type[MarketsModel]) -> Table:
    """The table of a mapped model."""
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - MarketsModel maps nothing else
    return table


def unique_keys(model: type[MarketsModel]) -> list[Key]:
    """Every unique key of a model: primary key, unique constraints and unique indexes."""
    keys = list(_enforced(table_of(model)))
    return [key for position, key in enumerate(keys) if key not in keys[:position]]


def natural_key(model: type[MarketsModel], chosen: Sequence[str] | None = None) -> Key:
    """The key that a row is recognised by.

    It is the grain of a time-indexed model; otherwise the primary key where callers supply it,
    else the one unique key beside the primary key, else the primary key.

    Args:
        model: the model.
        chosen: columns of one of the model's unique keys, in any order; None for the natural key.

    Raises:
        StatementError: ``chosen`` is no unique key of the model, or the model has several and none
            was chosen.
    """
    keys = unique_keys(model)
    if chosen is not None:
        return _chosen(model, chosen, keys)
    keys = [key for key in keys if key.where is None]
    if issubclass(model, MarketsTimeIndexMetaTable):
        return Key(tuple(model.__index_names__))
    primary = table_of(model).primary_key
    if all(column.server_default is None for column in primary):
        return Key(tuple(column.name for column in primary))
    others = [key for key in keys if key.columns != tuple(column.name for column in primary)]
    if len(others) > 1:
        raise StatementError(
            f"{model.__name__} has several unique keys; pass key= one of {_listed(keys)}."
        )
    return (others or keys)[0]


def key_of_every_row(model: type[MarketsModel], chosen: Sequence[str] | None = None) -> Key:
    """As :func:`natural_key`, but none that holds for some rows only.

    By such a key the other rows would be inserted again each time.

    Raises:
        StatementError: as :func:`natural_key`; or the key is that of a partial index.
    """
    key = natural_key(model, chosen)
    if key.where is not None:
        others = [other for other in unique_keys(model) if other.where is None]
        raise StatementError(
            f"{model.__name__} is unique over {', '.join(key.columns)} only where {key.where}, so "
            f"that other rows would be inserted again; pass key= one of {_listed(others)}."
        )
    return key


def _chosen(model: type[MarketsModel], chosen: Sequence[str], keys: Sequence[Key]) -> Key:
    for key in keys:
        if set(key.columns) == set(chosen):
            return key
    raise StatementError(
        f"{model.__name__} has no unique key over {', '.join(chosen)}; pass key= one of "
        f"{_listed(keys)}."
    )


def _enforced(table: Table) -> Iterator[Key]:
    if table.primary_key.columns:
        yield Key(tuple(column.name for column in table.primary_key))
    for constraint in sorted(table.constraints, key=lambda constraint: str(constraint.name)):
        if isinstance(constraint, UniqueConstraint):
            yield Key(tuple(column.name for column in constraint.columns))
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        if index.unique:
            where = index.dialect_options["postgresql"]["where"]
            yield Key(tuple(column.name for column in index.columns), where)


def _listed(keys: Sequence[Key]) -> str:
    return " or ".join(str(list(key.columns)) for key in keys)
