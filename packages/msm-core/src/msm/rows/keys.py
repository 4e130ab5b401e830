"""The columns that identify a row of a model, as a unique index or constraint enforces it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, DateTime, Select, Table, UniqueConstraint, select

from msm.base import MarketsModel, MarketsTimeIndexMetaTable
from msm.errors import StatementError
from msm.errors.formatting import shortened
from msm.rows.arguments import ColumnNames, column_names
from msm.storage_layout import plain_columns
from msm.values.moments import moment_of
from msm.values.texts import UnfitValueError

__all__ = ["Key", "key_of_every_row", "natural_key", "select_by_key", "table_of", "unique_keys"]


@dataclass(frozen=True, slots=True)
class Key:
    """Columns that no two rows have the same values of, as the database enforces.

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
    # Without repeats: a model may have a constraint and an index over the same columns.
    return [key for position, key in enumerate(keys) if key not in keys[:position]]


def natural_key(model: type[MarketsModel], chosen: ColumnNames | None = None) -> Key:
    """The key that identifies a row for callers.

    It is the time index with the identity dimensions of a time-indexed model. Otherwise it is the
    primary key if callers supply it, else the only other unique key, else the primary key.

    Args:
        model: the model.
        chosen: columns of one of the model's unique keys, in any order; None for the natural key.

    Raises:
        StatementError: ``chosen`` is not a unique key of the model, or the model has several and
            none was chosen.
    """
    keys = unique_keys(model)
    if chosen is not None:
        return _chosen(model, column_names(model, chosen), keys)
    # A partial index identifies some rows only: callers must ask for it.
    keys = [key for key in keys if key.where is None]
    if issubclass(model, MarketsTimeIndexMetaTable):
        return Key(tuple(model.__index_names__))
    primary = table_of(model).primary_key
    # With a server default the database makes the key, so callers do not know it before they write.
    if all(column.server_default is None for column in primary):
        return Key(tuple(column.name for column in primary))
    others = [key for key in keys if key.columns != tuple(column.name for column in primary)]
    if len(others) > 1:
        raise StatementError(
            f"{model.__name__} has several unique keys; pass key= one of {_listed(keys)}."
        )
    return (others or keys)[0]


def key_of_every_row(model: type[MarketsModel], chosen: ColumnNames | None = None) -> Key:
    """The natural or chosen key, refused if it is that of a partial index.

    Raises:
        StatementError: as :func:`natural_key`; or the key is that of a partial index.
    """
    # ON CONFLICT by a partial index finds no conflict for the rows outside of it: every upsert
    # would insert them again.
    key = natural_key(model, chosen)
    if key.where is not None:
        others = [other for other in unique_keys(model) if other.where is None]
        raise StatementError(
            f"{model.__name__} is unique over {', '.join(key.columns)} only where {key.where}; an "
            f"upsert would insert the other rows again; pass key= one of {_listed(others)}."
        )
    return key


def select_by_key[M: MarketsModel](model: type[M], key: object) -> Select[M]:
    """Select the row that has a key.

    Args:
        model: the model.
        key: as for :meth:`msm.MarketsRuntime.get`.

    Raises:
        StatementError: the key has another number of values, or other columns, than any unique
            key of all rows, or one of its values is None.
    """
    if isinstance(key, Mapping):
        given = dict(zip(column_names(model, key), key.values(), strict=True))
        columns = key_of_every_row(model, given).columns
        values = [given[name] for name in columns]
    else:
        # A time-indexed model is mapped by its time and its identity dimensions.
        columns = tuple(column.name for column in model.__mapper__.primary_key)
        values = list(key) if isinstance(key, tuple | list) else [key]
    if len(values) != len(columns) or None in values:
        raise StatementError(
            f"The key of {model.__name__} is {', '.join(columns)}, and {shortened(key)} is no "
            "value of it; pass one value for each of these columns, or a mapping of the columns "
            "of another unique key."
        )
    table = table_of(model)
    same = [
        table.c[name] == _key_value(table.c[name], value)
        for name, value in zip(columns, values, strict=True)
    ]
    return select(model).where(*same)


def _key_value(column: Column[Any], value: Any) -> Any:
    # PostgreSQL would read a day, or a text without a zone, in the time zone of the session.
    if not isinstance(column.type, DateTime):
        return value
    try:
        return moment_of(value)
    except UnfitValueError as fault:
        raise StatementError(f"{column.name}: {shortened(value)} {fault}.") from fault


def _chosen(model: type[MarketsModel], chosen: Sequence[str], keys: Sequence[Key]) -> Key:
    for key in keys:
        # In any order: which column is first matters to the index, not to the caller.
        if set(key.columns) == set(chosen):
            return key
    raise StatementError(
        f"{model.__name__} has no unique key over {', '.join(chosen)}; pass key= one of "
        f"{_listed(keys)}."
    )


def _enforced(table: Table) -> Iterator[Key]:
    if table.primary_key.columns:
        yield Key(tuple(column.name for column in table.primary_key))
    # Sorted, because a table holds both as sets: errors list the keys always in the same order.
    for constraint in sorted(table.constraints, key=lambda constraint: str(constraint.name)):
        if isinstance(constraint, UniqueConstraint):
            yield Key(tuple(column.name for column in constraint.columns))
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        # PostgreSQL alone knows what is unique where an index has an expression.
        if index.unique and (columns := plain_columns(index)):
            yield Key(tuple(columns), index.dialect_options["postgresql"]["where"])


def _listed(keys: Sequence[Key]) -> str:
    return " or ".join(str(list(key.columns)) for key in keys)
