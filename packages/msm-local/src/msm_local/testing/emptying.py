"""A clean database by deleting rows: the fastest way where the template has none."""

from typing import Any

import psycopg
from psycopg import Connection, sql

from msm_local.repositories.overview import OWN_CATALOG, find_version_tables

__all__ = ["Emptying"]

# A transaction that a test left open must not hang the next one.
OPTIONS = "-c lock_timeout=2s -c statement_timeout=30s"
TABLES = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND n.nspname <> ALL ('{pg_catalog,information_schema,msm_local}')
"""
HAS_SEQUENCES = "SELECT FROM pg_sequences WHERE schemaname <> 'msm_local'"
SEQUENCES = """
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
FROM pg_sequences WHERE schemaname <> 'msm_local' AND last_value IS NOT NULL
"""

type Table = tuple[str, str]


class Emptying:
    """Deletes all rows of one database, in one statement, whatever its foreign keys.

    Make it while the database is as its template is.

    Args:
        database_url: logs in as a role that may delete from every table.
    """

    def __init__(self, database_url: str) -> None:
        self._connection: Connection[Any] = psycopg.connect(
            database_url, autocommit=True, options=OPTIONS, application_name="msm-local pytest"
        )
        found = find_version_tables(self._connection, OWN_CATALOG)
        versions = {(row.schema, row.name) for row in found}
        tables: list[Table] = [
            table for table in self._connection.execute(TABLES) if table not in versions
        ]
        find_filled = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT {}, {} WHERE EXISTS (SELECT FROM {})").format(
                schema, name, sql.Identifier(schema, name)
            )
            for schema, name in tables
        )
        self._find_filled = find_filled.as_bytes(self._connection)
        # What a migration, or a function that made a template, inserted would be lost.
        self._is_possible = bool(tables) and not self._filled()
        self._has_sequences = bool(self._connection.execute(HAS_SEQUENCES).fetchall())

    def empty(self) -> bool:
        """Delete all rows, and set all sequences back; False if that is not possible."""
        if not self._is_possible:
            return False
        try:
            filled = self._filled()
            if filled:
                deletes = sql.SQL(", ").join(
                    sql.SQL("{} AS (DELETE FROM {})").format(
                        sql.Identifier(f"t{number}"), sql.Identifier(*table)
                    )
                    for number, table in enumerate(filled)
                )
                # One statement: foreign keys are checked at its end.
                self._connection.execute(sql.SQL("WITH {} SELECT").format(deletes))
            if self._has_sequences:
                self._connection.execute(SEQUENCES)
        except psycopg.Error:
            # A test holds a lock, has dropped a table, or has ended this session.
            return False
        return True

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def _filled(self) -> list[Table]:
        return list(self._connection.execute(self._find_filled, prepare=True))
