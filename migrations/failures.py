"""What PostgreSQL, Alembic or a revision raise, as one sentence each."""

import re
import traceback
from collections.abc import Sequence
from pathlib import Path

from alembic.util import CommandError
from psycopg import Error as PostgresError
from psycopg import OperationalError
from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import DBAPIError

from .errors import (
    AlembicRefusedError,
    ConnectionLostError,
    MigrationError,
    RevisionRaisedError,
    Session,
    StatementCancelledError,
    StatementFailedError,
    TableBusyError,
)
from .timeouts import STATEMENT_VARIABLE, TABLE_LOCK_VARIABLE, Limits

__all__ = ["busy", "failure_of", "is_busy"]

LOCK_NOT_AVAILABLE = "55P03"
QUERY_CANCELED = "57014"
# Shutdown, crash, start-up, a session ended for being idle, and failures of the connection itself.
SESSION_ENDED = re.compile(r"57P0[1235]|25P03|08...")
STATEMENT_LENGTH = 120

BLOCKERS = text("""
    SELECT l.pid, coalesce(a.application_name, ''), a.query_start
    FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
    LEFT JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.granted AND l.pid <> pg_backend_pid() AND c.relname = ANY(:words)
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    GROUP BY 1, 2, 3 ORDER BY 3 NULLS LAST, 1
""")


def is_busy(error: DBAPIError) -> bool:
    """Whether a statement gave up waiting for a lock."""
    return _sqlstate(error) == LOCK_NOT_AVAILABLE


def busy(
    connection: Connection, error: DBAPIError, limits: Limits, *, attempts: int, kept: bool
) -> TableBusyError:
    """The error of a statement that gave up waiting, naming who holds the tables it names.

    The statement's own wait is over by now, so that PostgreSQL no longer says who blocked it.
    """
    words = re.findall(r"\w+", error.statement or "")
    holders: Sequence[Session] = [
        Session(*row) for row in connection.execute(BLOCKERS, {"words": words})
    ]
    connection.rollback()
    return TableBusyError(
        _first_line(error),
        reason=_reason(error),
        blockers=holders,
        attempts=attempts,
        seconds=limits.table_lock,
        kept=_kept(kept),
        variable=TABLE_LOCK_VARIABLE,
    )


def failure_of(error: Exception, url: URL, *, kept: bool) -> MigrationError | None:
    """What stopped a run, as an error of ours; None where it is of another kind.

    Args:
        error: what was raised.
        url: of the database.
        kept: whether some of the run was committed.
    """
    if isinstance(error, CommandError):
        return AlembicRefusedError(f"Alembic refuses: {str(error).rstrip('.')}.")
    if not isinstance(error, DBAPIError):
        return _raised(error, kept=kept)
    sqlstate, reason = _sqlstate(error), _reason(error)
    # libpq gives no code to a connection that fails or breaks off.
    broke_off = sqlstate is None and isinstance(error.orig, OperationalError)
    if broke_off or SESSION_ENDED.fullmatch(sqlstate or ""):
        return ConnectionLostError(
            f"PostgreSQL at {url.host}:{url.port or 5432} cannot be reached, or ended the session "
            f"({reason}); {_kept(kept)}; run this again when it is back."
        )
    if sqlstate == QUERY_CANCELED:
        return StatementCancelledError(
            f"`{_first_line(error)}` was cancelled ({reason}); {_kept(kept)}; run this again, "
            f"with a larger {STATEMENT_VARIABLE} (seconds) and --ttl-seconds where it takes long.",
            statement=_first_line(error),
        )
    return StatementFailedError(
        f"PostgreSQL refuses `{_first_line(error)}` ({sqlstate or type(error.orig).__name__}: {reason}); {_kept(kept)}; mend "
        "the revision, or the rows that it meets, and run this again.",
        statement=_first_line(error),
        sqlstate=sqlstate,
    )


def _raised(error: Exception, *, kept: bool) -> RevisionRaisedError | None:
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if "versions" in path.parts:
            return RevisionRaisedError(
                f"{type(error).__name__}: {error}, raised at {path}:{frame.lineno}; "
                f"{_kept(kept)}; mend what stands there, and run this again.",
                path=path,
                line=frame.lineno,
            )
    return None


def _kept(kept: bool) -> str:
    if kept:
        return "what ran outside of a transaction was kept, and an index may be left INVALID"
    return "nothing of this run was kept"


def _sqlstate(error: DBAPIError) -> str | None:
    return error.orig.sqlstate if isinstance(error.orig, PostgresError) else None


def _reason(error: DBAPIError) -> str:
    if isinstance(error.orig, PostgresError) and error.orig.diag.message_primary:
        return error.orig.diag.message_primary
    return str(error.orig).strip().partition("\n")[0]


def _first_line(error: DBAPIError) -> str:
    line = " ".join((error.statement or "a statement").split())
    return line if len(line) <= STATEMENT_LENGTH else f"{line[:STATEMENT_LENGTH]} ..."
