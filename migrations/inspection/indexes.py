"""Indexes whose build was cancelled: PostgreSQL keeps them, writes to them, and reads none."""

from sqlalchemy import Connection, text

from ..provider import SCHEMA

__all__ = ["invalid_indexes"]

# An index that is being built is not valid yet either. To rebuild one concurrently, PostgreSQL
# makes another one beside it.
INVALID = text("""
    SELECT i.relname, c.relname
    FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT x.indisvalid AND n.nspname = :schema
    ORDER BY i.relname
""")


def invalid_indexes(connection: Connection) -> dict[str, str]:
    """The table of each index that is not valid, by the name of the index."""
    rows = connection.execute(INVALID, {"schema": SCHEMA})
    return {str(index): str(table) for index, table in rows}
