"""Plans say what an operation means for a partitioned table, and PostgreSQL does what they say."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.operations.ops import (
    AddConstraintOp,
    AlterColumnOp,
    CreateCheckConstraintOp,
    CreateIndexOp,
    CreateUniqueConstraintOp,
    DropColumnOp,
    DropIndexOp,
    DropTableOp,
    ExecuteSQLOp,
    MigrateOperation,
)
from psycopg import Connection

from migrations.partitions import PartitionedTable, read_partitioned
from migrations.plan import rows
from migrations.plan.partitions import notes_of
from tests.support.alembic import engine_of

TICKS = "acme__ticks"
TABLE = PartitionedTable(TICKS, 2, f"{TICKS}_default", "time_index", 1)
LAYOUT = f"""
    CREATE TABLE {TICKS} (time_index timestamptz NOT NULL, symbol text, price float)
        PARTITION BY RANGE (time_index);
    CREATE TABLE {TICKS}_default PARTITION OF {TICKS} DEFAULT;
    CREATE TABLE {TICKS}_2025 PARTITION OF {TICKS} FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
    INSERT INTO {TICKS} VALUES ('2026-01-31', 'A', -1);
    CREATE INDEX ix_symbol ON {TICKS} (symbol)
"""
MONTH = "FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')"
REFUSED: dict[str, tuple[MigrateOperation, str]] = {
    "an index built concurrently": (
        CreateIndexOp("i", TICKS, ["price"], postgresql_concurrently=True),
        "PostgreSQL refuses CONCURRENTLY; create it without: created CONCURRENTLY on each of its 2",
    ),
    "an index dropped concurrently": (
        DropIndexOp("ix_symbol", TICKS, postgresql_concurrently=True),
        "PostgreSQL refuses DROP INDEX CONCURRENTLY",
    ),
    "a unique index": (
        CreateIndexOp("i", TICKS, ["symbol"], unique=True),
        "PostgreSQL refuses a unique index without time_index",
    ),
    "a unique constraint": (
        CreateUniqueConstraintOp("u", TICKS, ["symbol"]),
        "PostgreSQL refuses a unique constraint without time_index",
    ),
    "another type of the time": (
        AlterColumnOp(TICKS, "time_index", modify_type=sa.DateTime()),
        "PostgreSQL refuses another type of time_index",
    ),
    "the time dropped": (
        DropColumnOp(TICKS, "time_index"),
        "PostgreSQL refuses to drop time_index",
    ),
    "a check that a row breaks": (
        CreateCheckConstraintOp("c", TICKS, "price > 0"),
        "the constraint has to hold in each of its 2 partitions",
    ),
    "a partition for rows that are there": (
        ExecuteSQLOp(f"CREATE TABLE {TICKS}_2026_01\nPARTITION OF public.{TICKS} {MONTH}"),
        f"PostgreSQL reads the 1 row of {TICKS}_default under a lock that keeps everybody out",
    ),
}
DONE: dict[str, tuple[MigrateOperation, str]] = {
    "a type": (
        AlterColumnOp(TICKS, "price", modify_type=sa.Numeric()),
        "another type may write each of its 2 partitions again",
    ),
    "NOT NULL": (
        AlterColumnOp(TICKS, "price", modify_nullable=False),
        "NOT NULL reads each of its 2 partitions",
    ),
    "an index": (
        CreateIndexOp("i", TICKS, ["price"]),
        "the index is built in each of its 2 partitions, in one transaction",
    ),
    "a dropped table": (DropTableOp(TICKS), "its partitions are dropped with it"),
}


@pytest.fixture
def ticks(superuser: Connection) -> Connection:
    """A table with two partitions, and one row in the default one."""
    superuser.execute(LAYOUT.encode())
    return superuser


def refused(connection: Connection, op: MigrateOperation) -> bool:
    """Whether PostgreSQL refuses an operation, which is rolled back otherwise."""
    engine = engine_of(connection)
    if isinstance(op, CreateIndexOp | DropIndexOp) and op.kw.get("postgresql_concurrently"):
        engine = engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as opened:
        try:
            Operations(MigrationContext.configure(opened)).invoke(op)
        except sa.exc.DBAPIError:
            return True
        return False


@pytest.mark.parametrize(("op", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_note_names_what_postgresql_refuses(
    ticks: Connection, op: MigrateOperation, said: str
) -> None:
    with engine_of(ticks).connect() as connection:
        assert read_partitioned(connection, [TICKS]) == [TABLE]
    (note,) = notes_of(op, {TICKS: TABLE})
    assert note.startswith(f"{TICKS} is partitioned (2 partitions): {said}")
    assert refused(ticks, op)


@pytest.mark.parametrize(("op", "said"), DONE.values(), ids=DONE.keys())
def test_note_says_what_each_partition_costs(
    ticks: Connection, op: MigrateOperation, said: str
) -> None:
    (note,) = notes_of(op, {TICKS: TABLE})
    assert note.startswith(f"{TICKS} is partitioned (2 partitions): {said}")
    assert not refused(ticks, op)
    assert list(notes_of(op, {})) == []


def test_large_table_that_was_never_analyzed_has_at_least_what_was_counted(
    ticks: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "MAX_COUNTED", 1)
    # An index that is built on rows leaves an estimate too.
    ticks.execute(f"DROP INDEX ix_symbol; TRUNCATE {TICKS}".encode())
    ticks.execute(
        f"INSERT INTO {TICKS} VALUES ('2025-01-31', 'A', 1), ('2026-01-31', 'A', 1)".encode()
    )
    with engine_of(ticks).connect() as connection:
        assert str(rows.count_rows(connection, None, TICKS)) == "about 2 rows"


NOT_VALID: AddConstraintOp = CreateCheckConstraintOp(
    "c", TICKS, "price > 0", postgresql_not_valid=True
)


def test_no_note_where_nothing_is_read(ticks: Connection) -> None:
    assert list(notes_of(NOT_VALID, {TICKS: TABLE})) == []
    assert not refused(ticks, NOT_VALID)
    empty = replace(TABLE, default_rows=0)
    created, _ = REFUSED["a partition for rows that are there"]
    assert list(notes_of(created, {TICKS: empty})) == []
