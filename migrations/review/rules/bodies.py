"""Rules about what ``upgrade()`` and ``downgrade()`` do as a whole."""

from collections.abc import Iterator

from sqlalchemy.exc import CompileError

from ..history import Revision
from .base import Fault, location_of_function, rule

__all__ = ["autocommit_beside", "empty_upgrade", "no_downgrade", "upgrade_raises"]


@rule(
    "empty-upgrade",
    to_do="Delete it and change the model first, or write its operations. Autogenerate does not "
    "see a changed CHECK: write op.drop_constraint() and op.create_check_constraint() for it.",
)
def empty_upgrade(revision: Revision) -> Iterator[Fault]:
    """An upgrade that does nothing, unless the revision merges two branches."""
    if revision.upgrade.is_empty and not revision.is_merge:
        yield Fault(location_of_function(revision, "upgrade"), "upgrade() does nothing.")


@rule("upgrade-raises", to_do="Fix upgrade(); it must run without a database.")
def upgrade_raises(revision: Revision) -> Iterator[Fault]:
    """An upgrade that raises."""
    if revision.upgrade.failure is not None:
        error, location = revision.upgrade.failure
        yield Fault(location, f"upgrade() raises {type(error).__name__}: {error}", _cure(error))


@rule("no-downgrade", to_do="In downgrade(), undo in reverse order what upgrade() does.")
def no_downgrade(revision: Revision) -> Iterator[Fault]:
    """A downgrade that is empty or raises, while the upgrade is not empty."""
    if revision.upgrade.is_empty:
        # Another rule refuses it, or it is a merge.
        return
    if revision.downgrade.is_empty:
        yield Fault(location_of_function(revision, "downgrade"), "downgrade() does nothing.")
    if revision.downgrade.failure is not None:
        error, location = revision.downgrade.failure
        yield Fault(location, f"downgrade() raises {type(error).__name__}: {error}", _cure(error))


def _cure(error: Exception) -> str:
    """What to do about an exception, where it is known."""
    if isinstance(error, CompileError) and "literal" in str(error).lower():
        return (
            "Give each column of sa.table() the type that it has in the database, such as "
            'sa.column("seen_at", sa.DateTime(timezone=True)): without one a value cannot be '
            "written as SQL."
        )
    return ""


@rule("autocommit-beside", to_do="Keep one autocommit_block alone in its revision; move the rest.")
def autocommit_beside(revision: Revision) -> Iterator[Fault]:
    """Operations outside of the one autocommit block; a block commits what comes before it."""
    for recording in revision.recordings:
        if not recording.blocks:
            continue
        why = "It shares a revision with an autocommit_block, so a failure could leave half of it."
        outside = [operation.location for operation in recording.operations if operation.block == 0]
        for location in [*outside, *recording.blocks[1:]]:
            yield Fault(location, why)
