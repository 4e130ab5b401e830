"""The table of prices in each layout, and its rows, which PostgreSQL makes itself."""

from dataclasses import dataclass
from typing import Any

import psycopg

__all__ = ["ASSETS", "LAYOUTS", "TABLE", "Layout", "grow", "index_bytes", "lay_out"]

ASSETS = 1_000
TABLE = "ms_markets__externalpricests"
PLAIN = f"{TABLE}_plain"
# Rows of one INSERT: a transaction of 90 million rows would keep their log.
STEP = 5_000_000
# A partition and a chunk have a month.
MONTHS = """
SELECT m, m + interval '1 month'
FROM generate_series(date '1990-01-01', date '2001-07-01', interval '1 month') m
"""

FILL = """
INSERT INTO ms_markets__externalpricests (time_index, asset_identifier, close)
SELECT timestamptz '1990-01-01 00:00:00+00' + (n / %(assets)s) * interval '1 hour',
    'XNAS:A' || n %% %(assets)s, random() * 100
FROM generate_series(%(first)s::bigint, %(end)s::bigint - 1) n
"""
COMPRESSION = f"""
ALTER TABLE {TABLE} SET (timescaledb.enable_columnstore,
    timescaledb.segmentby = 'asset_identifier', timescaledb.orderby = 'time_index DESC')
"""
COMPRESS_OLD = """
SELECT compress_chunk(format('%I.%I', chunk_schema, chunk_name)::regclass)
FROM timescaledb_information.chunks c
WHERE hypertable_name = 'ms_markets__externalpricests' AND NOT is_compressed AND range_start < (
    SELECT max(range_start) FROM timescaledb_information.chunks
    WHERE hypertable_name = 'ms_markets__externalpricests'
)
"""
INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
FROM pg_index i WHERE i.indrelid = %s::regclass
"""
# Indexes of the table, of its partitions, or of its chunks.
INDEX_BYTES = """
SELECT pg_indexes_size('ms_markets__externalpricests')
    + (SELECT coalesce(sum(pg_indexes_size(relid)), 0)
       FROM pg_partition_tree('ms_markets__externalpricests') WHERE level > 0)
"""
HYPERTABLE_BYTES = """
SELECT index_bytes FROM hypertable_detailed_size('ms_markets__externalpricests'::regclass)
"""


@dataclass(frozen=True, slots=True)
class Layout:
    """How the rows of the table are stored.

    Attributes:
        name: of its database.
        title: in the heading of its figures.
        is_hypertable: whether it needs TimescaleDB.
        is_compressed: whether every chunk but the newest is compressed.
    """

    name: str
    title: str
    is_hypertable: bool = False
    is_compressed: bool = False


LAYOUTS = (
    Layout("plain", "a plain table"),
    Layout("partitions", "partitions of a month"),
    Layout("hypertable", "a hypertable with chunks of 30 days", is_hypertable=True),
    Layout("compressed", "a compressed hypertable", is_hypertable=True, is_compressed=True),
)


def lay_out(superuser: psycopg.Connection[Any], layout: Layout) -> bool:
    """Give the empty table its layout; False if this server cannot do that.

    Args:
        superuser: in autocommit mode.
        layout: the one to give it.
    """
    superuser.execute(
        "INSERT INTO ms_markets__asset (unique_identifier)"
        " SELECT 'XNAS:A' || n FROM generate_series(0, %s) n",
        [ASSETS - 1],
    )
    if layout.name == "partitions":
        _partition(superuser)
    if layout.is_hypertable:
        superuser.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
        superuser.execute(
            "SELECT create_hypertable(%s::regclass, by_range('time_index', interval '30 days'))",
            [TABLE],
        )
    if layout.is_compressed:
        if superuser.execute("SHOW timescaledb.license").fetchone() != ("timescale",):
            return False
        superuser.execute(COMPRESSION.encode())
    return True


def _partition(superuser: psycopg.Connection[Any]) -> None:
    """The same table, partitioned by range of its time, with the same owner and rights."""
    keys = superuser.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = %s::regclass AND contype = 'f'",
        [TABLE],
    ).fetchall()
    [(owner, runtime)] = superuser.execute(
        "SELECT owner_role, runtime_role FROM msm_local.settings"
    ).fetchall()
    statements = [
        f"ALTER TABLE {TABLE} RENAME TO {PLAIN}",
        f"CREATE TABLE {TABLE} (LIKE {PLAIN} INCLUDING ALL) PARTITION BY RANGE (time_index)",
        *(f'ALTER TABLE {TABLE} ADD CONSTRAINT "{name}" {what}' for name, what in keys),
        f"DROP TABLE {PLAIN}",
        f'ALTER TABLE {TABLE} OWNER TO "{owner}"',
        f'GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLE} TO "{runtime}"',
    ]
    for statement in statements:
        superuser.execute(statement.encode())
    for first, end in superuser.execute(MONTHS.encode()).fetchall():
        superuser.execute(
            f"CREATE TABLE {TABLE}_{first:%Y%m} PARTITION OF {TABLE}"
            f" FOR VALUES FROM ('{first:%Y-%m-%d} 00:00Z') TO ('{end:%Y-%m-%d} 00:00Z')".encode()
        )


def grow(superuser: psycopg.Connection[Any], layout: Layout, present: int, length: int) -> None:
    """Fill the table up to a length, and make it as it is in daily use.

    Args:
        superuser: in autocommit mode.
        layout: of the table.
        present: how many rows it has.
        length: how many it has afterwards.
    """
    indexes: list[str] = []
    if not layout.is_compressed:
        # An index that is built from all rows takes a tenth of the time of one that grows.
        rows = superuser.execute(INDEXES, [TABLE]).fetchall()
        # PostgreSQL prints that of a partitioned table without its partitions.
        indexes = [definition.replace(" ON ONLY ", " ON ") for _, definition in rows]
        for name, _ in rows:
            superuser.execute(f'DROP INDEX "{name}"'.encode())
    # Every row names an asset that is there.
    superuser.execute("SET session_replication_role = replica")
    for first in range(present, length, STEP):
        end = min(first + STEP, length)
        superuser.execute(FILL, {"assets": ASSETS, "first": first, "end": end})
    superuser.execute("RESET session_replication_role")
    for definition in indexes:
        superuser.execute(definition.encode())
    if layout.is_compressed:
        superuser.execute(COMPRESS_OLD)
    superuser.execute(f"VACUUM ANALYZE {TABLE}".encode())


def index_bytes(superuser: psycopg.Connection[Any], layout: Layout) -> int:
    """What all indexes of the table take."""
    query = HYPERTABLE_BYTES if layout.is_hypertable else INDEX_BYTES
    [(size,)] = superuser.execute(query.encode()).fetchall()
    return int(size)
