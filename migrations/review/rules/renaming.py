"""A warning about drops and creations that may be one rename."""

from collections.abc import Iterator

from alembic.operations.ops import DropColumnOp, DropTableOp

from ..history import Revision
from ..recorder import Operation
from ..renames import Rename, find_renames
from .base import Fault, rule

__all__ = ["possible_rename"]


@rule(
    "possible-rename",
    to_do='Rename it, or say in acknowledged = {"possible-rename": "..."} why it is not a rename.',
)
def possible_rename(revision: Revision) -> Iterator[Fault]:
    """A column or a table that is dropped or left over, and another of the same form that is made.

    With the lines that rename it, with its indexes, constraints and sequences.
    """
    for rename in find_renames(revision):
        yield Fault(
            rename.operations[0].location,
            f"{_question(rename)} {_loss(rename)}",
            f"If it is, write the lines below instead of {_places(rename.operations)} of "
            "upgrade(), and instead of what undoes those in downgrade(). If it is not, say so in "
            'acknowledged = {"possible-rename": "..."}.',
            lines=(
                "def upgrade() -> None:",
                *_indented(rename.upgrade),
                "",
                "",
                "def downgrade() -> None:",
                *_indented(rename.downgrade),
            ),
        )


def _question(rename: Rename) -> str:
    if "." in rename.old:
        return f"Is this a rename of the column {rename.old} to {rename.new.rpartition('.')[2]}?"
    return f"Is this a rename of the table {rename.old} to {rename.new}?"


def _loss(rename: Rename) -> str:
    kinds = {type(operation.op) for operation in rename.operations}
    if DropColumnOp in kinds:
        return "Both have the same type, and as it is the values are lost."
    alike = "Both have the same columns"
    if rename.columns:
        words = ", ".join(f"{old} becomes {new}" for old, new in rename.columns.items())
        alike = f"Both have columns of the same types ({words})"
    if DropTableOp in kinds:
        return f"{alike}, and as it is the rows are lost."
    return f"{alike}, no model describes the old table any more, and as it is its rows stay there."


def _places(operations: list[Operation]) -> str:
    lines = sorted({operation.location.line for operation in operations})
    if len(lines) == 1:
        return f"line {lines[0]}"
    return f"lines {', '.join(map(str, lines[:-1]))} and {lines[-1]}"


def _indented(statements: list[str]) -> Iterator[str]:
    for statement in statements:
        yield from (f"    {line}" for line in statement.split("\n"))
