"""Every moment at which the process of a migration can die, and killing it at one of them.

The moments are before each request or statement, after it was sent, and after its answer. Their
order is the same in every run on the same database, so a number identifies one. This module runs in
the forked process, and imports only what is loaded there already.
"""

import logging
import os
import re
import signal
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from unittest import mock

import psycopg
from sqlalchemy import Connection, Engine, event
from urllib3.connection import HTTPConnection

from tests.support.generation import sdk

__all__ = ["UUID", "Moment", "ddl_of", "trace"]

type Edge = Literal["before", "sent", "after"]

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DDL = re.compile(r"CREATE |ALTER |DROP |COMMENT ")
IN_TRANSACTION = psycopg.pq.TransactionStatus.INTRANS
LENGTH = 70


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of a migration at which its process can die.

    Attributes:
        number: how many moments came before it.
        stage: reserve, connection, the revision that is being applied, commit or finalize.
        edge: before a request or statement, after it was sent, or after its answer.
        what: the request, or the beginning of the statement.
    """

    number: int
    stage: str
    edge: Edge
    what: str

    def __str__(self) -> str:
        return f"moment {self.number} ({self.stage}): {self.edge} {self.what}"


def ddl_of(moments: Iterable[Moment]) -> list[str]:
    """The statements among the moments that changed the schema."""
    return [moment.what for moment in moments if moment.edge == "after" and DDL.match(moment.what)]


class Tracer:
    """Records the moments of the migration in this process, and kills the process at one of them.

    Args:
        last: where to die; None for not at all.
    """

    def __init__(self, last: Moment | None) -> None:
        self.moments: list[Moment] = []
        self._last = last
        self._stage = "reserve"

    def install(self) -> None:
        """Put the tracer around every HTTP request and every statement of this process."""
        self._trace_requests()
        self._trace_statements()
        self._trace_commits()
        logging.getLogger("alembic.runtime.migration").addFilter(self._see_revision)

    def _trace_requests(self) -> None:
        request, getresponse = HTTPConnection.request, HTTPConnection.getresponse
        said = []

        def sending(
            connection: HTTPConnection, method: str, url: str, *rest: Any, **options: Any
        ) -> None:
            what = f"{method} {UUID.sub('UID', url)}"
            said.append(what)
            if "migration-connection" in url:
                self._stage = "connection"
            elif "finalize-managed" in url:
                self._stage = "finalize"
            self._reach("before", what)
            request(connection, method, url, *rest, **options)
            self._reach("sent", what)

        def receiving(connection: HTTPConnection) -> Any:
            answer = getresponse(connection)
            self._reach("after", said.pop())
            return answer

        mock.patch.object(HTTPConnection, "request", sending).start()
        mock.patch.object(HTTPConnection, "getresponse", receiving).start()

    def _trace_statements(self) -> None:
        def before(
            connection: Connection, _cursor: Any, statement: str, values: Any, *_: Any
        ) -> None:
            what = " ".join(statement.split())[:LENGTH]
            self._reach("before", what)
            driver: Any = connection.connection.driver_connection
            # A statement with values would have to be bound first, and the first one needs a BEGIN.
            if not values and driver.info.transaction_status == IN_TRANSACTION:
                self._reach("sent", what, lambda: send(driver, statement))

        def after(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            self._reach("after", " ".join(statement.split())[:LENGTH])

        event.listen(Engine, "before_cursor_execute", before)
        event.listen(Engine, "after_cursor_execute", after)

    def _trace_commits(self) -> None:
        commit = psycopg.Connection.commit

        def committing(connection: psycopg.Connection) -> None:
            if connection.info.transaction_status != IN_TRANSACTION:
                commit(connection)
                return
            if self._stage not in {"reserve", "connection"}:
                self._stage = "commit"
            self._reach("before", "COMMIT")
            self._reach("sent", "COMMIT", lambda: send(connection, "COMMIT"))
            commit(connection)
            self._reach("after", "COMMIT")

        mock.patch.object(psycopg.Connection, "commit", committing).start()

    def _see_revision(self, record: logging.LogRecord) -> bool:
        running = re.match(r"Running (?:up|down)grade .*-> (\w*)", record.getMessage())
        if running is not None:
            self._stage = running[1] or "base"
        return True

    def _reach(self, edge: Edge, what: str, act: Callable[[], None] | None = None) -> None:
        # Polls of another thread come at any time, so they are no moments.
        if threading.current_thread() is not threading.main_thread():
            return
        moment = Moment(len(self.moments), self._stage, edge, what)
        self.moments.append(moment)
        if self._last is None or moment.number != self._last.number:
            return
        if moment != self._last:
            raise SystemExit(f"This is {moment}, and not {self._last}.")
        if act is not None:
            act()
        os.kill(os.getpid(), signal.SIGKILL)


def send(connection: psycopg.Connection, statement: str) -> None:
    """Send a statement to the server, and do not wait for the answer."""
    connection.pgconn.send_query(statement.encode())
    while connection.pgconn.flush():
        pass


def trace(arguments: Sequence[str], last: Moment | None) -> list[Moment]:
    """Run the SDK's command line up to a moment or its end, and return all moments."""
    tracer = Tracer(last)
    tracer.install()
    sdk("cli").app(arguments, standalone_mode=False)
    return tracer.moments
