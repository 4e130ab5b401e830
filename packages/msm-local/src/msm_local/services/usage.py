"""Which generations of the SDK use the platform, and since when."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import Connection

from msm_local.contract import responses
from msm_local.database.pools import Database
from msm_local.repositories import generations
from msm_local.repositories.generations import Generation

__all__ = ["Usage"]

# So that the catalog is not written at each request.
INTERVAL = timedelta(seconds=10)


class Usage:
    """Notes when a generation was seen last, and writes it to the catalog now and then."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._unwritten: dict[Generation, datetime] = {}
        self._written: dict[Generation, datetime] = {}

    def note(self, generation: Generation) -> bool:
        """Note a request now; whether it is time to write it."""
        now = datetime.now(UTC)
        with self._lock:
            self._unwritten[generation] = now
            written = self._written.get(generation)
            return written is None or now - written >= INTERVAL

    def write(self) -> None:
        """Write what was noted since the last time."""
        with self._database.transaction() as connection:
            self._write(connection)

    def read(self, connection: Connection[Any]) -> responses.Generations:
        """When each generation was seen last, after writing what was noted."""
        self._write(connection)
        uses = generations.find_uses(connection)
        return {
            "mainsequence8": _iso(uses.get("mainsequence8")),
            "metatables": _iso(uses.get("metatables")),
        }

    def _write(self, connection: Connection[Any]) -> None:
        with self._lock:
            unwritten, self._unwritten = self._unwritten, {}
            self._written |= unwritten
        if unwritten:
            generations.record(connection, unwritten)


def _iso(use: generations.GenerationUse | None) -> str | None:
    return None if use is None else use.last_used_at.isoformat()
