"""The tables of a catalog that are split by time, by TimescaleDB or by PostgreSQL itself."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from psycopg import Connection, sql
from psycopg.errors import LockNotAvailable, QueryCanceled
from psycopg.rows import class_row

from msm_local.repositories.contents.overview import Catalog

__all__ = ["SplitTable", "find_split_tables"]

PARTITIONED = """
SELECT t.physical_schema AS schema, t.physical_table_name AS name, 'partitioned' AS kind,
       (SELECT count(*) FROM pg_inherits i WHERE i.inhparent = p.partrelid) AS parts
FROM {tables} t
JOIN pg_partitioned_table p
     ON p.partrelid = to_regclass(format('%I.%I', t.physical_schema, t.physical_table_name))
WHERE {existing}
ORDER BY 1, 2
"""
HAS_TIMESCALE = "SELECT to_regclass('timescaledb_information.hypertables') IS NOT NULL"
HYPERTABLES = """
SELECT h.hypertable_schema AS schema, h.hypertable_name AS name, 'hypertable' AS kind,
       count(c.chunk_name) AS parts,
       count(c.chunk_name) FILTER (WHERE c.is_compressed) AS compressed,
       coalesce(d.time_interval::text, d.integer_interval::text) AS interval
FROM {tables} t
JOIN timescaledb_information.hypertables h
     ON (h.hypertable_schema, h.hypertable_name) = (t.physical_schema, t.physical_table_name)
JOIN timescaledb_information.dimensions d USING (hypertable_schema, hypertable_name)
LEFT JOIN timescaledb_information.chunks c USING (hypertable_schema, hypertable_name)
WHERE {existing} AND d.dimension_number = 1
GROUP BY 1, 2, 6
ORDER BY 1, 2
"""
PARTITIONS_SIZE = "SELECT sum(pg_total_relation_size(relid))::bigint FROM pg_partition_tree(%s)"
# The extension's own function, wherever its schema is. It adds what the compressed chunks take.
CHUNKS_SIZE = """
SELECT n.nspname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.proname = 'hypertable_size'
"""


@dataclass(frozen=True, slots=True)
class SplitTable:
    """A table that is split by time.

    Attributes:
        schema: its schema.
        name: its name.
        kind: ``hypertable`` or ``partitioned``.
        parts: how many chunks or partitions it has.
        compressed: how many of the chunks are compressed.
        interval: how much time a chunk holds, as PostgreSQL prints it; None for partitions.
        size: of all parts with their indexes, in bytes; None while a migration locks the table.
    """

    schema: str
    name: str
    kind: str
    parts: int
    compressed: int = 0
    interval: str | None = None
    size: int | None = None


def find_split_tables(connection: Connection[Any], catalog: Catalog) -> list[SplitTable]:
    """The hypertables and then the partitioned tables, by name.

    Args:
        connection: in a transaction.
        catalog: where the tables are listed.
    """
    found: list[SplitTable] = []
    with connection.cursor(row_factory=class_row(SplitTable)) as cursor:
        if connection.execute(HAS_TIMESCALE).fetchone() == (True,):
            found += cursor.execute(catalog.query(HYPERTABLES)).fetchall()
        found += cursor.execute(catalog.query(PARTITIONED)).fetchall()
    return list(_measured(connection, found))


def _measured(connection: Connection[Any], tables: list[SplitTable]) -> Iterator[SplitTable]:
    for table in tables:
        query: sql.SQL | sql.Composed = sql.SQL(PARTITIONS_SIZE)
        if table.kind == "hypertable":
            [(schema,)] = connection.execute(CHUNKS_SIZE).fetchall()
            query = sql.SQL("SELECT {}(%s::regclass)").format(
                sql.Identifier(schema, "hypertable_size")
            )
        name = sql.Identifier(table.schema, table.name).as_string(connection)
        try:
            # To measure a table locks it; a migration may have it for long.
            with connection.transaction():
                connection.execute("SET LOCAL lock_timeout = '100ms'")
                [(size,)] = connection.execute(query, [name]).fetchall()
        except (LockNotAvailable, QueryCanceled):
            yield table
        else:
            yield replace(table, size=size)
