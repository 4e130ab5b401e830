"""Compares the models with the database: what PostgreSQL prints of the tables of both."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, Table
from sqlalchemy.schema import CreateTable, ExecutableDDLElement, SetColumnComment, SetTableComment

from ..autogenerate import DIALECT
from ..hypertables import own_indexes
from ..provider import SCHEMA, MarketsMigration
from .authoring import Aspect, autogenerate_command, by_hand_command, seen_by_autogenerate
from .changes import (
    Change,
    add_column,
    change_column,
    change_constraint,
    change_table,
    literal,
    quoted,
)
from .definitions import (
    NOT_VALID,
    ConstraintDefinition,
    Definitions,
    IndexDefinition,
    Name,
    read_definitions,
)
from .differences import Difference, ModelKind
from .equivalents import in_the_form_of
from .temporary import read_models

__all__ = ["compare_models", "compare_tables"]

# In this order their SQL can be run.
ORDER: tuple[ModelKind, ...] = (
    "extra_index",
    "extra_constraint",
    "missing_table",
    "changed_table",
    "missing_column",
    "extra_column",
    "changed_column",
    "missing_constraint",
    "changed_constraint",
    "missing_index",
    "changed_index",
    "changed_comment",
)

type Aspects = tuple[Difference, list[Aspect]]


class _Found:
    """Collects differences, each with the aspects that its command has to cover."""

    def __init__(self) -> None:
        self.items: list[Aspects] = []

    def add(self, kind: ModelKind, name: Name | str, *changes: Change) -> None:
        subject = name if isinstance(name, str) else ".".join(name)
        detail = "; ".join(change.detail for change in changes)
        sql = "\n".join(change.sql for change in changes if change.sql)
        self.items.append(
            (
                Difference(kind, subject, detail, "", sql or None),
                [(kind, subject, change.aspect or None) for change in changes],
            )
        )


def compare_models(connection: Connection, provider: MarketsMigration) -> list[Difference]:
    """Every difference between the tables of the provider and the models.

    Tables without a model are ignored here: the comparison of the catalog finds those that this
    provider once created.

    Args:
        connection: in a session whose transactions may be read-only; its transaction ends.
        provider: whose tables are compared.

    Raises:
        ModelTableError: PostgreSQL refuses to create the table of a model.
    """
    own = {model.__tablename__ for model in provider.metatable_models}
    tables = [table for table in provider.target_metadata.sorted_tables if table.name in own]
    found = compare_tables(connection, tables)
    if not found:
        return []
    seen = seen_by_autogenerate(connection, provider, tables)
    commands = {True: autogenerate_command(provider), False: by_hand_command(provider)}
    return [
        replace(difference, command=commands[seen.issuperset(aspects)])
        for difference, aspects in found
    ]


def compare_tables(connection: Connection, tables: Sequence[Table]) -> list[Aspects]:
    """Every difference between some tables and what the database has, in the order of its SQL.

    Args:
        connection: in a session whose transactions may be read-only; its transaction ends.
        tables: those of the models.

    Returns:
        Each difference, without a command, and the aspects that a command has to cover.

    Raises:
        ModelTableError: PostgreSQL refuses to create one of them.
    """
    stored = read_definitions(connection, [table.name for table in tables], schema=SCHEMA)
    authored = read_models(connection, tables)
    stored = _without_own_indexes(connection, stored, authored)
    stored = in_the_form_of(connection, tables, stored, authored)
    found = _Found()
    for table in tables:
        _compare_table(found, table, stored, authored)
    _find_extra_columns(found, stored, authored)
    _compare_constraints(found, tables, stored, authored)
    _compare_indexes(found, stored, authored)
    return sorted(found.items, key=lambda item: ORDER.index(item[0].kind))


def _without_own_indexes(
    connection: Connection, stored: Definitions, authored: Definitions
) -> Definitions:
    """The stored definitions without the indexes that TimescaleDB made by itself."""
    if stored.indexes.keys() <= authored.indexes.keys():
        return stored
    left_out = own_indexes(connection) - authored.indexes.keys()
    indexes = {name: index for name, index in stored.indexes.items() if name not in left_out}
    return replace(stored, indexes=indexes)


def _compare_table(found: _Found, table: Table, stored: Definitions, authored: Definitions) -> None:
    name = table.name
    if name not in stored.tables:
        found.add(
            "missing_table", name, Change("", "the database has no such table", _create(table))
        )
        return
    before, after = stored.tables[name], authored.tables[name]
    if changes := list(change_table(name, before, after)):
        found.add("changed_table", name, *changes)
    if before.comment != after.comment:
        sql = f"COMMENT ON TABLE {quoted(name)} IS {literal(after.comment)};"
        found.add("changed_comment", name, Change("", "the comment of the table differs", sql))
    for column in table.columns:
        key = (name, column.name)
        if key not in stored.columns:
            detail = "the database has no such column"
            found.add("missing_column", key, Change("", detail, add_column(table, column)))
        elif changes := list(
            change_column(key, column, stored.columns[key], authored.columns[key])
        ):
            found.add("changed_column", key, *changes)


def _find_extra_columns(found: _Found, stored: Definitions, authored: Definitions) -> None:
    for key in sorted(stored.columns.keys() - authored.columns.keys()):
        drop = f"ALTER TABLE {quoted(key[0])} DROP COLUMN {quoted(key[1])};"
        found.add("extra_column", key, Change("", "the model has no such column", drop))


def _create(table: Table) -> str:
    statements: list[ExecutableDDLElement] = [CreateTable(table)]
    if table.comment is not None:
        statements.append(SetTableComment(table))
    statements += [
        SetColumnComment(column) for column in table.columns if column.comment is not None
    ]
    return "\n".join(
        f"{str(statement.compile(dialect=DIALECT)).strip()};" for statement in statements
    )


def _compare_constraints(
    found: _Found, tables: Sequence[Table], stored: Definitions, authored: Definitions
) -> None:
    unvalidated = {
        (table.name, constraint.name)
        for table in tables
        for constraint in table.constraints
        if constraint.dialect_options["postgresql"].get("not_valid")
    }
    pairs = sorted(_pairs(stored.constraints, authored.constraints), key=_turn)
    for key, before, after in pairs:
        alter = f"ALTER TABLE {quoted(key[0])}"
        if before is None and after is not None:
            # A missing table has its constraints with it.
            if key[0] in stored.tables:
                add = f"{alter} ADD CONSTRAINT {quoted(key[1])} {after.definition};"
                detail = "the database has no such constraint"
                found.add("missing_constraint", key, Change("", detail, add))
        elif after is None:
            drop = f"{alter} DROP CONSTRAINT {quoted(key[1])};"
            found.add("extra_constraint", key, Change("", "the model has no such constraint", drop))
        elif before is not None:
            if key in unvalidated:
                # A new table has none that is not valid, so the model's cannot be printed.
                before = replace(before, definition=before.definition.removesuffix(NOT_VALID))
            if before != after:
                found.add("changed_constraint", key, change_constraint(key, before, after))


def _compare_indexes(found: _Found, stored: Definitions, authored: Definitions) -> None:
    for key, before, after in _pairs(stored.indexes, authored.indexes):
        drop = f"DROP INDEX {quoted(key[1])};"
        if after is None:
            found.add("extra_index", key, Change("", "the model has no such index", drop))
            continue
        unique = "UNIQUE " if after.is_unique else ""
        create = f"CREATE {unique}INDEX {quoted(key[1])} ON {quoted(key[0])} {after.definition};"
        if before is None:
            found.add("missing_index", key, Change("", "the database has no such index", create))
        elif before != after:
            detail = f"the database has {before}, not {after}"
            found.add("changed_index", key, Change("", detail, f"{drop}\n{create}"))


def _pairs[T: (ConstraintDefinition, IndexDefinition)](
    stored: Mapping[Name, T], authored: Mapping[Name, T]
) -> Iterator[tuple[Name, T | None, T | None]]:
    """By name, the definitions of both sides; None where a side has none."""
    for key in sorted(stored.keys() | authored.keys()):
        yield key, stored.get(key), authored.get(key)


def _turn(pair: tuple[Name, ConstraintDefinition | None, ConstraintDefinition | None]) -> int:
    """Foreign keys go before the keys that they refer to, and come after them."""
    _, before, after = pair
    if after is None:
        return -1 if before is not None and before.kind == "f" else 0
    return 1 if after.kind == "f" else 0
