"""What PostgreSQL, Alembic or a revision raise, as one sentence each."""

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

__all__ = ["busy", "failure_of", "is_busy", "reason_of"]

# lock_not_available and deadlock_detected: the next try may well get the lock.
BUSY = frozenset({"55P03", "40P01"})
QUERY_CANCELED = "57014"
DISK_FULL = "53100"
# Shutdown, crash, start-up, a session ended for being idle, and failures of the connection itself.
SESSION_ENDED = re.compile(r"57P0[1235]|25P03|08...")
STATEMENT_LENGTH = 120


def is_busy(error: DBAPIError) -> bool:
    """Whether a statement did not get a lock that somebody else holds."""
    return _sqlstate(error) in BUSY


def busy(
    error: DBAPIError, blockers: Sequence[DatabaseSession], progress: Progress, *, attempts: int
) -> TableBusyError:
    """The error of a statement that did not get its lock, for the last of so many attempts."""
    tried = "tried once" if attempts == 1 else f"tried {attempts} times"
    end = f", or end it with SELECT pg_terminate_backend({blockers[0].pid})" if blockers else ""
    return TableBusyError(
        _first_line(error),
        reason=f"{reason_of(error)}, {tried}",
        blockers=blockers,
        outcome=progress.outcome(),
        remedy=f"run this again when that session has ended its transaction{end}, or wait longer "
        f"with {TABLE_LOCK_TIMEOUT_VARIABLE} (seconds)",
    )


def failure_of(
    error: Exception, url: URL, progress: Progress, revisions: Revisions
) -> MigrationError | None:
    """What stopped a run, as an error of ours; None where it is of another kind.

    Args:
        error: what was raised.
        url: of the database.
        progress: how far the run came.
        revisions: those that it may have run.
    """
    if isinstance(error, CommandError):
        return AlembicRefusedError(f"Alembic refuses: {str(error).rstrip('.')}.")
    if not isinstance(error, DBAPIError):
        return _raised(error, progress, revisions)
    if is_busy(error):
        return busy(error, (), progress, attempts=1)
    sqlstate, reason, statement = _sqlstate(error), reason_of(error), _first_line(error)
    # libpq gives no code to a connection that fails or breaks off.
    broke_off = sqlstate is None and isinstance(error.orig, OperationalError)
    if broke_off or SESSION_ENDED.fullmatch(sqlstate or ""):
        return ConnectionLostError(
            f"PostgreSQL at {server_of(url)} cannot be reached, or ended the session "
            f"({reason}); {progress.outcome(lost=True)}; run this again when it is back, with a "
            "larger --ttl-seconds where the credential ran out."
        )
    if sqlstate == QUERY_CANCELED:
        return StatementCancelledError(
            f"`{statement}` was cancelled ({reason}); {progress.outcome()}; run this again, "
            f"with a larger {STATEMENT_TIMEOUT_VARIABLE} (seconds) and --ttl-seconds where it "
            "takes long.",
            statement=statement,
        )
    remedy = (
        "free some space on the server"
        if sqlstate == DISK_FULL
        else "mend the revision, or the rows that it meets,"
    )
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
        f"{type(error).__name__}: {error}, raised at {path}:{line}; {progress.outcome()}; mend "
        "what stands there, and run this again.",
        path=path,
        line=line,
    )


def reason_of(error: DBAPIError) -> str:
    """What PostgreSQL, or libpq, says is wrong, in one line."""
    if isinstance(error.orig, PostgresError) and error.orig.diag.message_primary:
        return error.orig.diag.message_primary
    return str(error.orig).strip().partition("\n")[0]


def _sqlstate(error: DBAPIError) -> str | None:
    return error.orig.sqlstate if isinstance(error.orig, PostgresError) else None


def _first_line(error: DBAPIError) -> str:
    line = " ".join((error.statement or "a statement").split())
    return line if len(line) <= STATEMENT_LENGTH else f"{line[:STATEMENT_LENGTH]} ..."
