"""Compares the models with the database: by Alembic, and what Alembic does not compare."""

import io
import shlex
from collections.abc import Iterable, Iterator, Mapping

from alembic.autogenerate import produce_migrations
from alembic.operations import Operations
from alembic.operations.ops import (
    AddColumnOp,
    AddConstraintOp,
    AlterColumnOp,
    CreateForeignKeyOp,
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

from ..filters import only
from ..inspection.rendering import offline_context
from ..provider import MarketsMigration
from .changes import operations_for
from .definitions import Changed, changed_definitions
from .differences import Difference, ModelKind

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
            # PostgreSQL tells more about defaults.
            "autogenerate_plugins": ["alembic.autogenerate.*", "~alembic.autogenerate.defaults"],
        },
    )
    script = produce_migrations(context, provider.target_metadata)
    operations = list(_flat(script.upgrade_ops_list))
    # PostgreSQL tells more of what differs in these.
    replaced = _replaced(operations)
    found = [_difference(provider, op) for op in operations if _name_of(op) not in replaced]
    seen = {
        (op.table_name, op.column_name, "type")
        for op in operations
        if isinstance(op, AlterColumnOp) and op.modify_type is not None
    }
    by_name = {table.name: table for table in tables}
    for changed in changed_definitions(connection, tables):
        part = changed.part
        if (part.table, part.name, part.facet) not in seen:
            written = part.facet in WRITTEN or (part.table, part.name) in replaced
            found.append(_changed(provider, changed, by_name[part.table], is_written=written))
    return found


def _name_of(op: MigrateOperation) -> tuple[str, str] | None:
    match op:
        case CreateIndexOp() | DropIndexOp():
            return str(op.table_name), str(op.index_name)
        case AddConstraintOp():
            constraint = op.to_constraint()
            return str(constraint.table.name), str(constraint.name)
        case DropConstraintOp():
            return op.table_name, str(op.constraint_name)
    return None


def _replaced(operations: Iterable[MigrateOperation]) -> set[tuple[str, str] | None]:
    """The indexes and constraints that autogenerate drops and creates again."""
    # Alembic alone compares where a foreign key leads.
    own = [op for op in operations if not _is_foreign_key(op)]
    dropped = {_name_of(op) for op in own if isinstance(op, DropIndexOp | DropConstraintOp)}
    created = {_name_of(op) for op in own if isinstance(op, CreateIndexOp | AddConstraintOp)}
    return (dropped & created) - {None}


def _is_foreign_key(op: MigrateOperation) -> bool:
    return isinstance(op, CreateForeignKeyOp) or (
        isinstance(op, DropConstraintOp) and op.constraint_type == "foreignkey"
    )


def _flat(operations: Iterable[MigrateOperation]) -> Iterator[MigrateOperation]:
    for op in operations:
        if isinstance(op, OpContainer):
            yield from _flat(op.ops)
        else:
            yield op


def _difference(provider: MarketsMigration, op: MigrateOperation) -> Difference:
    kind, subject, detail = _describe(op)
    return Difference(kind, subject, detail, _autogenerate_command(provider), _sql(provider, [op]))


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
    if op.modify_comment is not False:
        yield "the comment differs"


# What autogenerate of the SDK sees of a column that exists.
WRITTEN = {"default", "identity"}
KINDS: Mapping[str, ModelKind] = {
    "table": "changed_table",
    "column": "changed_column",
    "constraint": "changed_constraint",
    "index": "changed_index",
}


def _changed(
    provider: MarketsMigration, changed: Changed, table: Table, *, is_written: bool
) -> Difference:
    part = changed.part
    subject = f"{part.table}.{part.name}" if part.name else part.table
    kind = KINDS[part.kind]
    detail = f"the {part.facet} is {changed.stored or 'none'}, not {changed.authored or 'none'}"
    if part.kind == "constraint" and changed.stored is None:
        kind, detail = "missing_constraint", f"the database has no {changed.authored}"
    elif part.kind == "constraint" and changed.authored is None:
        kind, detail = "extra_constraint", f"the model has no {changed.stored}"
    # Autogenerate of the SDK does not see most of them: its command would make an empty revision.
    command = _autogenerate_command(provider) if is_written else by_hand_command(provider)
    return Difference(
        kind, subject, detail, command, _sql(provider, operations_for(changed, table))
    )


def _sql(provider: MarketsMigration, operations: Iterable[MigrateOperation]) -> str:
    output = io.StringIO()
    operator = Operations(offline_context(output, target_metadata=provider.target_metadata))
    for op in operations:
        operator.invoke(op)
    return output.getvalue().strip()
