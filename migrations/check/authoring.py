"""What an author runs to make a revision of a difference: autogenerate where it sees it."""

import shlex
from collections.abc import Iterable, Iterator

from alembic.autogenerate import produce_migrations
from alembic.operations.ops import (
    AddColumnOp,
    AddConstraintOp,
    AlterColumnOp,
    CreateIndexOp,
    CreateTableCommentOp,
    CreateTableOp,
    DropColumnOp,
    DropConstraintOp,
    DropIndexOp,
    DropTableCommentOp,
    MigrateOperation,
    OpContainer,
)
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Table

from ..provider import MarketsMigration
from .differences import ModelKind

__all__ = ["Aspect", "autogenerate_command", "by_hand_command", "seen_by_autogenerate"]

# A kind of difference and its subject; of a changed column also what differs.
type Aspect = tuple[ModelKind, str, str | None]


def _revision_command(provider: MarketsMigration) -> str:
    """The command that makes the next revision of the provider."""
    if provider.branch is None:
        return provider.revision_command
    # Not at the top of the module: that package makes the provider of msm, and a wrong model would
    # end in a traceback there.
    from ..downstream.branch import branch_options

    return f"{provider.revision_command} {branch_options(provider)}"


def autogenerate_command(provider: MarketsMigration) -> str:
    """The command that makes a revision from the models."""
    return f"{_revision_command(provider)} -m WHAT_CHANGES --autogenerate"


def by_hand_command(provider: MarketsMigration, title: str = "WHAT_CHANGES") -> str:
    """The command that makes an empty revision, for what autogenerate does not see."""
    return f"{_revision_command(provider)} -m {shlex.quote(title)} --no-autogenerate"


def seen_by_autogenerate(
    connection: Connection, provider: MarketsMigration, tables: Iterable[Table]
) -> set[Aspect]:
    """What the SDK's ``revision --autogenerate`` would write into a revision.

    Args:
        connection: to the database.
        provider: whose revision it would be.
        tables: those of its models.
    """
    context = MigrationContext.configure(
        connection,
        opts={
            "target_metadata": provider.target_metadata,
            "version_table": provider.version_table,
            "version_table_schema": provider.version_table_schema,
            "include_schemas": any(table.schema is not None for table in tables),
            "include_name": provider.include_name,
            "include_object": provider.include_object,
            "compare_type": True,
            "compare_server_default": True,
        },
    )
    script = produce_migrations(context, provider.target_metadata)
    seen = {aspect for op in _flat(script.upgrade_ops_list) for aspect in _aspects(op)}
    # It writes a changed one as one that goes and one that comes.
    replaced: tuple[tuple[ModelKind, ModelKind, ModelKind], ...] = (
        ("extra_index", "missing_index", "changed_index"),
        ("extra_constraint", "missing_constraint", "changed_constraint"),
    )
    for gone, comes, changed in replaced:
        names = {subject for kind, subject, _ in seen if kind == gone}
        seen |= {
            (changed, subject, None)
            for kind, subject, _ in seen
            if kind == comes and subject in names
        }
    return seen


def _flat(operations: Iterable[MigrateOperation]) -> Iterator[MigrateOperation]:
    for op in operations:
        if isinstance(op, OpContainer):
            yield from _flat(op.ops)
        else:
            yield op


def _aspects(op: MigrateOperation) -> Iterator[Aspect]:
    match op:
        case CreateTableOp():
            yield "missing_table", op.table_name, None
        case AddColumnOp():
            yield "missing_column", f"{op.table_name}.{op.column.name}", None
        case DropColumnOp():
            yield "extra_column", f"{op.table_name}.{op.column_name}", None
        case AlterColumnOp():
            subject = f"{op.table_name}.{op.column_name}"
            for aspect in _changes(op):
                yield "changed_column", subject, aspect
        case CreateIndexOp():
            yield "missing_index", f"{op.table_name}.{op.index_name}", None
        case DropIndexOp():
            yield "extra_index", f"{op.table_name}.{op.index_name}", None
        case AddConstraintOp():
            constraint = op.to_constraint()
            yield "missing_constraint", f"{constraint.table}.{constraint.name}", None
        case DropConstraintOp():
            yield "extra_constraint", f"{op.table_name}.{op.constraint_name}", None
        case CreateTableCommentOp() | DropTableCommentOp():
            yield "changed_comment", op.table_name, None


def _changes(op: AlterColumnOp) -> Iterator[str]:
    """What differs in a column; Alembic has False or None for what does not."""
    if op.modify_type is not None:
        yield "type"
    if op.modify_nullable is not None:
        yield "nullable"
    if op.modify_server_default is not False:
        yield "default"
    if op.modify_comment is not False:
        yield "comment"
