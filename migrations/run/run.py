"""One run of Alembic on a database: with the lock, the checks and the time-outs."""

import os
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from msm.sdk import apply_mainsequence_migration_role, run_mainsequence_alembic_env

from ..errors import MigrationError
from ..history.files import read_revisions
from ..provider import provider_of
from .blockers import BlockerWatch
from .connections import BACKEND_PID, connect_arguments
from .fingerprints import applied_revisions, write_fingerprints
from .foreign_tables import ForeignTables, refuse_missing_references
from .guards import (
    refuse_lost_tables,
    refuse_search_path,
    refuse_taken_tables,
    refuse_unknown_rows,
    refuse_unversioned_tables,
    version_rows,
)
from .limits import Limits, set_timeouts
from .lock import MigrationLock, release, take
from .logger import LOG
from .progress import Progress
from .translation import busy, failure_of, is_busy

__all__ = ["run", "run_or_exit"]

# In seconds before the second attempt; each later pause is twice as long.
FIRST_PAUSE = 1.0
FORMATTER = "ruff"


def run_or_exit(config: Config, script: ScriptDirectory, *, changes: Callable[[], bool]) -> None:
    """Run what Alembic was asked for, as :func:`run` does.

    Raises:
        SystemExit: it could not be done; the reason is on standard error, in one sentence.
    """
    try:
        run(config, script, changes=changes)
    except MigrationError as error:
        error.exit()


def run(config: Config, script: ScriptDirectory, *, changes: Callable[[], bool]) -> None:
    """Run what Alembic was asked for, on connections that the platform issued.

    Args:
        config: as the SDK's CLI made it.
        script: where the revisions are.
        changes: returns whether the command changes the schema. Then it takes the lock, which is
            kept until the catalog is finalized or this process ends.

    Raises:
        MigrationError: it could not be done; the error says what was kept.
    """
    work = Run(config, script, Limits.from_environment(os.environ))
    try:
        if changes():
            work.change()
        else:
            work.read()
    except MigrationError:
        release()
        raise
    except Exception as error:
        # After a failure nothing is finalized, and the SDK does not call release().
        release()
        failure = failure_of(error, work.url, work.progress, work.revisions)
        # A fault of our own code, or of the SDK: its traceback is what is needed.
        if failure is None:
            raise
        raise failure from error


class Run:
    """A run and how far it has got.

    Attributes:
        url: of the database, with the migration credential.
        revisions: those that this code has.
        progress: how far the run has got.

    Raises:
        RevisionFilesError: the revisions of this code are not one history.
    """

    def __init__(self, config: Config, script: ScriptDirectory, limits: Limits) -> None:
        self.url = make_url(config.attributes["mainsequence_migration_sqlalchemy_url"])
        self.revisions = read_revisions(script)
        self.progress = Progress()
        self._config = config
        self._script = script
        self._provider = provider_of(config)
        self._limits = limits
        self._recorded_rows: tuple[str, ...] = ()
        self._engine = create_engine(
            self.url,
            # With a pool, closing the lock's connection would not end its session.
            poolclass=NullPool,
            # A statement that psycopg prepares fails behind a pooler, with a message that does not
            # name the pooler, before the check for one has run.
            connect_args={**connect_arguments(), "prepare_threshold": None},
        )

    def read(self) -> None:
        """Run a command that changes nothing, without the lock, even while a migration runs."""
        # Only where it is installed: a deployment job has no formatter, and writes no revision.
        if find_spec(FORMATTER) is not None:
            self._script.hooks.append(
                {
                    "_hook_name": FORMATTER,
                    "type": "module",
                    "module": FORMATTER,
                    "options": "format --quiet REVISION_SCRIPT_FILENAME",
                }
            )
        with self._engine.connect() as connection:
            self._prepare(connection)
            run_mainsequence_alembic_env()

    def change(self) -> None:
        """Run a command that changes the schema, on a database that this code knows."""
        # Needs no connection, so it comes before the wait for the lock.
        refuse_taken_tables(self._provider)
        table = self._provider.qualified_version_table
        lock = take(self._engine, table, self._limits.lock_timeout)
        with self._engine.connect() as connection:
            rows = self._prepare(connection)
            if not rows:
                refuse_unversioned_tables(connection, self._provider)
            # Below head a table may be missing because a later revision creates it.
            if rows == tuple(self.revisions.heads):
                refuse_lost_tables(connection, rows, self._provider)
            refuse_missing_references(connection, self._provider)
            foreign_tables = ForeignTables(connection, self._provider, self.progress)
            # Ends the transaction of the checks, so that Alembic begins its own.
            connection.rollback()
            # Before the hook below: it must not say that a commit was asked for and then refuse it.
            event.listen(connection, "commit", foreign_tables.assert_unchanged)
            self._recorded_rows = rows
            self._watch_commits(connection, lock)
            self._run_with_retries(connection)

    def _prepare(self, connection: Connection) -> tuple[str, ...]:
        """Set up the connection, check that it can be used, and return the version rows."""
        # The role first: set_timeouts() commits, and the hooks of a commit read as the owner.
        apply_mainsequence_migration_role(connection, self._config)
        set_timeouts(connection, self._limits)
        refuse_search_path(connection)
        rows = version_rows(connection, self._provider)
        refuse_unknown_rows(rows, self.revisions, self._provider)
        connection.rollback()
        # The SDK uses this connection instead of one of its own, which would have no time-outs.
        self._config.attributes["connection"] = connection
        return rows

    def _watch_commits(self, connection: Connection, lock: MigrationLock) -> None:
        def before_commit(_: Connection) -> None:
            lock.assert_held(self.progress)
            rows = version_rows(connection, self._provider)
            if rows != self._recorded_rows:
                applied = applied_revisions(self._script, rows)
                write_fingerprints(connection, self._provider, applied)
                self._recorded_rows = rows
            self.progress.committing = True

        def before_options(_: Connection, options: dict[str, Any]) -> None:
            # Alembic asks for AUTOCOMMIT in an autocommit_block, after it has committed what came
            # before the block.
            self.progress.autocommitted |= "isolation_level" in options

        def after_begin(_: Connection) -> None:
            self.progress.committing = False

        event.listen(connection, "begin", after_begin)
        event.listen(connection, "commit", before_commit)
        event.listen(connection, "set_connection_execution_options", before_options)

    def _run_with_retries(self, connection: Connection) -> None:
        """Run, and run again while a table is busy, nothing was kept and attempts are left."""
        pid = connection.execute(BACKEND_PID).scalar_one()
        connection.rollback()
        with BlockerWatch(self._engine, pid, self._limits.table_lock_timeout) as watch:
            for number in range(1, self._limits.attempts + 1):
                try:
                    run_mainsequence_alembic_env()
                except DBAPIError as error:
                    connection.rollback()
                    if not is_busy(error):
                        raise
                    failure = busy(error, watch.seen, self.progress, attempts=number)
                    if self.progress.autocommitted or number == self._limits.attempts:
                        raise failure from error
                    # Longer each time, so that readers who queued behind this can finish.
                    pause = FIRST_PAUSE * 2 ** (number - 1)
                    LOG.warning("%s; trying again in %g s", failure.fault, pause)
                    time.sleep(pause)
                    # The credential has less time left, and a failed COMMIT kept no fingerprint.
                    self._recorded_rows = self._prepare(connection)
                else:
                    return
