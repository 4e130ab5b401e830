"""One migration at a time: an advisory lock on a connection of its own.

Advisory locks belong to one database; the key is made of the version table. The lock belongs to a
session, so that PostgreSQL frees it when the process ends, however it ends.
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

__all__ = ["MigrationLock", "is_held", "release", "take"]

# Part of every key: with another prefix, two versions of this code could migrate at the same time.
KEY_PREFIX = "msm-migrate"
# In seconds. A lock call that blocks would hold a snapshot, for which CREATE INDEX CONCURRENTLY of
# the migration that has the lock would wait: a deadlock. So the lock is polled.
POLL_INTERVAL = 0.2
# Pairs of queries that tell a pooler; one pair can get the same session by chance.
PROBES = 8

# This session is idle on purpose, so that no idle time-out may end it. Keepalives end it within a
# minute when its host is gone, which would otherwise hold the lock for hours.
SESSION_SETTINGS = text(
    "SELECT set_config('idle_session_timeout', '0', false),"
    " set_config('tcp_keepalives_idle', '30', false),"
    " set_config('tcp_keepalives_interval', '10', false),"
    " set_config('tcp_keepalives_count', '3', false)"
)
TRY_LOCK = text("SELECT pg_try_advisory_lock(:key)")
# objsubid 1 marks a lock with one key of 64 bits, which pg_locks shows as two halves.
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
        engine: without a connection pool, so that closing the connection ends the session.
        table: the version table, with its schema.
    """

    def __init__(self, engine: Engine, table: str) -> None:
        self.table = table
        digest = hashlib.sha256(f"{KEY_PREFIX} {table}".encode()).digest()
        self._key = int.from_bytes(digest[:8], signed=True)
        self._engine = engine
        self._connection: Connection | None = None

    def acquire(self, timeout: float) -> None:
        """Wait for the lock, for at most `timeout` seconds.

        Raises:
            LockHeldError: another migration still held it then.
            PoolerError: a transaction pooler is between this process and PostgreSQL.
        """
        # Without a transaction: the server may end one that is idle, and the lock with it.
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            _refuse_pooler(connection, self._engine)
            connection.execute(SESSION_SETTINGS)
            self._poll(connection, timeout)
        except BaseException:
            # Ctrl-C too: an open session would keep a lock that was just taken.
            connection.close()
            raise
        self._connection = connection

    def assert_held(self, progress: Progress) -> None:
        """Make sure, before a commit, that the session that took the lock still has it.

        Args:
            progress: of the run that is about to commit.

        Raises:
            LockLostError: it does not have the lock any more.
        """
        if not self.is_held():
            raise LockLostError(
                f"The lock of {self.table} was lost while the migration ran; {progress.outcome()}; "
                "find out what ended the session that held it, and run this again."
            )

    def is_held(self) -> bool:
        """Whether the session that took the lock still has it."""
        if self._connection is None:
            return False
        try:
            return bool(self._connection.scalar(HELD_BY_US, {"key": self._key}))
        except DBAPIError:
            # The connection is gone, and with it the session and its lock.
            self.release()
            return False

    def release(self) -> None:
        """Free the lock by closing its connection. A second call does nothing."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _poll(self, connection: Connection, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        logged = False
        while not connection.scalar(TRY_LOCK, {"key": self._key}):
            holder = self._holder(connection)
            if time.monotonic() >= deadline:
                raise LockHeldError(
                    self.table, timeout=timeout, holder=holder, variable=LOCK_TIMEOUT_VARIABLE
                )
            if not logged and holder is not None:
                LOG.info("waiting for the migration of %s", holder)
                logged = True
            time.sleep(POLL_INTERVAL)

    def _holder(self, connection: Connection) -> DatabaseSession | None:
        row = connection.execute(HOLDER, {"key": self._key}).first()
        return None if row is None else DatabaseSession(*row)


# The lock of this process. A module holds it because the SDK calls release() with a context of its
# own, after env.py and everything that it made are gone.
_held: list[MigrationLock] = []


def take(engine: Engine, table: str, timeout: float) -> MigrationLock:
    """Acquire the lock for this process, which keeps it until :func:`release` or its end.

    Raises:
        LockHeldError: another migration held it for `timeout` seconds.
        PoolerError: a transaction pooler is between this process and PostgreSQL.
    """
    # A program may run several commands, and one that failed in finalize still has its lock.
    release()
    lock = MigrationLock(engine, table)
    lock.acquire(timeout)
    _held.append(lock)
    return lock


def is_held() -> bool:
    """Whether this process has taken a lock, and still has it."""
    return any(lock.is_held() for lock in _held)


def release(_: object = None) -> None:
    """Free the lock of this process; the SDK calls this after it has finalized the catalog."""
    while _held:
        _held.pop().release()


def _refuse_pooler(connection: Connection, engine: Engine) -> None:
    """Refuse a pooler that gives every transaction another session.

    On a direct connection the server process is the one that the handshake named. Behind a pooler
    it is another one; then two connections that take turns show whether they share sessions.
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
    # A pooler in session mode gives each connection one session of its own, in which locks work.
    if len(ours) > 1 or ours & theirs:
        raise PoolerError(
            f"A transaction pooler is in front of PostgreSQL at {server_of(engine.url)}, and the "
            "lock that lets one migration run at a time does not work through it; let the platform "
            "connect to PostgreSQL directly, or to a port in session mode, and run this again."
        )
