"""One look at database and catalog."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..session import UPGRADE, Database, revision_directory
from .catalog import compare_catalog
from .differences import Difference
from .models import compare_models

__all__ = ["Check", "check"]


@dataclass(frozen=True, slots=True)
class Check:
    """What a look found.

    Attributes:
        revisions: the rows of Alembic's version table.
        heads: the heads of this code's revisions.
        owner_role: the role that owns the tables; None where the platform names none.
        differences: the revision first, then models, then catalog.
    """

    revisions: tuple[str, ...]
    heads: tuple[str, ...]
    owner_role: str | None
    differences: Sequence[Difference]

    @property
    def is_pending(self) -> bool:
        """Whether an upgrade, which may be running, would mend a difference."""
        return any(difference.command == UPGRADE for difference in self.differences)


def check(database: Database) -> Check:
    """Compare models with database, and database with catalog.

    Models are compared at head only: below it, the pending revisions are the difference.

    Raises:
        PlatformRefusedError: the platform answered with an error.
    """
    script = revision_directory()
    heads = tuple(sorted(script.get_heads()))
    revisions = database.revisions()
    known = {revision.revision for revision in script.walk_revisions()}
    found: list[Difference] = []
    if strangers := [revision for revision in revisions if revision not in known]:
        found.append(_ahead(strangers))
    elif revisions != heads:
        found.append(_behind(revisions, heads))
    else:
        found += compare_models(database.connection)
    found += compare_catalog(database.connection, database.registry)
    return Check(revisions, heads, database.owner_role, found)


def _ahead(strangers: Sequence[str]) -> Difference:
    detail = (
        f"the database is at {', '.join(strangers)}, which this code does not know, so that models "
        "are not compared"
    )
    command = "install the version of msm-migrations that has it, and run this from there"
    return Difference("ahead", "revision", detail, command)


def _behind(revisions: Sequence[str], heads: Sequence[str]) -> Difference:
    detail = (
        f"the database is at {', '.join(revisions) or 'base'} and the head is {', '.join(heads)}, "
        "so that models are not compared yet"
    )
    return Difference("behind", "revision", detail, UPGRADE)
