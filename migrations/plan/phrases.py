"""Alembic operations in one line each."""

from collections.abc import Iterator

from alembic.operations.ops import (
    AddColumnOp,
    AddConstraintOp,
    AlterColumnOp,
    BulkInsertOp,
    CreateIndexOp,
    CreateTableCommentOp,
    CreateTableOp,
    DropColumnOp,
    DropConstraintOp,
    DropIndexOp,
    DropTableCommentOp,
    DropTableOp,
    ExecuteSQLOp,
    MigrateOperation,
    RenameTableOp,
)
from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Table,
    UniqueConstraint,
)
from sqlalchemy.schema import SchemaItem

from ..review.hazards import Effect

__all__ = ["describe", "describe_loss"]

# In this order. Primary keys are not counted: almost every table has one.
COUNTED: dict[type[SchemaItem], str] = {
    Column: "column",
    ForeignKeyConstraint: "foreign key",
    UniqueConstraint: "unique constraint",
    CheckConstraint: "check",
}


def describe(op: MigrateOperation) -> str:
    """What an operation does, such as ``drop column ms_markets__asset.note``."""
    match op:
        case CreateTableOp():
            return f"create table {op.table_name} ({', '.join(_contents(op.to_table()))})"
        case DropTableOp():
            return f"drop table {op.table_name}"
        case RenameTableOp():
            # The platform finds a resource by the name of its table, and lets nobody change that.
            return (
                f"rename table {op.table_name} to {op.new_table_name}, which becomes a new "
                "resource of the catalog, with another uid"
            )
        case AddColumnOp():
            return f"add column {op.table_name}.{op.column.name}"
        case DropColumnOp():
            return f"drop column {op.table_name}.{op.column_name}"
        case AlterColumnOp():
            return f"alter column {op.table_name}.{op.column_name}: {', '.join(_changes(op))}"
        case CreateIndexOp():
            unique = "unique " if op.unique else ""
            return f"create {unique}index {op.index_name} on {op.table_name}"
        case DropIndexOp():
            return f"drop index {op.index_name}"
        case AddConstraintOp():
            constraint = op.to_constraint()
            return f"add constraint {constraint.name} on {constraint.table}"
        case DropConstraintOp():
            return f"drop constraint {op.constraint_name} on {op.table_name}"
        case CreateTableCommentOp() | DropTableCommentOp():
            return f"comment on table {op.table_name}"
        case BulkInsertOp():
            return f"insert {len(op.rows)} rows into {op.table}"
        case ExecuteSQLOp():
            return f"execute {' '.join(str(op.sqltext).split())}"
    return type(op).__name__


def describe_loss(effect: Effect) -> str:
    """What an operation loses, or may fail on, in one line."""
    match effect.hazard:
        case "drop-table":
            return f"drop table {effect.table}"
        case "drop-column":
            return f"drop column {effect.subject}"
        case "narrow-type":
            return f"narrow column {effect.subject}"
        case "set-not-null":
            return f"set column {effect.subject} NOT NULL"
        case "delete-rows":
            return f"{effect.detail or 'delete from'} {effect.table}"
        case "rewrite-rows":
            return f"{effect.detail or 'update'} {effect.table} ({', '.join(effect.columns)})"
        case "unread-sql":
            return f"execute SQL that {effect.detail}"


def _contents(table: Table) -> Iterator[str]:
    """What a table is created with, such as ``5 columns``."""
    for kind, name in COUNTED.items():
        number = sum(isinstance(item, kind) for item in (*table.columns, *table.constraints))
        if number:
            yield f"{number} {name}{'' if number == 1 else 's'}"


def _changes(op: AlterColumnOp) -> Iterator[str]:
    if op.modify_name is not None:
        yield f"name {op.modify_name}"
    if op.modify_type is not None:
        yield f"type {op.modify_type}"
    if op.modify_nullable is not None:
        yield "NULL" if op.modify_nullable else "NOT NULL"
    if op.modify_server_default is not False:
        yield "no default" if op.modify_server_default is None else "default"
    if op.modify_comment is not False:
        yield "no comment" if op.modify_comment is None else "comment"
