"""Why a recording does not show all that a revision does on a database."""

import ast
from pathlib import Path

from .recorder import Recording
from .rules.operations import impl_uses
from .rules.source import offline_tests

__all__ = ["unread"]


def unread(recording: Recording, path: Path) -> tuple[str, int] | None:
    """What a revision does that nobody can read, and the line; None if everything is recorded.

    Args:
        recording: of one of its functions. What that raised is not looked at.
        path: the file of the revision.
    """
    if recording.lookups:
        return "asks for a connection", recording.lookups[0].line
    if recording.batches:
        return "uses batch_alter_table", recording.batches[0].line
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    for node in impl_uses(tree):
        return "bypasses Alembic's operations", node.lineno
    for line, _ in offline_tests(tree):
        return "asks whether it has a database", line
    return None
