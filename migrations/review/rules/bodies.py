"""Rules about what ``upgrade()`` and ``downgrade()`` do as a whole."""

from collections.abc import Iterator

from ..history import Revision
from .base import Fault, location_of_function, rule

__all__ = ["autocommit_beside", "empty_upgrade", "no_downgrade", "upgrade_raises"]


@rule("empty-upgrade", to_do="Delete it and change the model first, or write what it is for.")
def empty_upgrade(revision: Revision) -> Iterator[Fault]:
    """An upgrade that does nothing; a merge is there for its parents."""
    if revision.upgrade.is_empty and not revision.is_merge:
        yield Fault(location_of_function(revision, "upgrade"), "upgrade() does nothing.")


@rule("upgrade-raises", to_do="Mend upgrade(); it must run from its text alone.")
def upgrade_raises(revision: Revision) -> Iterator[Fault]:
    """An upgrade that does not come to its end."""
    if revision.upgrade.failure is not None:
        error, location = revision.upgrade.failure
        yield Fault(location, f"upgrade() raises {type(error).__name__}: {error}")


@rule("no-downgrade", to_do="Undo in downgrade(), in reverse order, what upgrade() does.")
def no_downgrade(revision: Revision) -> Iterator[Fault]:
    """A downgrade that is empty or raises, while the upgrade is not empty."""
    if revision.upgrade.is_empty:
        return
    if revision.downgrade.is_empty:
        yield Fault(location_of_function(revision, "downgrade"), "downgrade() does nothing.")
    if revision.downgrade.failure is not None:
        error, location = revision.downgrade.failure
        yield Fault(location, f"downgrade() raises {type(error).__name__}: {error}")


@rule("autocommit-beside", to_do="Keep one autocommit_block alone in its revision; move the rest.")
def autocommit_beside(revision: Revision) -> Iterator[Fault]:
    """Anything beside an autocommit block, which commits what stands before it."""
    for run in revision.recordings:
        if not run.blocks:
            continue
        why = "It stands beside an autocommit_block, so that a failure would leave half of it done."
        beside = [operation.location for operation in run.operations if operation.block == 0]
        for location in [*beside, *run.blocks[1:]]:
            yield Fault(location, why)
