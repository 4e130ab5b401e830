"""The tables that an Alembic operation works on, and what it creates."""

from collections.abc import Iterator
from typing import Any

from alembic.ddl.postgresql import CreateExcludeConstraintOp
from alembic.operations.ops import (
    AddColumnOp,
    AddConstraintOp,
    AlterTableOp,
    BulkInsertOp,
    CreateCheckConstraintOp,
    CreateForeignKeyOp,
    CreateIndexOp,
    CreatePrimaryKeyOp,
    CreateTableOp,
    CreateUniqueConstraintOp,
    DropConstraintOp,
    DropIndexOp,
    DropTableOp,
    ExecuteSQLOp,
    MigrateOperation,
    RenameTableOp,
)
from sqlalchemy import Column, Delete, Insert, Table, TableClause, Update
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.types import TypeEngine

from ..partitions import partitions_of

__all__ = [
    "ColumnTypes",
    "created_tables",
    "is_checked",
    "made",
    "retired_tables",
    "targets",
    "unique_without",
]

type TableKey = tuple[str | None, str]
type ColumnTypes = dict[tuple[str, str], TypeEngine[object]]


def targets(op: MigrateOperation) -> list[TableKey]:
    """Schema and name of each table that an operation changes; not the targets of foreign keys."""
    match op:
        case CreateForeignKeyOp():
            return [(op.kw.get("source_schema"), op.source_table)]
        case RenameTableOp():
            return [(op.schema, op.table_name), (op.schema, op.new_table_name)]
        case (
            CreateTableOp()
            | DropTableOp()
            | AlterTableOp()
            | CreatePrimaryKeyOp()
            | CreateUniqueConstraintOp()
            | CreateCheckConstraintOp()
            | DropConstraintOp()
            | CreateIndexOp()
            | CreateExcludeConstraintOp()
        ):
            return [(op.schema, op.table_name)]
        case DropIndexOp():
            # PostgreSQL needs only the name of an index to drop it.
            return [(op.schema, op.table_name)] if op.table_name else []
        case BulkInsertOp():
            return [(op.table.schema, op.table.name)]
        case ExecuteSQLOp():
            return list(_written(op.sqltext))
    return []


def _written(statement: object) -> Iterator[TableKey]:
    if not isinstance(statement, ClauseElement):
        return
    for element in visitors.iterate(statement):
        if isinstance(element, Insert | Update | Delete):
            for table in visitors.iterate(element.table):
                if isinstance(table, TableClause):
                    yield table.schema, table.name


def made(op: MigrateOperation) -> Table | None:
    """The table with the columns, constraints and indexes that an operation creates.

    What the operation does not say, such as types of existing columns, has a dummy value. Names are
    only those that the revision writes. The operation must have been run.
    """
    match op:
        case CreateTableOp():
            columns = [item for item in op.columns if isinstance(item, Column)]
            return _table_of(columns[0]) if columns else op.to_table()
        case AddColumnOp():
            return _table_of(op.column)
        case AddConstraintOp():
            return op.to_constraint().table
        case CreateIndexOp():
            return op.to_index().table
    return None


def is_checked(op: AddConstraintOp) -> bool:
    """Whether PostgreSQL reads the rows that are there when it adds the constraint."""
    return not op.to_constraint().dialect_kwargs.get("postgresql_not_valid")


def unique_without(op: CreateIndexOp, column: str) -> bool:
    """Whether an operation makes a unique index that does not contain a column."""
    index = op.to_index()
    return bool(index.unique) and column not in [item.name for item in index.columns]


def _table_of(column: Column[Any]) -> Table | None:
    """The table that the column is in since the operation ran."""
    # op.to_table() makes a copy without the foreign keys that a column itself has.
    return column.table


def created_tables(op: MigrateOperation) -> Iterator[str]:
    """Names of the tables that an operation creates."""
    match op:
        case CreateTableOp():
            yield op.table_name
        case RenameTableOp():
            yield op.new_table_name
        case ExecuteSQLOp():
            yield from (partition for partition, _ in partitions_of(op))


def retired_tables(op: MigrateOperation) -> Iterator[str]:
    """Names of the tables that an operation removes."""
    if isinstance(op, DropTableOp | RenameTableOp):
        yield op.table_name
