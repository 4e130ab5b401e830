"""One run of Alembic against a database: locked, guarded, bounded in time."""

import logging
import os
import time
from typing import Any

from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import coerce_resource_to_filename
from sqlalchemy import Connection, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from msm.sdk import apply_mainsequence_migration_role, run_mainsequence_alembic_env

from .downstream.neighbours import Neighbours, refuse_missing_references
from .errors import MigrationError
from .failures import busy, failure_of, is_busy
from .guards import (
    refuse_search_path,
    refuse_taken_tables,
    refuse_unknown_revisions,
    refuse_unknown_state,
)
from .lock import application_name, release, take
from .revisions import Revisions, read_revisions
from .timeouts import Limits, set_timeouts

__all__ = ["run"]

LOG = logging.getLogger("alembic.msm")
FIRST_PAUSE = 1.0


def run(config: Config, script: ScriptDirectory, *, changes: bool) -> None:
    """Run what Alembic was asked for, on connections that the platform issued.

    Args:
        config: as the SDK's CLI made it.
        script: where the revisions are.
        changes: whether it changes the schema; then it takes the lock, which is kept until the
            catalog is finalized or this process ends.

    Raises:
        MigrationError: it could not be done; the error says what was kept, if anything was.
    """
    work = Run(config, Limits.from_environment(os.environ))
    try:
        if changes:
            work.change(script)
        else:
            work.read(script)
    except MigrationError:
        release()
        raise
    except Exception as error:
        release()
        failure = failure_of(error, work.url, kept=work.kept)
        if failure is None:
            raise
        raise failure from error


class Run:
    """A run and how far it came.

    Attributes:
        url: of the database, with the migration credential.
        kept: whether something of it was committed outside of the one transaction.
    """

    def __init__(self, config: Config, limits: Limits) -> None:
        self.url = make_url(config.attributes["mainsequence_migration_sqlalchemy_url"])
        self.kept = False
        self._config = config
        self._provider = config.attributes["mainsequence_migration_provider"]
        schema = self._provider.version_table_schema or "public"
        self._table = f"{schema}.{self._provider.version_table}"
        self._limits = limits
        self._engine = create_engine(
            self.url,
            poolclass=NullPool,
            connect_args={"application_name": application_name()},
        )

    def read(self, script: ScriptDirectory) -> None:
        """Run a command that changes nothing, beside whatever migration is running."""
        with self._engine.connect() as connection:
            self._prepare(connection)
            # Alembic says no more of such a row than that it cannot locate it.
            refuse_unknown_revisions(connection, self._provider, _revisions_of(script))
            connection.rollback()
            self._attempt(connection, 1, of=1)

    def change(self, script: ScriptDirectory) -> None:
        """Run a command that changes the schema: alone, and only on a database that is known."""
        revisions = _revisions_of(script)
        refuse_taken_tables(self._provider)
        lock = take(self._engine, self._table, self._limits.lock_wait)
        with self._engine.connect() as connection:
            self._prepare(connection)
            refuse_unknown_state(connection, self._provider, revisions)
            refuse_missing_references(connection, self._provider)
            neighbours = Neighbours(connection, self._provider)
            connection.rollback()
            event.listen(connection, "commit", neighbours.assert_unchanged)
            event.listen(connection, "commit", lambda _: lock.assert_held())
            event.listen(connection, "set_connection_execution_options", self._note_autocommit)
            attempts = self._limits.attempts
            for number in range(1, attempts + 1):
                if self._attempt(connection, number, of=attempts):
                    break

    def _prepare(self, connection: Connection) -> None:
        set_timeouts(connection, self._limits)
        apply_mainsequence_migration_role(connection, self._config)
        refuse_search_path(connection)
        connection.rollback()
        self._config.attributes["connection"] = connection

    def _note_autocommit(self, _: Connection, options: dict[str, Any]) -> None:
        # Alembic asks for AUTOCOMMIT inside an autocommit_block, and has committed until there.
        self.kept = self.kept or "isolation_level" in options

    def _attempt(self, connection: Connection, number: int, *, of: int) -> bool:
        """Run once; False where a table was busy, nothing was kept, and attempts are left."""
        try:
            run_mainsequence_alembic_env()
        except DBAPIError as error:
            connection.rollback()
            if not is_busy(error):
                raise
            failure = busy(connection, error, self._limits, attempts=number, kept=self.kept)
            if self.kept or number == of:
                raise failure from error
            pause = FIRST_PAUSE * 2 ** (number - 1)
            LOG.warning("%s Trying again in %g s.", failure, pause)
            time.sleep(pause)
            return False
        return True


def _revisions_of(script: ScriptDirectory) -> Revisions:
    locations = map(coerce_resource_to_filename, map(str, script.version_locations))
    return read_revisions(list(locations))
