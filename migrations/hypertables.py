"""What TimescaleDB, where it is installed, says of the tables that it splits into chunks.

Only its views are asked, which are the part of it that does not change between versions.
"""

import re
from dataclasses import dataclass

from sqlalchemy import Connection, text

__all__ = ["Hypertable", "hypertables", "own_indexes", "read_hypertables"]

# One look into the system catalog: all that a database without the extension is asked.
IS_THERE = text("SELECT to_regclass('timescaledb_information.hypertables') IS NOT NULL")
NAMES = text(
    "SELECT hypertable_name FROM timescaledb_information.hypertables"
    " WHERE hypertable_schema = 'public'"
)
# The extension's own function, wherever its schema is. It adds what the compressed chunks take.
SIZE = text("""
    SELECT quote_ident(n.nspname) || '.' || quote_ident(p.proname)
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.proname = 'hypertable_size'
""")
HYPERTABLES = """
    SELECT h.hypertable_name, h.owner, d.column_name,
        coalesce(d.time_interval::text, d.integer_interval::text), h.compression_enabled,
        count(c.chunk_name), count(c.chunk_name) FILTER (WHERE c.is_compressed),
        coalesce({size}(to_regclass('public.' || quote_ident(h.hypertable_name))), 0)
    FROM timescaledb_information.hypertables h
    JOIN timescaledb_information.dimensions d USING (hypertable_schema, hypertable_name)
    LEFT JOIN timescaledb_information.chunks c USING (hypertable_schema, hypertable_name)
    WHERE h.hypertable_schema = 'public' AND d.dimension_number = 1
    GROUP BY 1, 2, 3, 4, 5 ORDER BY 1
"""
# What create_hypertable() makes by itself: (time DESC), and (space, time DESC) where rows are also
# split by another column. No constraint uses it, and no condition limits it.
INDEXES = text("""
    WITH dimensions AS (
        SELECT to_regclass('public.' || quote_ident(hypertable_name)) AS hypertable,
            array_agg(column_name ORDER BY dimension_number DESC) AS columns
        FROM timescaledb_information.dimensions WHERE hypertable_schema = 'public' GROUP BY 1
    )
    SELECT c.relname, i.relname
    FROM dimensions d
    JOIN pg_class c ON c.oid = d.hypertable
    JOIN pg_index x ON x.indrelid = c.oid
    JOIN pg_class i ON i.oid = x.indexrelid
    JOIN pg_am m ON m.oid = i.relam
    WHERE m.amname = 'btree' AND NOT x.indisunique AND x.indpred IS NULL AND x.indexprs IS NULL
        AND x.indnkeyatts = x.indnatts
        -- DESC, and NULLS FIRST, which goes with it.
        AND x.indoption[x.indnkeyatts - 1] = 3
        AND (
            SELECT array_agg(a.attname ORDER BY k.place)
            FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
            JOIN pg_attribute a ON (a.attrelid, a.attnum) = (c.oid, k.attnum)
        ) IN (d.columns, d.columns[cardinality(d.columns):])
""")
# PostgreSQL's own way to name an index, which no index of a model has.
OWN_NAME = re.compile(r"_idx\d*$")


@dataclass(frozen=True, slots=True)
class Hypertable:
    """A table that TimescaleDB splits by time.

    Attributes:
        name: of the table.
        owner: the role that owns it.
        time: the column that it is split by.
        interval: how much time a chunk holds, as PostgreSQL prints it.
        is_compressible: whether compression is turned on for it.
        chunks: how many there are.
        compressed: how many of them are compressed.
        size: of all chunks with their indexes, in bytes.
    """

    name: str
    owner: str
    time: str
    interval: str
    is_compressible: bool
    chunks: int
    compressed: int
    size: int

    @property
    def state(self) -> str:
        """How many chunks it has, and how many are compressed, such as ``104 chunks``."""
        chunks = f"{self.chunks:,} chunk{'' if self.chunks == 1 else 's'}"
        return f"{chunks}, {self.compressed:,} of them compressed" if self.compressed else chunks


def hypertables(connection: Connection) -> frozenset[str]:
    """The names of the tables that TimescaleDB splits; none where it is not installed."""
    if not connection.scalar(IS_THERE):
        return frozenset()
    return frozenset(connection.scalars(NAMES))


def own_indexes(connection: Connection) -> frozenset[tuple[str, str]]:
    """Table and name of each index that TimescaleDB made by itself; none where it is not."""
    if not connection.scalar(IS_THERE):
        return frozenset()
    rows = connection.execute(INDEXES)
    return frozenset((table, index) for table, index in rows if OWN_NAME.search(index))


def read_hypertables(connection: Connection) -> dict[str, Hypertable]:
    """What TimescaleDB says of each hypertable, by name; nothing where it is not installed."""
    if not connection.scalar(IS_THERE):
        return {}
    size = connection.execute(SIZE).scalar_one()
    rows = connection.exec_driver_sql(HYPERTABLES.format(size=size))
    return {row[0]: Hypertable(*row) for row in rows}
