"""Definitions of tables: every column, key, index and check, each as DDL."""

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from alembic.operations.ops import AddConstraintOp, CreateIndexOp, CreateTableOp, MigrateOperation
from alembic.script import ScriptDirectory
from sqlalchemy import (
    CheckConstraint,
    Connection,
    Constraint,
    Index,
    MetaData,
    Table,
    inspect,
    text,
)
from sqlalchemy.exc import SAWarning
from sqlalchemy.schema import CreateIndex

from msm.base import MarketsModel

from ..autogenerate import COMPILER, DIALECT, sql_of
from ..inspection.owners import foreign_owners
from ..partitions import partitions
from ..provider import SCHEMA
from ..review.recorder import record

__all__ = [
    "Definition",
    "TableItem",
    "read_database",
    "read_invalid",
    "read_owners",
    "read_revisions",
]

INVALID = text("""
    SELECT c.relname, 'index', i.relname
    FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
    WHERE NOT x.indisvalid AND c.relnamespace = 'public'::regnamespace
    UNION ALL
    SELECT c.relname, CASE k.contype WHEN 'c' THEN 'check' ELSE 'key' END, k.conname
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE NOT k.convalidated AND k.contype <> 'n' AND c.relnamespace = 'public'::regnamespace
""")

# What SQLAlchemy does not reflect: exclusion constraints, and indexes whose collation is not that
# of their columns.
UNREFLECTED = text("""
    SELECT c.relname, 'key', k.conname, pg_get_constraintdef(k.oid)
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE k.contype = 'x' AND c.relnamespace = 'public'::regnamespace AND c.relname = ANY(:names)
    UNION ALL
    SELECT c.relname, 'index', i.relname, pg_get_indexdef(i.oid)
    FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY(:names) AND EXISTS (
        SELECT FROM unnest(x.indkey::int2[], x.indcollation::oid[]) AS k (attnum, sorting)
        JOIN pg_attribute a ON (a.attrelid, a.attnum) = (x.indrelid, k.attnum)
        WHERE k.sorting NOT IN (0, a.attcollation)
    )
""")


@dataclass(frozen=True, slots=True, order=True)
class TableItem:
    """A table, or a column, key, check or index of it.

    Attributes:
        table: the name of the table.
        kind: what it is.
        name: its own name; for a table that of the table.
    """

    table: str
    kind: Literal["table", "column", "key", "check", "index"]
    name: str

    def __str__(self) -> str:
        return self.table if self.kind == "table" else f"{self.table}.{self.name}"


@dataclass(frozen=True, slots=True)
class Definition:
    """What an item is.

    Attributes:
        ddl: without a condition.
        condition: of a check or a partial index; None if there is none. Apart, because PostgreSQL
            has to compare it.
    """

    ddl: str
    condition: str | None = None

    def __str__(self) -> str:
        return " ".join(filter(None, (self.ddl, self.condition)))


def read_database(connection: Connection) -> dict[TableItem, Definition]:
    """The tables of the schema public whose names have the prefix of msm."""
    prefix = f"{MarketsModel.__application__}__"
    tables = set(inspect(connection).get_table_names(SCHEMA)) - partitions(connection)
    names = sorted(name for name in tables if name.startswith(prefix))
    metadata = MetaData()
    with warnings.catch_warnings():
        # SQLAlchemy reflects NOT VALID of a check, and then warns that it does not know the option.
        warnings.simplefilter("ignore", SAWarning)
        metadata.reflect(connection, only=names, resolve_fks=False)
    found = dict(item for table in metadata.tables.values() for item in _table(table))
    for table, kind, name, ddl in connection.execute(UNREFLECTED, {"names": names}):
        found[TableItem(table, kind, name)] = Definition(ddl)
    return found


def read_revisions(script: ScriptDirectory, target: str) -> dict[TableItem, Definition]:
    """What the revisions up to ``target`` create, without a database."""
    found: dict[TableItem, Definition] = {}
    for revision in reversed(list(script.iterate_revisions(target, "base"))):
        run = record(revision.module.upgrade, Path(revision.path))
        for operation in run.operations:
            found.update(_operation(operation.op))
    return found


def read_invalid(connection: Connection) -> set[TableItem]:
    """Indexes that PostgreSQL left INVALID, and constraints that are NOT VALID."""
    return {TableItem(*row) for row in connection.execute(INVALID)}


def read_owners(connection: Connection) -> dict[TableItem, str]:
    """The tables that the current role may not alter, each with the role that owns it."""
    return {
        TableItem(table, "table", table): owner
        for table, owner in foreign_owners(connection).items()
    }


def _operation(op: MigrateOperation) -> Iterable[tuple[TableItem, Definition]]:
    match op:
        case CreateTableOp():
            return _table(op.to_table())
        case CreateIndexOp():
            return [_index(op.table_name, op.to_index())]
        case AddConstraintOp():
            constraint = op.to_constraint()
            return [_constraint(constraint.table.name, constraint)]
    # The revisions up to 1003 only create. A later one would need more than that here.
    raise NotImplementedError(f"{type(op).__name__} does not add an item to a table")


def _table(table: Table) -> Iterator[tuple[TableItem, Definition]]:
    yield TableItem(table.name, "table", table.name), Definition("a table")
    for column in table.columns:
        ddl = str(COMPILER.get_column_specification(column))  # type: ignore[no-untyped-call]
        # To PostgreSQL FLOAT without a precision is DOUBLE PRECISION, which is how it is reflected.
        ddl = ddl.replace(" FLOAT", " DOUBLE PRECISION")
        yield TableItem(table.name, "column", column.name), Definition(ddl)
    for constraint in table.constraints:
        if constraint.name is not None:
            yield _constraint(table.name, constraint)
    for index in table.indexes:
        yield _index(table.name, index)


def _constraint(table: str, constraint: Constraint) -> tuple[TableItem, Definition]:
    if isinstance(constraint, CheckConstraint):
        item = TableItem(table, "check", str(constraint.name))
        return item, Definition("CHECK", sql_of(constraint.sqltext))
    # A reflected constraint has PostgreSQL's default, which the model leaves out.
    ddl = COMPILER.process(constraint).replace(" NULLS DISTINCT", "")
    name = str(constraint.name)
    return TableItem(table, "key", name), Definition(ddl.removeprefix(f"CONSTRAINT {name} "))


def _index(table: str, index: Index) -> tuple[TableItem, Definition]:
    statement = str(CreateIndex(index).compile(dialect=DIALECT))
    ddl, where, condition = statement.partition(" WHERE ")
    return TableItem(table, "index", str(index.name)), Definition(
        ddl + where.rstrip(), condition or None
    )
