"""Rules about names: they exist, are not too long, and do not contain ``public``."""

from collections.abc import Iterator
from typing import Any

from alembic.operations.ops import (
    AlterColumnOp,
    CreateForeignKeyOp,
    CreateIndexOp,
    MigrateOperation,
    RenameTableOp,
)
from sqlalchemy import ARRAY, Constraint, Enum, MetaData, PrimaryKeyConstraint, Sequence, Table
from sqlalchemy.dialects.postgresql import DOMAIN
from sqlalchemy.schema import ColumnCollectionConstraint
from sqlalchemy.types import TypeEngine

from msm.base import MarketsBase

from ...autogenerate import DIALECT
from ..history import Revision
from ..recorder import Operation
from ..subjects import made, targets
from .base import Fault, rule
from .operations import unchanged_foreign_keys

__all__ = ["long_name", "schema_public", "unnamed"]

# PostgreSQL cuts longer identifiers off without an error.
MAX_NAME_BYTES = DIALECT.max_identifier_length


def _operations(revision: Revision) -> Iterator[Operation]:
    for recording in revision.recordings:
        yield from recording.operations


@rule("schema-public", to_do='Leave the schema out; without one it is "public".')
def schema_public(revision: Revision) -> Iterator[Fault]:
    """``schema="public"`` in an operation, a foreign key's target, a type or a sequence."""
    churn = unchanged_foreign_keys(revision)
    for operation in _operations(revision):
        if operation in churn:
            continue  # Another rule tells the author to delete it.
        for subject in _public(operation.op):
            why = f'{subject} names "public", which makes Alembic recreate unchanged keys.'
            yield Fault(operation.location, why)


def _public(op: MigrateOperation) -> Iterator[str]:
    yield from (f"The table {name}" for schema, name in targets(op) if schema == "public")
    if isinstance(op, CreateForeignKeyOp) and op.kw.get("referent_schema") == "public":
        yield f"The target of {op.constraint_name}"
    table = None if isinstance(op, CreateForeignKeyOp) else made(op)
    if table is not None:
        for key in table.foreign_keys:
            if key.target_fullname.startswith("public."):
                yield f"The foreign key to {key.target_fullname}"
        for column in table.columns:
            if _is_public(column.type):
                yield f"The type of {column.name}"
            if isinstance(column.default, Sequence) and column.default.schema == "public":
                yield f"The sequence of {column.name}"
    if isinstance(op, AlterColumnOp) and _is_public(op.modify_type):
        yield f"The type of {op.column_name}"


def _is_public(kind: TypeEngine[Any] | None) -> bool:
    if isinstance(kind, ARRAY):
        return _is_public(kind.item_type)
    return isinstance(kind, Enum | DOMAIN) and kind.schema == "public"


@rule("unnamed", to_do="Name it as autogenerate does: op.f() and the name by the convention.")
def unnamed(revision: Revision) -> Iterator[Fault]:
    """A constraint or index without a name, or with a name that SQLAlchemy would generate."""
    for operation in _operations(revision):
        if operation.is_nameless:
            yield Fault(operation.location, "The index or constraint has no name.")
            continue
        table = made(operation.op)
        for what in _unnamed(table) if table is not None else ():
            yield Fault(operation.location, f"{what} of {table} has no name.")


def _unnamed(table: Table) -> Iterator[str]:
    for constraint in _constraints(table):
        if not isinstance(constraint, ColumnCollectionConstraint):
            continue
        if isinstance(constraint, PrimaryKeyConstraint) and not constraint.columns:
            continue  # SQLAlchemy gives every table one, which is empty without a key.
        if not isinstance(constraint.name, str):
            columns = [column.name for column in constraint.columns]
            yield f"A {type(constraint).__name__} on ({', '.join(columns)})"
    yield from (f"The index on {column.name}" for column in table.columns if column.index)


@rule("long-name", to_do="Shorten it, as the SDK's convention does for the names that it makes.")
def long_name(revision: Revision) -> Iterator[Fault]:
    """A name of more than 63 bytes, which PostgreSQL would shorten."""
    # Two long names with the same beginning would become one, and no model would match it.
    for operation in _operations(revision):
        op = operation.op
        bare = operation.is_nameless or isinstance(op, CreateIndexOp)
        table = None if bare else made(op)
        for name in {*_given(op), *(_names(table) if table is not None else ())}:
            size = len(name.encode())
            if size > MAX_NAME_BYTES:
                why = f"The name {name} has {size} bytes, and PostgreSQL keeps {MAX_NAME_BYTES}."
                yield Fault(operation.location, why)


def _given(op: MigrateOperation) -> Iterator[str]:
    match op:
        case RenameTableOp():
            yield op.new_table_name
        # The dummy table of an index on an expression cannot be copied, as _names() does.
        case CreateIndexOp(index_name=str(name)):
            yield name
        case AlterColumnOp() if op.modify_name is not None:
            yield op.modify_name


def _names(bare: Table) -> Iterator[str]:
    """Names as they will be in the database, with those that the convention adds."""
    conventional = MetaData(naming_convention=MarketsBase.metadata.naming_convention)
    table = bare.to_metadata(conventional)
    yield table.name
    yield from (column.name for column in table.columns)
    yield from (index.name for index in table.indexes if isinstance(index.name, str))
    yield from (key.name for key in _constraints(table) if isinstance(key.name, str))


def _constraints(table: Table) -> Iterator[Constraint]:
    yield from table.constraints
    for column in table.columns:
        yield from column.constraints
