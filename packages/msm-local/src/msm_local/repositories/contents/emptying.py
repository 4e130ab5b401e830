"""All rows of a database, deleted at once: for tests, on a connection in autocommit mode."""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection, sql

from msm_local.repositories.contents.overview import OWN_CATALOG, find_version_tables

__all__ = ["Table", "delete_rows", "find_filled", "find_filled_query", "has_sequences", "restart"]

TABLES = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND n.nspname <> ALL ('{pg_catalog,information_schema,msm_local}')
"""
HAS_SEQUENCES = "SELECT FROM pg_sequences WHERE schemaname <> 'msm_local'"
RESTART = """
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
FROM pg_sequences WHERE schemaname <> 'msm_local' AND last_value IS NOT NULL
"""

# Schema and name.
type Table = tuple[str, str]


def find_filled_query(connection: Connection[Any]) -> bytes | None:
    """The query that finds the tables with rows, but for version tables; None without tables."""
    versions = {(row.schema, row.name) for row in find_version_tables(connection, OWN_CATALOG)}
    tables: list[Table] = [row for row in connection.execute(TABLES) if row not in versions]
    query = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {}, {} WHERE EXISTS (SELECT FROM {})").format(
            schema, name, sql.Identifier(schema, name)
        )
        for schema, name in tables
    )
    return query.as_bytes(connection) if tables else None


def find_filled(connection: Connection[Any], query: bytes) -> list[Table]:
    """The tables with rows, by the query of ``find_filled_query``."""
    # Planned once: the query names every table.
    return list(connection.execute(query, prepare=True))


def delete_rows(connection: Connection[Any], tables: Sequence[Table]) -> None:
    """Delete all rows of some tables, in one statement: foreign keys are checked at its end."""
    deletes = sql.SQL(", ").join(
        sql.SQL("{} AS (DELETE FROM {})").format(
            sql.Identifier(f"t{number}"), sql.Identifier(*table)
        )
        for number, table in enumerate(tables)
    )
    connection.execute(sql.SQL("WITH {} SELECT").format(deletes))


def has_sequences(connection: Connection[Any]) -> bool:
    """Whether tables have sequences."""
    return bool(connection.execute(HAS_SEQUENCES).fetchall())


def restart(connection: Connection[Any]) -> None:
    """Set all sequences back to their start."""
    connection.execute(RESTART)
