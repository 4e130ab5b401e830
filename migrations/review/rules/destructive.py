"""Rules about operations that cannot be undone: refused unless the revision gives a reason.

A revision acknowledges such a rule by name, at module level::

    acknowledged = {"drop-column": "Nothing has written it since 1007, and no reader is left."}
"""

from collections.abc import Iterator

from alembic.operations.ops import AlterColumnOp, DropColumnOp, DropTableOp

from ..hazards import Hazard, hazards, old_type, sql_type
from ..history import Revision
from ..recorder import Operation
from .base import Fault, Rule, rule

__all__ = ["DESTRUCTIVE"]

ACKNOWLEDGE = 'then give the reason in acknowledged = {"RULE": "..."}.'


def _or_acknowledge(name: str, first: str) -> str:
    return f"{first}, {ACKNOWLEDGE.replace('RULE', name)}"


@rule("drop-table", to_do=_or_acknowledge("drop-table", "Keep the table until nothing reads it"))
def drop_table(revision: Revision) -> Iterator[Fault]:
    """A table dropped by ``upgrade()``."""
    for op, operation in _operations_with(revision, "drop-table", DropTableOp):
        yield Fault(operation.location, f"The table {op.table_name} is dropped with its rows.")


@rule(
    "drop-column",
    to_do=_or_acknowledge("drop-column", "Keep the column until nothing reads it"),
)
def drop_column(revision: Revision) -> Iterator[Fault]:
    """A column dropped by ``upgrade()``."""
    for op, operation in _operations_with(revision, "drop-column", DropColumnOp):
        name = f"{op.table_name}.{op.column_name}"
        yield Fault(operation.location, f"The column {name} is dropped with its values.")


@rule(
    "set-not-null",
    to_do=_or_acknowledge("set-not-null", "Fill the column and stop writing NULL to it"),
)
def set_not_null(revision: Revision) -> Iterator[Fault]:
    """NOT NULL on a column that may hold NULL."""
    for op, operation in _operations_with(revision, "set-not-null", AlterColumnOp):
        why = (
            f"{op.table_name}.{op.column_name} becomes NOT NULL: that fails where a row holds "
            "NULL, and afterwards where the previous release writes one."
        )
        yield Fault(operation.location, why)


@rule("narrow-type", to_do=_or_acknowledge("narrow-type", "Make sure that every value fits"))
def narrow_type(revision: Revision) -> Iterator[Fault]:
    """A type that is not known to hold every value of the old one."""
    for op, operation in _operations_with(revision, "narrow-type", AlterColumnOp):
        old, new = old_type(op, revision.column_types), op.modify_type
        if new is not None:
            before = "an unknown type" if old is None else sql_type(old)
            why = (
                f"{op.table_name}.{op.column_name} goes from {before} to {sql_type(new)}, "
                "which may not hold every value."
            )
            yield Fault(operation.location, why)


# Only upgrade() is searched: a downgrade undoes, and so drops what upgrade() created.
def _operations_with[Op](
    revision: Revision, hazard: Hazard, kind: type[Op]
) -> Iterator[tuple[Op, Operation]]:
    for operation in revision.upgrade.operations:
        if isinstance(operation.op, kind) and hazard in hazards(
            operation.op, revision.column_types
        ):
            yield operation.op, operation


DESTRUCTIVE: tuple[Rule, ...] = (drop_table, drop_column, narrow_type, set_not_null)
