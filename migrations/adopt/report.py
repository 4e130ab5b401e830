"""An adoption as text."""

from collections.abc import Iterator

from ..history.published import EQUIVALENT_REVISION
from ..inspection.database import owner_name
from ..provider import PACKAGE, UPGRADE_COMMAND
from .adopt import Adoption

__all__ = ["as_text"]


def as_text(found: Adoption) -> str:
    """Every difference, then what came of it and what comes next."""
    return "\n".join(_lines(found))


def _lines(found: Adoption) -> Iterator[str]:
    kept = [difference for difference in found.differences if not difference.is_loss]
    if kept:
        yield "Different, without loss:"
        yield from (f"  {difference}" for difference in kept)
    losses = found.losses
    if losses:
        yield "In the way:"
        yield from (f"  {difference}" for difference in losses)
        prevent = (
            "1 difference prevents" if len(losses) == 1 else f"{len(losses)} differences prevent"
        )
        yield (
            f"Nothing was changed, because {prevent} it; change the database to what "
            f"{EQUIVALENT_REVISION} has, as {owner_name(found.owner_role)}, and run this again."
        )
    elif found.is_done:
        yield (
            f"Adopted: {found.tables} tables are as {EQUIVALENT_REVISION} has them, and the "
            f"version row says {EQUIVALENT_REVISION} instead of {found.row}; continue with "
            f"`{UPGRADE_COMMAND}`."
        )
    else:
        yield (
            f"Nothing was changed: {found.tables} tables are as {EQUIVALENT_REVISION} has them, "
            f"and `python -m {PACKAGE}.adopt` would change the version row from {found.row} "
            f"to {EQUIVALENT_REVISION}."
        )
