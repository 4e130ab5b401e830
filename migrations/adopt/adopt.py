"""The one tool that writes, in one transaction.

It changes the version row, the name of a foreign key, and the type of columns without a length.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from alembic.config import Config
from sqlalchemy import (
    Connection,
    Engine,
    column,
    inspect,
    select,
    table,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError

from msm.platform import quiet_sdk, refusals_of
from msm.sdk.migrations import apply_mainsequence_migration_role
from msm.settings import DEFAULT_NAMESPACE, NAMESPACE_VARIABLE, settings

from ..errors import DatabaseStateError, MigrationError
from ..history.files import Revisions
from ..history.published import (
    ADOPTED_HEADS,
    EQUIVALENT_REVISION,
    NEWEST_HEAD,
    NEWEST_RELEASES,
    NEWEST_REVISIONS,
    NEWEST_UPGRADE_COMMAND,
    PUBLISHED_HEAD,
    PUBLISHED_ID,
    PUBLISHED_RELEASE,
    PUBLISHED_REVISIONS,
    PUBLISHED_UPGRADE_COMMAND,
)
from ..inspection.database import (
    MAX_CREDENTIAL_LIFETIME,
    Registry,
    issue,
    revision_directory,
)
from ..provider import SCHEMA, UPGRADE_COMMAND
from ..run import lock
from ..run.blockers import BlockerWatch
from ..run.connections import BACKEND_PID
from ..run.guards import refuse_search_path
from ..run.limits import Limits, set_timeouts
from ..run.progress import Progress
from ..run.translation import busy, failure_of, is_busy
from ..version_table import NAME
from .differences import Comparison, Difference, compare
from .lengths import limit, lock_tables

__all__ = [
    "TAKEN",
    "Adoption",
    "NotPublishedError",
    "OtherNamespaceError",
    "adopt",
    "refuse_other_namespace",
]

# What adopt takes, for its messages.
TAKEN = (
    f"{PUBLISHED_HEAD} of ms-markets {PUBLISHED_RELEASE}, or {', '.join(NEWEST_REVISIONS[:-1])} or "
    f"{NEWEST_HEAD} of ms-markets {' to '.join(NEWEST_RELEASES)}"
)
VERSIONS = table(NAME, column("version_num"), schema=SCHEMA)


class NotPublishedError(DatabaseStateError):
    """The version table does not hold a revision of ms-markets that adopt takes.

    Attributes:
        rows: of the version table.
    """

    def __init__(self, message: str, *, rows: Sequence[str]) -> None:
        super().__init__(message)
        self.rows = tuple(rows)


class OtherNamespaceError(MigrationError):
    """The namespace is not the default one, the only one that ms-markets has."""


@dataclass(frozen=True, slots=True)
class Adoption:
    """The result of a comparison, and whether the database was adopted.

    Attributes:
        row: the version row that was found.
        tables: how many tables were compared.
        differences: from our revision, by table.
        owner_role: the role that owns the tables; None if the platform names none.
        is_done: whether the version row was changed.
    """

    row: str
    tables: int
    differences: Sequence[Difference]
    owner_role: str | None
    is_done: bool

    @property
    def losses(self) -> list[Difference]:
        """The differences that prevent the adoption."""
        return [difference for difference in self.differences if difference.is_loss]


def refuse_other_namespace() -> None:
    """Make sure that the tables of this process are those of ms-markets.

    Raises:
        OtherNamespaceError: the namespace of this process is not the default one.
    """
    if settings.namespace != DEFAULT_NAMESPACE:
        raise OtherNamespaceError(
            f"The namespace {settings.namespace!r} has no revision {EQUIVALENT_REVISION} to "
            f"compare a database of ms-markets with; unset {NAMESPACE_VARIABLE}."
        )


def adopt(registry: Registry, *, dry_run: bool) -> Adoption:
    """Compare, and change the version row to 1003 if nothing would be lost.

    Args:
        registry: the catalog resource of the version table.
        dry_run: only compare, without the lock.

    Raises:
        OtherNamespaceError: the namespace of this process is not the default one.
        NotPublishedError: the version row is none that adopt takes.
        PlatformRefusedError: the platform refuses a connection, or the registry's new identifier.
        LockHeldError: a migration is running.
        TableBusyError: another session held a table for too long.
        MigrationError: PostgreSQL cannot be reached, or refuses a statement; nothing was changed.
    """
    refuse_other_namespace()
    script, revisions = revision_directory(registry.provider)
    limits, progress = Limits.from_environment(os.environ), Progress()
    # The credential must outlive the wait for the lock, and the copies of large tables.
    with issue(registry, lifetime=MAX_CREDENTIAL_LIFETIME) as issued:
        engine = issued.engine()
        try:
            # A dry run takes no lock, so that it can be tried while services and migrations run.
            held = None if dry_run else lock.take(engine, VERSIONS.fullname, limits.lock_timeout)
            with (
                engine.connect().execution_options(postgresql_readonly=dry_run) as connection,
                _naming_blockers(engine, connection, limits, progress),
            ):
                _prepare(connection, issued.config, limits)
                row = _row_of(_version_rows(connection, locked=held is not None), revisions)
                found = compare(connection, script, issued.owner_role)
                if held is not None and found.unbounded:
                    # Measured again under the lock: nobody can write a longer value after that.
                    lock_tables(connection, found.unbounded)
                    found = compare(connection, script, issued.owner_role)
                adoption = Adoption(
                    row, found.tables, found.differences, issued.owner_role, is_done=False
                )
                if held is None or adoption.losses:
                    return adoption
                _write(connection, found)
                held.assert_held(progress)
                # The SDK's upgrade refuses a registry with another identifier. It is changed before
                # the commit, so that nothing is kept if the platform refuses.
                _name_registry(registry)
                progress.committing = True
                connection.commit()
            return replace(adoption, is_done=True)
        except DBAPIError as error:
            failure = failure_of(error, issued.url, progress, revisions)
            if failure is None:
                raise
            raise failure from error
        finally:
            lock.release()


def _prepare(connection: Connection, config: Config, limits: Limits) -> None:
    set_timeouts(connection, limits)
    apply_mainsequence_migration_role(connection, config)
    refuse_search_path(connection)


@contextmanager
def _naming_blockers(
    engine: Engine, connection: Connection, limits: Limits, progress: Progress
) -> Iterator[None]:
    """Name the sessions that hold a table that a statement of the block did not get."""
    pid = connection.execute(BACKEND_PID).scalar_one()
    with BlockerWatch(engine, pid, limits.table_lock_timeout) as watch:
        try:
            yield
        except DBAPIError as error:
            if not is_busy(error):
                raise
            raise busy(error, watch.seen, progress, attempts=1) from error


def _version_rows(connection: Connection, *, locked: bool) -> list[str]:
    if not inspect(connection).has_table(VERSIONS.name, schema=VERSIONS.schema):
        return []
    # Locked, so that the row is still what was compared when it is updated.
    wanted = select(VERSIONS.c.version_num).order_by(VERSIONS.c.version_num)
    return list(connection.scalars(wanted.with_for_update() if locked else wanted))


def _row_of(rows: Sequence[str], revisions: Revisions) -> str:
    """The version row, if it is one that adopt takes."""
    if len(rows) == 1 and rows[0] in ADOPTED_HEADS:
        return rows[0]
    if rows and set(rows) <= set(PUBLISHED_REVISIONS):
        advice = (
            f"migrate it to {PUBLISHED_HEAD} with `{PUBLISHED_UPGRADE_COMMAND}` in an environment "
            f"with ms-markets {PUBLISHED_RELEASE}, and run this again"
        )
    elif rows and set(rows) <= set(ADOPTED_HEADS):
        advice = (
            f"migrate it to {NEWEST_HEAD} with `{NEWEST_UPGRADE_COMMAND}` in an environment with "
            f"ms-markets {NEWEST_RELEASES[-1]}, and run this again"
        )
    elif rows and all(PUBLISHED_ID.fullmatch(row) for row in rows):
        advice = "install a version of msm-migrations that takes it, and run this again"
    elif rows and rows[0] in revisions.files:
        advice = f"that is already a revision of msm, so continue with `{UPGRADE_COMMAND}`"
    else:
        advice = "find out which program made this database, and migrate it with that"
    raise NotPublishedError(
        f"{VERSIONS.fullname} holds {', '.join(rows) or 'no row'}, and adopt takes {TAKEN}; "
        f"{advice}.",
        rows=rows,
    )


def _write(connection: Connection, found: Comparison) -> None:
    for old, new in found.renames.items():
        connection.execute(
            text(f"ALTER TABLE {SCHEMA}.{old.table} RENAME CONSTRAINT {old.name} TO {new.name}")
        )
    limit(connection, found.unbounded)
    connection.execute(update(VERSIONS).values(version_num=EQUIVALENT_REVISION))


def _name_registry(registry: Registry) -> None:
    """Give the catalog's registry the identifier that this provider has for it."""
    if registry.meta_table.identifier != NAME:
        with quiet_sdk(), refusals_of("the registry's new identifier"):
            registry.meta_table.patch(identifier=NAME)
