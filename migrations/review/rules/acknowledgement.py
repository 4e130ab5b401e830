"""The rule about acknowledgements themselves."""

import ast
from collections.abc import Iterator

from ..history import Revision
from ..recorder import Location
from .base import Fault, rule
from .destructive import DESTRUCTIVE
from .keys import concurrently_on_time_index
from .releases import breaks_deployed_release
from .renaming import possible_rename

__all__ = ["WARNINGS", "idle_acknowledgement"]

# Rules that refuse nothing: the author decides, and may say how.
WARNINGS = (possible_rename, breaks_deployed_release, concurrently_on_time_index)


@rule("idle-acknowledgement", to_do="Remove the entry, or write the reason.")
def idle_acknowledgement(revision: Revision) -> Iterator[Fault]:
    """An acknowledgement without a reason, or of a rule that finds nothing here."""
    # One that is not needed would silently acknowledge what somebody adds later.
    refusing = {rule.name for rule in (*DESTRUCTIVE, *WARNINGS) if any(rule.check(revision))}
    for name, reason in revision.acknowledged.items():
        if name not in refusing:
            why = f"{name!r} is acknowledged, but no rule of that name finds anything in upgrade()."
            yield Fault(_location(revision), why)
        elif not reason.strip():
            yield Fault(_location(revision), f"{name!r} is acknowledged without a reason.")


def _location(revision: Revision) -> Location:
    for node in revision.tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AnnAssign):
            targets = [node.target]
        if any(isinstance(name, ast.Name) and name.id == "acknowledged" for name in targets):
            return Location(revision.path, node.lineno)
    return Location(revision.path, 1)
