"""Who blocks a session: PostgreSQL tells it only while the session waits."""

import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from ..errors import DatabaseSession
from .logger import LOG

__all__ = ["BlockerWatch"]

MAX_PAUSE = 1.0
# A wait of the full lock_timeout is looked at this often, even by a server that is busy.
MIN_POLLS = 4

# pg_blocking_pids() holds up the whole lock manager for a moment: ask only for one that waits.
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
    """Looks, from a connection of its own, at who blocks a session; as a context manager.

    Nothing is opened for a session that ends before the first look is due.

    Args:
        engine: logs in as the role of the session, which may therefore see it wait.
        pid: the session's process on the database server.
        lock_timeout: of that session, in seconds.
    """

    def __init__(self, engine: Engine, pid: int, lock_timeout: float) -> None:
        self._engine = engine
        self._pid = pid
        self._pause = min(MAX_PAUSE, lock_timeout / MIN_POLLS)
        self._seen: Sequence[DatabaseSession] = ()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="blocker-watch", daemon=True)

    @property
    def seen(self) -> Sequence[DatabaseSession]:
        """The sessions that blocked it when it was last seen to wait."""
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
                # A session's wait is seen by the role that logged in, not by the owner role.
                autocommitting.execute(text("SET ROLE NONE"))
                while not self._stop.wait(self._pause):
                    rows = autocommitting.execute(BLOCKERS, {"pid": self._pid})
                    self._seen = [DatabaseSession(*row) for row in rows] or self._seen
        except DBAPIError as error:
            # The migration itself fails, or not, on a connection of its own.
            LOG.debug("who blocks the migration can no longer be seen: %s", error.orig)
