"""Errors of PostgreSQL, Alembic and revisions, each as one of ours with one sentence."""

import re
from collections.abc import Sequence

from alembic.util import CommandError
from psycopg import Error as PostgresError
from psycopg import OperationalError
from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from ..errors import (
    AlembicRefusedError,
    ConnectionLostError,
    DatabaseSession,
    MigrationError,
    RevisionRaisedError,
    StatementCancelledError,
    StatementFailedError,
    TableBusyError,
)
from ..history.files import Revisions, location_of
from .connections import server_of
from .limits import STATEMENT_TIMEOUT_VARIABLE, TABLE_LOCK_TIMEOUT_VARIABLE
from .progress import Progress

__all__ = ["busy", "failure_of", "is_busy", "is_lost", "reason_of"]

# lock_not_available and deadlock_detected: the next attempt may get the lock.
BUSY = frozenset({"55P03", "40P01"})
QUERY_CANCELED = "57014"
DISK_FULL = "53100"
# Of the table of locks: each table, index and TOAST table of a transaction takes a place in it.
OUT_OF_SHARED_MEMORY = "53200"
# Of TimescaleDB: a unique key of a hypertable that does not contain its time.
KEY_WITHOUT_TIME = "TS103"
# Shutdown, crash, start-up, a session ended for being idle, and failures of the connection itself.
SESSION_ENDED = re.compile(r"57P0[1235]|25P03|08...")
# A CREATE TABLE has hundreds of columns; its beginning is enough to find it.
MAX_STATEMENT_LENGTH = 120
REMEDIES = {
    DISK_FULL: "free some space on the server",
    OUT_OF_SHARED_MEMORY: "raise max_locks_per_transaction of the server, or divide the revision "
    "and upgrade to one part at a time,",
    KEY_WITHOUT_TIME: "a hypertable cannot have that key, so add the time to it, or copy its rows "
    "into an ordinary table of the same name,",
}


def is_busy(error: DBAPIError) -> bool:
    """Whether a statement did not get a lock that another session holds."""
    return _sqlstate(error) in BUSY


def is_lost(error: DBAPIError) -> bool:
    """Whether PostgreSQL cannot be reached, or ended the session."""
    sqlstate = _sqlstate(error)
    if sqlstate is None:
        # libpq gives no SQLSTATE to a connection that fails or is lost.
        return isinstance(error.orig, OperationalError)
    return SESSION_ENDED.fullmatch(sqlstate) is not None


def busy(
    error: DBAPIError, blockers: Sequence[DatabaseSession], progress: Progress, *, attempts: int
) -> TableBusyError:
    """The error of a statement that did not get its lock in the last of several attempts."""
    tried = "tried once" if attempts == 1 else f"tried {attempts} times"
    end = f", or end it with SELECT pg_terminate_backend({blockers[0].pid})" if blockers else ""
    return TableBusyError(
        _first_line(error),
        reason=f"{reason_of(error)}, {tried}",
        blockers=blockers,
        outcome=progress.outcome(),
        remedy=f"run this again when that session has ended its transaction{end}, or set "
        f"{TABLE_LOCK_TIMEOUT_VARIABLE} (seconds) to wait longer",
    )


def failure_of(
    error: Exception, url: URL, progress: Progress, revisions: Revisions
) -> MigrationError | None:
    """An exception that stopped a run, as an error of ours; None if it is of another kind.

    Args:
        error: what was raised.
        url: of the database.
        progress: of the run.
        revisions: those that the run may have executed.
    """
    if isinstance(error, CommandError):
        return AlembicRefusedError(f"Alembic refuses: {str(error).rstrip('.')}.")
    if not isinstance(error, DBAPIError):
        return _raised(error, progress, revisions)
    if is_busy(error):
        return busy(error, (), progress, attempts=1)
    sqlstate, reason, statement = _sqlstate(error), reason_of(error), _first_line(error)
    if is_lost(error):
        return ConnectionLostError(
            f"PostgreSQL at {server_of(url)} cannot be reached, or ended the session "
            f"({reason}); {progress.outcome(lost=True)}; run this again when it is back, with a "
            "larger --ttl-seconds if the credential expired."
        )
    if sqlstate == QUERY_CANCELED:
        return StatementCancelledError(
            f"`{statement}` was cancelled ({reason}); {progress.outcome()}; run this again, "
            f"with a larger {STATEMENT_TIMEOUT_VARIABLE} (seconds) and --ttl-seconds if it needs "
            "more time.",
            statement=statement,
        )
    remedy = REMEDIES.get(sqlstate or "", "fix the revision, or the rows that it works on,")
    return StatementFailedError(
        f"PostgreSQL refuses `{statement}` ({sqlstate or type(error.orig).__name__}: {reason}); "
        f"{progress.outcome()}; {remedy} and run this again.",
        statement=statement,
        sqlstate=sqlstate,
    )


def _raised(
    error: Exception, progress: Progress, revisions: Revisions
) -> RevisionRaisedError | None:
    place = location_of(error, revisions)
    if place is None:
        return None
    path, line = place
    return RevisionRaisedError(
        f"{type(error).__name__}: {error}, raised at {path}:{line}; {progress.outcome()}; fix "
        "that line, and run this again.",
        path=path,
        line=line,
    )


def reason_of(error: DBAPIError) -> str:
    """The message of PostgreSQL or libpq, in one line."""
    if isinstance(error.orig, PostgresError) and error.orig.diag.message_primary:
        return error.orig.diag.message_primary
    # libpq adds hints on lines of their own.
    return str(error.orig).strip().partition("\n")[0]


def _sqlstate(error: DBAPIError) -> str | None:
    return error.orig.sqlstate if isinstance(error.orig, PostgresError) else None


def _first_line(error: DBAPIError) -> str:
    line = " ".join((error.statement or "a statement").split())
    return line if len(line) <= MAX_STATEMENT_LENGTH else f"{line[:MAX_STATEMENT_LENGTH]} ..."
