"""A clean database by deleting rows: the fastest way where the template has none."""

from typing import Any

import psycopg
from psycopg import Connection

from msm_local.repositories.contents import emptying

__all__ = ["Emptying"]

# A transaction that a test left open must not hang the next one.
OPTIONS = "-c lock_timeout=2s -c statement_timeout=30s"


class Emptying:
    """Deletes all rows of one database, whatever its foreign keys.

    Make it while the database is as its template is.

    Args:
        database_url: logs in as a role that may delete from every table.
    """

    def __init__(self, database_url: str) -> None:
        self._connection: Connection[Any] = psycopg.connect(
            database_url, autocommit=True, options=OPTIONS, application_name="msm-local pytest"
        )
        query = emptying.find_filled_query(self._connection)
        # What a migration, or a function that made a template, inserted would be lost.
        is_empty = query is not None and not emptying.find_filled(self._connection, query)
        self._query = query if is_empty else None
        self._has_sequences = emptying.has_sequences(self._connection)

    def empty(self) -> bool:
        """Delete all rows, and set all sequences back; False if that is not possible."""
        if self._query is None:
            return False
        try:
            filled = emptying.find_filled(self._connection, self._query)
            if filled:
                emptying.delete_rows(self._connection, filled)
            if self._has_sequences:
                emptying.restart(self._connection)
        except psycopg.Error:
            # A test holds a lock, has dropped a table, or has ended this session.
            return False
        return True

    def close(self) -> None:
        """End the connection."""
        self._connection.close()
