"""One comparison of models, database and catalog."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from alembic.script import ScriptDirectory

from ..errors import UnknownVersionError, UnversionedTablesError
from ..hypertables import Hypertable, read_hypertables
from ..inspection.database import Database, revision_directory
from ..partitions import PartitionedTable, read_partitioned
from ..run.fingerprints import (
    applied_revisions,
    edited_remedy,
    fingerprint,
    is_as_applied,
    read_fingerprints,
)
from ..run.guards import is_at_head, refuse_unknown_rows, refuse_unversioned_tables
from .catalog import compare_catalog
from .differences import Difference
from .invalid import find_invalid
from .models import compare_models
from .owners import find_owned_by_others

__all__ = ["Check", "check"]


@dataclass(frozen=True, slots=True)
class Check:
    """The result of a check.

    Attributes:
        revisions: the rows of Alembic's version table.
        heads: the heads of this code's revisions.
        upgrade_command: the command that upgrades the database to head.
        owner_role: the role that owns the tables; None if the platform names none.
        differences: of the revision first, then of models, then of the catalog.
        hypertables: the provider's tables that TimescaleDB splits into chunks, by name.
        partitioned: the provider's tables that PostgreSQL splits into partitions, by name.
    """

    revisions: tuple[str, ...]
    heads: tuple[str, ...]
    upgrade_command: str
    owner_role: str | None
    differences: Sequence[Difference]
    hypertables: Sequence[Hypertable] = ()
    partitioned: Sequence[PartitionedTable] = ()

    @property
    def is_pending(self) -> bool:
        """Whether an upgrade, which may be running, would remove a difference."""
        if {"ahead", "unversioned"} & {difference.kind for difference in self.differences}:
            return False  # An upgrade would be refused.
        return any(difference.command == self.upgrade_command for difference in self.differences)


def check(database: Database) -> Check:
    """Compare models with database, and database with catalog.

    Models are compared only at head: below it, the pending revisions are the difference. If this
    code does not know the version row, that is the only difference.

    Raises:
        PlatformRefusedError: the platform answered with an error.
    """
    provider = database.provider
    script, ours = revision_directory(provider)
    heads, revisions = tuple(ours.heads), database.revisions()
    found: list[Difference] = []
    try:
        refuse_unknown_rows(revisions, ours, provider)
        if not revisions:
            refuse_unversioned_tables(database.connection, provider)
    except UnknownVersionError as error:
        # The rows are of other code, whose models are not here, so nothing else can be compared.
        found.append(Difference("ahead", "revision", error.fault, error.remedy))
        return Check(revisions, heads, provider.upgrade_command, database.owner_role, found)
    except UnversionedTablesError as error:
        found.append(Difference("unversioned", "revision", error.fault, error.remedy))
    else:
        found += _edited(database, script, revisions)
        at_head = is_at_head(script, revisions)
        found += find_invalid(database.connection, provider, database.owner_role, at_head=at_head)
        if not at_head:
            found.append(_behind(revisions, heads, provider.upgrade_command))
        else:
            found += compare_models(database.connection, provider)
    found += find_owned_by_others(database.connection, provider, database.owner_role)
    found += compare_catalog(database.connection, database.registry)
    own = {model.__tablename__ for model in provider.metatable_models}
    split = read_hypertables(database.connection)
    return Check(
        revisions,
        heads,
        provider.upgrade_command,
        database.owner_role,
        found,
        [table for name, table in split.items() if name in own],
        read_partitioned(database.connection, own),
    )


def _edited(
    database: Database, script: ScriptDirectory, revisions: tuple[str, ...]
) -> Iterator[Difference]:
    recorded = read_fingerprints(database.connection, database.provider)
    for name, path in sorted(applied_revisions(script, revisions).items()):
        if name in recorded and not is_as_applied(path, recorded[name]):
            detail = (
                f"it was applied with the fingerprint {recorded[name]}, and {path} now has "
                f"{fingerprint(path)}"
            )
            remedy = edited_remedy(script, database.provider, name)
            yield Difference("edited", f"revision {name}", detail, remedy)


def _behind(revisions: Sequence[str], heads: Sequence[str], upgrade: str) -> Difference:
    detail = (
        f"the database is at {', '.join(revisions) or 'base'} and the head is {', '.join(heads)}, "
        "so the models are not compared yet"
    )
    return Difference("behind", "revision", detail, upgrade)
