"""Compares the models with the database: by Alembic, and what Alembic does not compare."""

import io
import shlex
from collections.abc import Iterable, Iterator

from alembic.autogenerate import produce_migrations
from alembic.operations import Operations
from alembic.operations.ops import (
    AddColumnOp,
    AddConstraintOp,
    AlterColumnOp,
    CreateCheckConstraintOp,
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
from sqlalchemy import CheckConstraint, Connection

from ..filters import only
from ..inspection.rendering import offline_context
from ..provider import MarketsMigration
from .differences import Difference, ModelKind
from .expressions import ChangedExpression, changed_expressions

__all__ = ["by_hand_command", "compare_models"]


def _revision_command(provider: MarketsMigration) -> str:
    """The command that makes the next revision of the provider."""
    if provider.branch is None:
        return provider.revision_command
    # Not at the top of the module: that package makes the provider of msm, and a wrong model would
    # end in a traceback there.
    from ..downstream.branch import branch_options

    return f"{provider.revision_command} {branch_options(provider)}"


def _autogenerate_command(provider: MarketsMigration) -> str:
    """The command that makes a revision from the models."""
    return f"{_revision_command(provider)} -m WHAT_CHANGES --autogenerate"


def by_hand_command(provider: MarketsMigration, title: str = "WHAT_CHANGES") -> str:
    """The command that makes an empty revision, for what autogenerate does not see."""
    return f"{_revision_command(provider)} -m {shlex.quote(title)} --no-autogenerate"


def compare_models(connection: Connection, provider: MarketsMigration) -> list[Difference]:
    """Every difference between the tables of the provider and the models.

    Tables without a model are ignored here: the comparison of the catalog finds those that this
    provider once created.
    """
    own = {model.__tablename__ for model in provider.metatable_models}
    tables = [table for table in provider.target_metadata.sorted_tables if table.name in own]
    include_name, include_object = only(provider.metatable_models)
    context = MigrationContext.configure(
        connection,
        opts={
            "target_metadata": provider.target_metadata,
            "version_table": provider.version_table,
            "version_table_schema": provider.version_table_schema,
            "include_schemas": any(table.schema is not None for table in tables),
            "include_name": include_name,
            "include_object": include_object,
            "compare_type": True,
            "compare_server_default": True,
            # Without the second plugin Alembic does not compare CHECKs at all.
            "autogenerate_plugins": [
                "alembic.autogenerate.*",
                "alembic.ext.checkconstraint_byname",
            ],
        },
    )
    script = produce_migrations(context, provider.target_metadata)
    found = [_difference(provider, op) for op in _flat(script.upgrade_ops_list)]
    found += [_changed(provider, item) for item in changed_expressions(connection, tables)]
    return found


def _flat(operations: Iterable[MigrateOperation]) -> Iterator[MigrateOperation]:
    for op in operations:
        if isinstance(op, OpContainer):
            yield from _flat(op.ops)
        else:
            yield op


def _difference(provider: MarketsMigration, op: MigrateOperation) -> Difference:
    kind, subject, detail = _describe(op)
    # Autogenerate of the SDK does not see CHECKs, so its command would make an empty revision.
    check = isinstance(op, CreateCheckConstraintOp) or (
        isinstance(op, DropConstraintOp) and op.constraint_type == "check"
    )
    command = by_hand_command(provider) if check else _autogenerate_command(provider)
    return Difference(kind, subject, detail, command, _sql(provider, [op]))


def _describe(op: MigrateOperation) -> tuple[ModelKind, str, str]:
    match op:
        case CreateTableOp():
            return "missing_table", op.table_name, "the database has no such table"
        case AddColumnOp():
            subject = f"{op.table_name}.{op.column.name}"
            return "missing_column", subject, "the database has no such column"
        case DropColumnOp():
            subject = f"{op.table_name}.{op.column_name}"
            return "extra_column", subject, "the model has no such column"
        case AlterColumnOp():
            return "changed_column", f"{op.table_name}.{op.column_name}", "; ".join(_changes(op))
        case CreateIndexOp():
            subject = f"{op.table_name}.{op.index_name}"
            return "missing_index", subject, "the database has no such index"
        case DropIndexOp():
            subject = f"{op.table_name}.{op.index_name}"
            return "extra_index", subject, "the model has no such index"
        case AddConstraintOp():
            constraint = op.to_constraint()
            subject = f"{constraint.table}.{constraint.name}"
            return "missing_constraint", subject, "the database has no such constraint"
        case DropConstraintOp():
            subject = f"{op.table_name}.{op.constraint_name}"
            return "extra_constraint", subject, "the model has no such constraint"
        case CreateTableCommentOp() | DropTableCommentOp():
            return "changed_comment", op.table_name, "the comment of the table differs"
    # A new version of Alembic may find more: rather an error than a difference without a name.
    raise NotImplementedError(f"a check does not know Alembic's {type(op).__name__}")


def _changes(op: AlterColumnOp) -> Iterator[str]:
    """What differs in a column; Alembic has False or None for what does not."""
    if op.modify_type is not None:
        yield f"the type is {op.existing_type!r}, not {op.modify_type!r}"
    if op.modify_nullable is not None:
        yield "it takes NULL" if op.existing_nullable else "it does not take NULL"
    if op.modify_server_default is not False:
        yield "the default differs"
    if op.modify_comment is not False:
        yield "the comment differs"


def _changed(provider: MarketsMigration, changed: ChangedExpression) -> Difference:
    item = changed.item
    subject, command = f"{item.table}.{item.name}", by_hand_command(provider)
    if isinstance(item, CheckConstraint):
        detail = f"the database checks {changed.stored}"
        drop: MigrateOperation = DropConstraintOp.from_constraint(item)
        create: MigrateOperation = CreateCheckConstraintOp.from_constraint(item)
        sql = _sql(provider, [drop, create])
        return Difference("changed_constraint", subject, detail, command, sql)
    rows = "all rows" if changed.stored is None else f"the rows WHERE {changed.stored}"
    drop, create = DropIndexOp.from_index(item), CreateIndexOp.from_index(item)
    detail = f"the database indexes {rows}"
    return Difference("changed_index", subject, detail, command, _sql(provider, [drop, create]))


def _sql(provider: MarketsMigration, operations: Iterable[MigrateOperation]) -> str:
    output = io.StringIO()
    operator = Operations(offline_context(output, target_metadata=provider.target_metadata))
    for op in operations:
        operator.invoke(op)
    return output.getvalue().strip()
