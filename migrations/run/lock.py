"""One migration at a time: an advisory lock on a connection of its own.

PostgreSQL keeps advisory locks apart by database; the key is the version table. It is a lock of the
session, so that a process that dies frees it, however it dies.
"""

import hashlib
import time

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from ..errors import DatabaseSession, LockHeldError, LockLostError, PoolerError
from .connections import BACKEND_PID, server_of
from .limits import LOCK_TIMEOUT_VARIABLE
from .logger import LOG
from .progress import Progress

__all__ = ["MigrationLock", "release", "take"]

PREFIX = "msm-migrate"
POLL_INTERVAL = 0.2
PROBES = 8

# A session that only waits is not to be ended for it, and a host that is gone holds no lock.
SESSION_SETTINGS = text(
    "SELECT set_config('idle_session_timeout', '0', false),"
    " set_config('tcp_keepalives_idle', '30', false),"
    " set_config('tcp_keepalives_interval', '10', false),"
    " set_config('tcp_keepalives_count', '3', false)"
)
TRY_LOCK = text("SELECT pg_try_advisory_lock(:key)")
HOLDER = text("""
    SELECT l.pid, coalesce(a.application_name, ''), a.query_start
    FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND (l.classid::bigint << 32) + l.objid::bigint = :key
""")
HELD_BY_US = text("""
    SELECT EXISTS (
        SELECT FROM pg_locks
        WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND pid = pg_backend_pid()
          AND (classid::bigint << 32) + objid::bigint = :key
    )
""")


class MigrationLock:
    """The lock of one version table.

    Args:
        engine: connects without a pool of its own.
        table: the version table, with its schema.
    """

    def __init__(self, engine: Engine, table: str) -> None:
        self.table = table
        digest = hashlib.sha256(f"{PREFIX} {table}".encode()).digest()
        self._key = int.from_bytes(digest[:8], signed=True)
        self._engine = engine
        self._connection: Connection | None = None

    def acquire(self, timeout: float) -> None:
        """Wait for the lock, for so many seconds at most.

        Raises:
            LockHeldError: another migration still held it then.
            PoolerError: a transaction pooler stands in between.
        """
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            _refuse_pooler(connection, self._engine)
            connection.execute(SESSION_SETTINGS)
            self._poll(connection, timeout)
        except BaseException:
            connection.close()
            raise
        self._connection = connection

    def assert_held(self, progress: Progress) -> None:
        """Make sure, before a commit, that the session that took the lock still has it.

        Args:
            progress: how far the run came that is about to commit.

        Raises:
            LockLostError: it has not.
        """
        try:
            held = self._connection is not None and self._connection.scalar(
                HELD_BY_US, {"key": self._key}
            )
            cause = None
        except DBAPIError as error:
            held, cause = False, error
        if not held:
            raise LockLostError(
                f"The lock of {self.table} was lost while the migration ran; {progress.outcome()}; "
                "find out what ended the session that held it, and run this again."
            ) from cause

    def release(self) -> None:
        """Give the lock back, and close its connection; for a second time this does nothing."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _poll(self, connection: Connection, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        told = False
        while not connection.scalar(TRY_LOCK, {"key": self._key}):
            holder = self._holder(connection)
            if time.monotonic() >= deadline:
                raise LockHeldError(
                    self.table, timeout=timeout, holder=holder, variable=LOCK_TIMEOUT_VARIABLE
                )
            if not told and holder is not None:
                LOG.info("waiting for the migration of %s", holder)
                told = True
            time.sleep(POLL_INTERVAL)

    def _holder(self, connection: Connection) -> DatabaseSession | None:
        row = connection.execute(HOLDER, {"key": self._key}).first()
        return None if row is None else DatabaseSession(*row)


_held: list[MigrationLock] = []


def take(engine: Engine, table: str, timeout: float) -> MigrationLock:
    """Acquire the lock for this process, which keeps it until :func:`release`, or its end.

    Raises:
        LockHeldError: another migration held it for all this time.
        PoolerError: a transaction pooler stands in between.
    """
    release()
    lock = MigrationLock(engine, table)
    lock.acquire(timeout)
    _held.append(lock)
    return lock


def release(_: object = None) -> None:
    """Give back what this process holds; the SDK calls it once the catalog is finalized."""
    while _held:
        _held.pop().release()


def _refuse_pooler(connection: Connection, engine: Engine) -> None:
    """Refuse a pooler that gives every transaction another session.

    A direct connection speaks to the process that PostgreSQL named in the handshake. Behind a
    pooler it is another one; then two connections that take turns show whether they share them.
    """
    backend = connection.scalar(BACKEND_PID)
    driver = connection.connection.driver_connection
    if driver is not None and driver.info.backend_pid == backend:
        return
    ours, theirs = {backend}, set()
    for _ in range(PROBES):
        with engine.connect() as other:
            theirs.add(other.scalar(BACKEND_PID))
            ours.add(connection.scalar(BACKEND_PID))
    if len(ours) > 1 or ours & theirs:
        raise PoolerError(
            f"A transaction pooler stands before PostgreSQL at {server_of(engine.url)}, where the "
            "lock that keeps migrations apart does not hold; have the platform connect to "
            "PostgreSQL directly, or to a port in session mode, and run this again."
        )
