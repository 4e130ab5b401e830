"""A warning about changes that code of the previous release does not survive."""

from collections.abc import Iterator, Mapping

from alembic.operations.ops import (
    AddColumnOp,
    AlterColumnOp,
    CreateCheckConstraintOp,
    DropColumnOp,
    DropTableOp,
    MigrateOperation,
    RenameTableOp,
)

from ..hazards import Novelties, effects, novelties
from ..history import Revision
from ..schema import ColumnShape, Schema, mentions, shape_of
from .base import Fault, rule

__all__ = ["breaks_deployed_release"]

DROP = (
    "Use two releases: the first stops reading and writing it, and the second drops it and gives "
    "the reason in acknowledged."
)
RENAME = (
    "Use two releases: the first adds the new name, copies the values and reads and writes both, "
    "and the second drops the old name."
)
NOT_NULL = (
    "Use two releases: the first always writes a value and fills the rows that have none, and the "
    "second sets NOT NULL; or give the column a server default."
)
NARROW = (
    "Use two releases: the first writes only values that fit, and the second changes the type; or "
    "add another column of the new type, as for a rename."
)
CHECK = (
    "Use two releases: the first writes only rows that satisfy it, and the second adds the CHECK."
)


@rule(
    "breaks-deployed-release",
    to_do="Use two releases, or say in acknowledged why no code of the previous release is left.",
)
def breaks_deployed_release(revision: Revision) -> Iterator[Fault]:
    """A change after which code of the previous release cannot insert or select.

    Services run while the database is migrated, and go on until they are deployed again.
    """
    operations = revision.upgrade.operations
    made = novelties(operation.op for operation in operations)
    schema = revision.before.copy()
    for operation in operations:
        for hazard, why, to_do in _breaks(operation.op, revision, schema, made):
            # Who gives the reason for a loss has said that no code is left that needs it.
            if hazard not in revision.acknowledged:
                yield Fault(operation.location, why, f"{to_do} See docs/releases.md.")
        schema.apply(operation.op)


def _breaks(
    op: MigrateOperation, revision: Revision, schema: Schema, made: Novelties
) -> Iterator[tuple[str, str, str]]:
    """The destructive rule that says the same, what breaks, and what to do instead."""
    match op:
        case DropTableOp() if (op.table_name, None) not in made:
            why = f"Code of the previous release cannot use {op.table_name} once it is dropped."
            yield "drop-table", why, DROP
        case RenameTableOp():
            why = f"Code of the previous release cannot find {op.table_name} under its new name."
            yield "", why, RENAME
        case DropColumnOp() if (op.table_name, op.column_name) not in made:
            subject = f"{op.table_name}.{op.column_name}"
            why = f"Code of the previous release selects {subject}, which is dropped."
            yield "drop-column", why, DROP
        case AddColumnOp() if (op.table_name, None) not in made:
            if _is_required(op):
                subject = f"{op.table_name}.{op.column.name}"
                why = (
                    f"{subject} is NOT NULL without a server default, so that inserts of the "
                    "previous release fail, as the revision does where the table has rows."
                )
                yield "", why, NOT_NULL
        case AlterColumnOp() if not _is_new(op, made):
            yield from _altered(op, revision, schema)
        case CreateCheckConstraintOp() if (op.table_name, None) not in made:
            old = [
                name
                for name in _columns(schema, op.table_name)
                if (op.table_name, name) not in made and _checks(op, name)
            ]
            if old:
                why = (
                    f"A new CHECK on {op.table_name} ({', '.join(sorted(old))}) refuses rows that "
                    "the previous release may insert."
                )
                yield "", why, CHECK


def _altered(
    op: AlterColumnOp, revision: Revision, schema: Schema
) -> Iterator[tuple[str, str, str]]:
    subject = f"{op.table_name}.{op.column_name}"
    if op.modify_name is not None:
        why = f"Code of the previous release selects {subject}, which is renamed."
        yield "", why, RENAME
    if any(effect.hazard == "narrow-type" for effect in effects(op, revision.column_types)):
        why = f"{subject} gets a type that may not hold what the previous release inserts."
        yield "narrow-type", why, NARROW
    before = _columns(schema, op.table_name).get(op.column_name)
    default = before.default if before is not None else None
    if op.modify_server_default is not False:
        default = None if op.modify_server_default is None else "some"
    if default is not None:
        return
    if op.modify_nullable is False and not (before is not None and not before.nullable):
        why = f"{subject} becomes NOT NULL, and the previous release may insert without it."
        yield "set-not-null", why, NOT_NULL
    elif op.modify_server_default is None and _stays_required(before, op):
        why = f"{subject} is NOT NULL and loses its default, so that inserts without it fail."
        yield "", why, NOT_NULL


def _columns(schema: Schema, table: str) -> Mapping[str, ColumnShape]:
    # A partition, a table of another history, or a misspelled one, which another rule refuses.
    return schema.tables[table].columns if table in schema.tables else {}


def _stays_required(before: ColumnShape | None, op: AlterColumnOp) -> bool:
    return before is not None and not before.nullable and op.modify_nullable is not True


def _is_required(op: AddColumnOp) -> bool:
    column = op.column
    filled = column.server_default is not None or column.identity is not None
    return not column.nullable and not filled and column.computed is None


def _is_new(op: AlterColumnOp, made: Novelties) -> bool:
    return (op.table_name, None) in made or (op.table_name, op.column_name) in made


def _checks(op: CreateCheckConstraintOp, column: str) -> bool:
    return any(
        mentions(part, column)
        for part in shape_of(op.to_constraint().table).parts.values()
        if part.kind == "check"
    )
