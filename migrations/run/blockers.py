"""Who blocks a session, which PostgreSQL knows only while the session waits."""

import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from ..errors import DatabaseSession
from .logger import LOG

__all__ = ["BlockerWatch"]

# In seconds between two polls, so that a long lock_timeout does not mean a late answer.
MAX_PAUSE = 1.0
# A wait of the full lock_timeout is polled this often: on a busy server one poll may be late.
MIN_POLLS = 4

# pg_blocking_pids() stops the whole lock manager for a moment, so it is called only for a session
# that waits. LATERAL and CASE keep PostgreSQL from calling it for every row.
BLOCKERS = text("""
    SELECT b.pid, b.application_name, b.query_start
    FROM pg_stat_activity w
    CROSS JOIN LATERAL unnest(CASE w.wait_event_type WHEN 'Lock' THEN pg_blocking_pids(w.pid) END)
        AS blocking (pid)
    JOIN pg_stat_activity b ON b.pid = blocking.pid
    WHERE w.pid = :pid
    ORDER BY b.query_start NULLS LAST, b.pid
""")


class BlockerWatch:
    """Polls, on a second connection, which sessions block a session; a context manager.

    No connection is opened for a session that ends before the first poll.

    Args:
        engine: logs in as the role of the session. PostgreSQL shows a wait only to that role.
        pid: the session's process on the database server.
        lock_timeout: of that session, in seconds.
    """

    def __init__(self, engine: Engine, pid: int, lock_timeout: float) -> None:
        self._engine = engine
        self._pid = pid
        self._pause = min(MAX_PAUSE, lock_timeout / MIN_POLLS)
        self._seen: Sequence[DatabaseSession] = ()
        self._stop = threading.Event()
        # A daemon, so that a poll that hangs does not keep the process alive.
        self._thread = threading.Thread(target=self._watch, name="blocker-watch", daemon=True)

    @property
    def seen(self) -> Sequence[DatabaseSession]:
        """The sessions that blocked it when it last waited."""
        return self._seen

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        if self._stop.wait(self._pause):
            return
        try:
            with self._engine.connect() as connection:
                autocommitting = connection.execution_options(isolation_level="AUTOCOMMIT")
                # The role that logged in may see the wait; the owner role, which the platform may
                # have set as its default, may not.
                autocommitting.execute(text("SET ROLE NONE"))
                while not self._stop.wait(self._pause):
                    rows = autocommitting.execute(BLOCKERS, {"pid": self._pid})
                    # Between two statements nothing waits: keep what the last wait showed.
                    self._seen = [DatabaseSession(*row) for row in rows] or self._seen
        except DBAPIError as error:
            # The names of blockers only improve a message. Whether the migration fails is decided
            # on its own connection.
            LOG.debug("cannot watch what blocks the migration any more: %s", error.orig)
