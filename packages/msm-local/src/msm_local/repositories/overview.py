"""Facts about a whole catalog, for the status and the doctor."""

from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

__all__ = [
    "TableCounts",
    "VersionTableRow",
    "count_tables",
    "find_missing_tables",
    "find_version_tables",
]

VERSION_TABLES = """
SELECT DISTINCT v.physical_schema AS schema, v.physical_table_name AS name,
       t.migration_namespace AS namespace
FROM msm_local.meta_tables t
JOIN msm_local.meta_tables v ON v.uid = t.alembic_version_meta_table_uid
ORDER BY 1, 2
"""
COUNTS = """
SELECT count(*) FILTER (WHERE provisioning_status = 'active') AS active,
       count(*) FILTER (WHERE provisioning_status = 'reserved') AS reserved
FROM msm_local.meta_tables WHERE deleted_at IS NULL
"""
MISSING = """
SELECT physical_table_name FROM msm_local.meta_tables
WHERE provisioning_status = 'active' AND deleted_at IS NULL
  AND to_regclass(format('%I.%I', physical_schema, physical_table_name)) IS NULL
ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class VersionTableRow:
    """The version table of a migration namespace."""

    schema: str
    name: str
    namespace: str


@dataclass(frozen=True, slots=True)
class TableCounts:
    """How many tables the catalog has, by provisioning status."""

    active: int
    reserved: int


def find_version_tables(connection: Connection[Any]) -> list[VersionTableRow]:
    """One row for each version table and namespace, by name of the table."""
    with connection.cursor(row_factory=class_row(VersionTableRow)) as cursor:
        return cursor.execute(VERSION_TABLES).fetchall()


def count_tables(connection: Connection[Any]) -> TableCounts:
    """The number of active and of reserved tables."""
    with connection.cursor(row_factory=class_row(TableCounts)) as cursor:
        [counts] = cursor.execute(COUNTS).fetchall()
    return counts


def find_missing_tables(connection: Connection[Any]) -> list[str]:
    """Active tables that PostgreSQL does not have, although no downgrade was finalized."""
    return [str(name) for (name,) in connection.execute(MISSING)]
