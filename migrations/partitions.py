"""Tables that PostgreSQL itself splits by range of their time."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from alembic.operations.ops import ExecuteSQLOp, MigrateOperation
from sqlalchemy import Connection, TextClause, func, literal, select, table, text

from msm.storage_layout import DEFAULT_SUFFIX

__all__ = [
    "MAX_COUNTED",
    "PartitionedTable",
    "default_partition",
    "partitioned_tables",
    "partitions",
    "partitions_of",
    "read_partitioned",
]

# Rows of a default partition that are counted: a table that was moved may have all of its rows.
MAX_COUNTED = 100_000
PARTITIONED = text("""
    SELECT c.relname, (SELECT count(*) FROM pg_inherits i WHERE i.inhparent = c.oid),
        (SELECT d.relname FROM pg_class d WHERE d.oid = p.partdefid),
        (SELECT a.attname FROM pg_attribute a
         WHERE a.attrelid = c.oid AND a.attnum = p.partattrs[0])
    FROM pg_class c JOIN pg_partitioned_table p ON p.partrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY(:tables)
    ORDER BY 1
""")
SPLIT = text(
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'p'"
)
PARTITIONS = text(
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relispartition"
)
NAME = r"(?:ONLY )?(?:public\.)?(\w+)"
# What a revision says of a partition; the groups are its name and that of its table.
MAKES = re.compile(rf"CREATE TABLE (?:IF NOT EXISTS )?{NAME} PARTITION OF {NAME}", re.IGNORECASE)
ATTACHES = re.compile(rf"ALTER TABLE {NAME} ATTACH PARTITION {NAME} ", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PartitionedTable:
    """A table that PostgreSQL splits.

    Attributes:
        name: of the table.
        partitions: how many there are, with the default one.
        default: the partition of the rows that no other one takes; None if there is none.
        time: the column that it is split by.
        default_rows: how many rows are in it, at most one more than ``MAX_COUNTED``.
    """

    name: str
    partitions: int
    default: str | None
    time: str
    default_rows: int

    @property
    def state(self) -> str:
        """How many partitions it has, such as ``2 partitions``."""
        return f"{self.partitions:,} partition{'' if self.partitions == 1 else 's'}"

    @property
    def counted(self) -> str:
        """How many rows are in its default partition, such as ``2 rows``."""
        if self.default_rows > MAX_COUNTED:
            return f"more than {MAX_COUNTED:,} rows"
        return "1 row" if self.default_rows == 1 else f"{self.default_rows:,} rows"


def read_partitioned(connection: Connection, tables: Collection[str]) -> list[PartitionedTable]:
    """The partitioned ones of some tables, by name.

    Args:
        connection: may read the default partitions.
        tables: their names.
    """
    return [
        PartitionedTable(name, partitions, default, time, _rows(connection, default))
        for name, partitions, default, time in connection.execute(
            PARTITIONED, {"tables": list(tables)}
        )
    ]


def partitioned_tables(connection: Connection) -> frozenset[str]:
    """The names of the tables that PostgreSQL splits."""
    return frozenset(connection.scalars(SPLIT))


def partitions(connection: Connection) -> frozenset[str]:
    """The names of the tables that are a part of another one."""
    return frozenset(connection.scalars(PARTITIONS))


def _rows(connection: Connection, default: str | None) -> int:
    if default is None:
        return 0
    counted = select(literal(1)).select_from(table(default)).limit(MAX_COUNTED + 1).subquery()
    return connection.execute(select(func.count()).select_from(counted)).scalar_one()


def default_partition(table: str) -> str:
    """The statement that makes the partition of a table that takes every row."""
    return f"CREATE TABLE {table}{DEFAULT_SUFFIX} PARTITION OF {table} DEFAULT"


def partitions_of(op: MigrateOperation) -> Iterator[tuple[str, str]]:
    """Names of the partitions that an operation makes or attaches, each with that of its table."""
    if isinstance(op, ExecuteSQLOp) and isinstance(op.sqltext, str | TextClause):
        statement = " ".join(str(op.sqltext).split())
        yield from MAKES.findall(statement)
        yield from ((partition, table) for table, partition in ATTACHES.findall(statement))
