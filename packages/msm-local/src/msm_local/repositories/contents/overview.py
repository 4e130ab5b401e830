"""Facts about a whole catalog, for the status and the doctor."""

from dataclasses import dataclass
from typing import Any, LiteralString

from psycopg import Connection, sql
from psycopg.rows import class_row

__all__ = [
    "METATABLES_CATALOG",
    "OWN_CATALOG",
    "Catalog",
    "TableCounts",
    "VersionTableRow",
    "count_tables",
    "find_missing_tables",
    "find_version_tables",
]

VERSION_TABLES = """
SELECT DISTINCT v.physical_schema AS schema, v.physical_table_name AS name,
       t.migration_namespace AS namespace
FROM {tables} t
JOIN {tables} v ON v.uid = t.alembic_version_meta_table_uid
ORDER BY 1, 2
"""
COUNTS = """
SELECT count(*) FILTER (WHERE provisioning_status = 'active') AS active,
       count(*) FILTER (WHERE provisioning_status = 'reserved') AS reserved
FROM {tables} WHERE {existing}
"""
MISSING = """
SELECT physical_table_name FROM {tables}
WHERE provisioning_status = 'active' AND {existing}
  AND to_regclass(format('%I.%I', physical_schema, physical_table_name)) IS NULL
ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Catalog:
    """Where a catalog has its tables; the columns that are read here have the same names in both.

    Attributes:
        tables: the relation with a row for each table.
        existing: a condition for the rows that were not deleted.
    """

    tables: sql.Composable
    existing: sql.SQL

    def query(self, text: LiteralString) -> sql.Composed:
        """A query of this module, for this catalog."""
        return sql.SQL(text).format(tables=self.tables, existing=self.existing)


OWN_CATALOG = Catalog(sql.Identifier("msm_local", "meta_tables"), sql.SQL("deleted_at IS NULL"))
METATABLES_CATALOG = Catalog(sql.Identifier("metatables", "meta_table"), sql.SQL("true"))


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


def find_version_tables(connection: Connection[Any], catalog: Catalog) -> list[VersionTableRow]:
    """One row for each version table and namespace, by name of the table."""
    with connection.cursor(row_factory=class_row(VersionTableRow)) as cursor:
        return cursor.execute(catalog.query(VERSION_TABLES)).fetchall()


def count_tables(connection: Connection[Any], catalog: Catalog) -> TableCounts:
    """The number of active and of reserved tables."""
    with connection.cursor(row_factory=class_row(TableCounts)) as cursor:
        [counts] = cursor.execute(catalog.query(COUNTS)).fetchall()
    return counts


def find_missing_tables(connection: Connection[Any], catalog: Catalog) -> list[str]:
    """Active tables that PostgreSQL does not have, although no downgrade was finalized."""
    return [str(name) for (name,) in connection.execute(catalog.query(MISSING))]
