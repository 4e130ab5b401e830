"""Ending the statement of a client that has hung up: its rows are locked for nobody."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import Connection

from msm_local.errors import ClientGoneError

__all__ = ["Cancellation"]

CANCEL_TIMEOUT = 5.0


class Cancellation:
    """Lets one thread end the statements that another one runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: Connection[Any] | None = None
        self._cancelled = False

    @contextmanager
    def covers(self, connection: Connection[Any]) -> Iterator[None]:
        """Have ``cancel`` end what this connection runs, as long as the context lasts.

        Raises:
            ClientGoneError: ``cancel`` was called before.
        """
        with self._lock:
            if self._cancelled:
                raise ClientGoneError("The client hung up before its operation began.")
            self._connection = connection
        try:
            yield
        finally:
            with self._lock:
                self._connection = None

    def cancel(self) -> None:
        """End what runs, and let nothing begin."""
        # Under the lock, so that it never reaches the next one who gets the connection.
        with self._lock:
            self._cancelled = True
            if self._connection is not None:
                self._connection.cancel_safe(timeout=CANCEL_TIMEOUT)
