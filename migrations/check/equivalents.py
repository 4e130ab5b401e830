"""Definitions that PostgreSQL prints differently, and that mean the same to it.

``a IN ('x')`` and ``a = ANY (ARRAY['x'])`` on a varchar keep the casts of how they were written.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy import Connection, Table

from ..autogenerate import same_expression
from .definitions import (
    ColumnDefinition,
    ConstraintDefinition,
    Definitions,
    IndexDefinition,
    Name,
)

__all__ = ["in_the_form_of"]

CHECK = re.compile(r"CHECK (?P<condition>.*?)(?P<options>( NO INHERIT)?( NOT VALID)?)", re.DOTALL)


def in_the_form_of(
    connection: Connection, tables: Sequence[Table], stored: Definitions, authored: Definitions
) -> Definitions:
    """The stored definitions, those in the form of the authored ones that mean the same.

    Args:
        connection: may read the tables.
        tables: those of the models.
        stored: what the database has.
        authored: what the models say.
    """
    by_name = {table.name: table for table in tables}

    def restated[T: (ColumnDefinition, ConstraintDefinition, IndexDefinition)](
        before: Mapping[Name, T], after: Mapping[Name, T], restate: Callable[..., T]
    ) -> dict[Name, T]:
        return {
            name: restate(partial(same_expression, connection), by_name[name[0]], item, after[name])
            if name in after and item != after[name]
            else item
            for name, item in before.items()
        }

    return replace(
        stored,
        columns=restated(stored.columns, authored.columns, _column),
        constraints=restated(stored.constraints, authored.constraints, _constraint),
        indexes=restated(stored.indexes, authored.indexes, _index),
    )


type Same = Callable[..., bool]


def _column(
    same: Same, table: Table, stored: ColumnDefinition, authored: ColumnDefinition
) -> ColumnDefinition:
    if stored.type != authored.type:
        return stored
    if same(stored.default, authored.default, kind=authored.type):
        stored = replace(stored, default=authored.default)
    if stored.computed is not None and authored.computed is not None:
        before, _, how = stored.computed.rpartition(" ")
        after, _, wanted = authored.computed.rpartition(" ")
        if how == wanted and same(before, after, table=table):
            stored = replace(stored, computed=authored.computed)
    return stored


def _constraint(
    same: Same, table: Table, stored: ConstraintDefinition, authored: ConstraintDefinition
) -> ConstraintDefinition:
    before = CHECK.fullmatch(stored.definition)
    after = CHECK.fullmatch(authored.definition)
    if before is None or after is None:
        return stored
    if not same(before["condition"], after["condition"], table=table):
        return stored
    return replace(stored, definition=f"CHECK {after['condition']}{before['options']}")


def _index(
    same: Same, table: Table, stored: IndexDefinition, authored: IndexDefinition
) -> IndexDefinition:
    before, where, condition = stored.definition.partition(" WHERE ")
    after, _, wanted = authored.definition.partition(" WHERE ")
    if before == after and where and wanted and same(condition, wanted, table=table):
        return replace(stored, definition=authored.definition)
    return stored
