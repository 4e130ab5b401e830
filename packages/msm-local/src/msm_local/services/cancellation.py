"""Cancel the statement of a client that disconnected: it would hold its locks for nobody."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import Connection

from msm_local.errors import ClientGoneError

__all__ = ["Cancellation"]

CANCEL_TIMEOUT = 5.0
AGAIN = 0.1


class Cancellation:
    """Lets one thread cancel the statement that another one runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: Connection[Any] | None = None
        self._cancelled = False

    @contextmanager
    def covers(self, connection: Connection[Any]) -> Iterator[None]:
        """Let ``cancel`` end what this connection runs, as long as the context lasts.

        Raises:
            ClientGoneError: ``cancel`` was called already.
        """
        with self._lock:
            if self._cancelled:
                raise ClientGoneError("The client disconnected before its operation began.")
            self._connection = connection
        try:
            yield
        finally:
            with self._lock:
                self._connection = None

    def cancel(self) -> None:
        """End the running statement, and let no other begin; waits until it has ended."""
        while True:
            # Under the lock: the pool may give the connection to another request a moment later,
            # which the cancellation must not reach.
            with self._lock:
                self._cancelled = True
                if self._connection is None:
                    return
                self._connection.cancel_safe(timeout=CANCEL_TIMEOUT)
            # One that arrives between two statements ends nothing.
            time.sleep(AGAIN)
