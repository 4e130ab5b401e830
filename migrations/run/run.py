"""One run of Alembic on a database: with the lock, the checks and the time-outs."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from typing import Any

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from msm.errors import PlatformError
from msm.platform import refusals_of
from msm.sdk.migrations import (
    apply_mainsequence_migration_role,
    migration_connect_arguments,
    run_mainsequence_alembic_env,
)

from .. import autogenerate  # noqa: F401 - Alembic compares and writes with its class
from ..errors import MigrationError, MigrationInterruptedError, ReservationError
from ..history.files import read_revisions
from ..provider import MarketsMigration, provider_of
from .blockers import BlockerWatch
from .connections import BACKEND_PID, connect_arguments
from .fingerprints import applied_revisions, write_fingerprints
from .foreign_tables import ForeignTables, refuse_missing_references
from .guards import (
    is_at_head,
    missing_models,
    refuse_lost_tables,
    refuse_search_path,
    refuse_taken_tables,
    refuse_unknown_rows,
    refuse_unversioned_tables,
    version_rows,
)
from .inherited import name_as_before
from .limits import Limits, set_timeouts
from .lock import MigrationLock, release, take
from .logger import LOG
from .progress import Progress
from .reservations import give_back
from .translation import busy, failure_of, is_busy

__all__ = ["begin_or_exit", "end", "run", "run_or_exit"]

# Connection as the owner, provider and version rows; returns what is lost, in one line.
type Judge = Callable[[Connection, MarketsMigration, tuple[str, ...]], str]

# In seconds before the second attempt; each later pause is twice as long.
FIRST_PAUSE = 1.0
FORMATTER = "ruff"


def begin_or_exit(config: Config, changes: bool) -> None:
    """Begin a run, for an SDK that looks at the database before env.py does.

    Args:
        config: as the SDK made it.
        changes: whether the command changes the schema.

    Raises:
        MigrationError: it cannot be run; the reason is on standard error, in one sentence.
    """
    end()
    try:
        _begun.append(_begin(config, lambda: changes))
    except MigrationError as error:
        error.exit()


def run_or_exit(
    config: Config, script: ScriptDirectory, *, changes: Callable[[], bool], judge: Judge
) -> None:
    """Run what Alembic was asked for, as :func:`run` does.

    Raises:
        MigrationError: it could not be done; the reason is on standard error, in one sentence.
    """
    try:
        run(config, script, changes=changes, judge=judge)
    except MigrationError as error:
        error.exit()


def run(
    config: Config, script: ScriptDirectory, *, changes: Callable[[], bool], judge: Judge
) -> None:
    """Run what Alembic was asked for, on connections that the platform issued.

    Args:
        config: as the SDK's CLI made it.
        script: where the revisions are.
        changes: returns whether the command changes the schema. Then it takes the lock, which is
            kept until the catalog is finalized or this process ends.
        judge: refuses, before any DDL, what would lose data.

    Raises:
        MigrationError: it could not be done; the error says what was kept.
    """
    work = _begun.pop() if _begun else _begin(config, changes)
    try:
        with work.failures():
            if changes():
                work.change(script, judge)
            else:
                work.read(script)
    finally:
        work.close()


def end() -> None:
    """End what a command of the SDK began and did not finish, and free the lock of this process."""
    while _begun:
        _begun.pop().close()
    release()


# The run of a command, until env.py takes it. A module holds it, as it holds the lock: the SDK
# calls the functions above with nothing of ours.
_begun: list["Run"] = []


def _begin(config: Config, changes: Callable[[], bool]) -> "Run":
    work = Run(config, Limits.from_environment(os.environ))
    try:
        with work.failures():
            if changes():
                work.prepare_change()
            else:
                work.prepare()
    except BaseException:
        work.close()
        raise
    return work


class Run:
    """A run and how far it has got.

    Attributes:
        url: of the database, with the migration credential.
        revisions: those that this code has.
        progress: how far the run has got.

    Raises:
        RevisionFilesError: the revisions of this code are not one history.
    """

    def __init__(self, config: Config, limits: Limits) -> None:
        self.url = make_url(config.attributes["mainsequence_migration_sqlalchemy_url"])
        self._script = ScriptDirectory.from_config(config)
        self.revisions = read_revisions(self._script)
        self.progress = Progress()
        self._config = config
        self._provider = provider_of(config)
        self._limits = limits
        self._recorded_rows: tuple[str, ...] = ()
        self._lost = ""
        self._resources = ExitStack()
        self._engine = create_engine(
            self.url,
            # With a pool, closing the lock's connection would not end its session.
            poolclass=NullPool,
            # A statement that psycopg prepares fails behind a pooler, with a message that does not
            # name the pooler, before the check for one has run.
            connect_args={
                **connect_arguments(),
                **self._resources.enter_context(migration_connect_arguments(config)),
                "prepare_threshold": None,
            },
        )

    @contextmanager
    def failures(self) -> Iterator[None]:
        """Turn what stops the block into errors of ours, and free the lock then."""
        try:
            yield
        except MigrationError:
            self._give_up()
            raise
        except KeyboardInterrupt as error:
            self._give_up()
            raise MigrationInterruptedError(
                f"The migration was interrupted; {self.progress.outcome()}; run this again to do "
                "what is left."
            ) from error
        except Exception as error:
            self._give_up()
            failure = failure_of(error, self.url, self.progress, self.revisions)
            # A fault of our own code, or of the SDK: its traceback is what is needed.
            if failure is None:
                raise
            raise failure from error

    def _give_up(self) -> None:
        """Remove what was only reserved, and free the lock, which the SDK does not do now."""
        try:
            give_back(self._engine, self._provider)
        finally:
            release()

    def close(self) -> None:
        """Close the connection, and remove what it needed."""
        self._resources.close()

    def prepare(self) -> None:
        """Connect, and check that the database is one that this code knows."""
        self._connection = self._resources.enter_context(self._engine.connect())
        self._recorded_rows = self._check_database()

    def prepare_change(self) -> None:
        """Take the lock, and check that a change can begin."""
        # Needs no connection, so it comes before the wait for the lock.
        refuse_taken_tables(self._provider)
        table = self._provider.qualified_version_table
        self._lock = take(self._engine, table, self._limits.lock_timeout)
        self.prepare()
        if not self._recorded_rows:
            refuse_unversioned_tables(self._connection, self._provider)
        self._connection.rollback()
        self._reserve_again()
        # Below head a table may be missing because a later revision creates it.
        if is_at_head(self._script, self._recorded_rows):
            refuse_lost_tables(self._connection, self._recorded_rows, self._provider)
        refuse_missing_references(self._connection, self._provider)
        self._foreign_tables = ForeignTables(self._connection, self._provider, self.progress)
        # Ends the transaction of the checks: the SDK's command may look at the database now.
        self._connection.rollback()

    def _reserve_again(self) -> None:
        try:
            with refusals_of("the reservation of the tables"):
                self._provider.reserve_again()
        except PlatformError as error:
            # Nor would the platform remove what it has reserved.
            release()
            raise ReservationError(
                f"{str(error).rstrip('.')}; nothing was changed; run this again."
            ) from error

    def read(self, script: ScriptDirectory) -> None:
        """Run a command that changes nothing, without the lock, even while a migration runs."""
        # Only where it is installed: a deployment job has no formatter, and writes no revision.
        if find_spec(FORMATTER) is not None:
            script.hooks.append(
                {
                    "_hook_name": FORMATTER,
                    "type": "module",
                    "module": FORMATTER,
                    "options": "format --quiet REVISION_SCRIPT_FILENAME",
                }
            )
        self._run_environment()

    def change(self, script: ScriptDirectory, judge: Judge) -> None:
        """Run a command that changes the schema."""
        # Before the hook below: it must not say that a commit was asked for and then refuse it.
        event.listen(self._connection, "commit", self._foreign_tables.assert_unchanged)
        self._watch_commits(script, self._lock)
        name_as_before(script, self._provider)
        self._run_with_retries(judge)
        rows = version_rows(self._connection, self._provider)
        self._provider.awaited = (
            []
            if is_at_head(script, rows)
            else missing_models(self._connection, self._provider, "reserved")
        )
        self._connection.rollback()
        if self._lost:
            LOG.warning("%s", self._lost)

    def _check_database(self) -> tuple[str, ...]:
        """Set up the connection, check that it can be used, and return the version rows."""
        connection = self._connection
        # The role first: set_timeouts() commits, and the hooks of a commit read as the owner.
        apply_mainsequence_migration_role(connection, self._config)
        set_timeouts(connection, self._limits)
        refuse_search_path(connection)
        rows = version_rows(connection, self._provider)
        refuse_unknown_rows(rows, self.revisions, self._provider)
        connection.rollback()
        return rows

    def _run_environment(self) -> None:
        # The SDK uses this connection instead of one of its own, which would have no time-outs.
        self._config.attributes["connection"] = self._connection
        run_mainsequence_alembic_env()

    def _watch_commits(self, script: ScriptDirectory, lock: MigrationLock) -> None:
        connection = self._connection

        def before_commit(_: Connection) -> None:
            lock.assert_held(self.progress)
            rows = version_rows(connection, self._provider)
            if rows != self._recorded_rows:
                applied = applied_revisions(script, rows)
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

    def _run_with_retries(self, judge: Judge) -> None:
        """Run, and run again while a table is busy, nothing was kept and attempts are left."""
        connection = self._connection
        pid = connection.execute(BACKEND_PID).scalar_one()
        connection.rollback()
        with BlockerWatch(self._engine, pid, self._limits.table_lock_timeout) as watch:
            for number in range(1, self._limits.attempts + 1):
                try:
                    self._lost = judge(connection, self._provider, self._recorded_rows)
                    connection.rollback()
                    self._run_environment()
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
                    self._recorded_rows = self._check_database()
                else:
                    return
