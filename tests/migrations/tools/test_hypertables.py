"""Hypertables without TimescaleDB: its views stand in; tests/timescale has the real thing."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.operations.ops import (
    AddColumnOp,
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
from sqlalchemy import event

from migrations import migration
from migrations.check.owners import find_owned_by_others
from migrations.hypertables import Hypertable, own_indexes, read_hypertables
from migrations.plan.hypertables import notes_of
from msm.models import TradesTS
from tests.data.revisions import revision
from tests.migrations.tools.test_review import marked
from tests.migrations.tools.test_warnings import _no_squawk, versions, warned  # noqa: F401
from tests.support.alembic import engine_of
from tests.support.forked import run_forked
from tests.support.history import NEXT
from tests.support.hypertables import STAND_IN
from tests.support.migrating import migrate, run_tool_fresh, write_revision
from tests.support.tools import differences, run_check

TRADES = "ms_markets__tradests"
OWN = f"CREATE INDEX {TRADES}_trade_time_idx ON {TRADES} (trade_time DESC)"
LINE = f"  {TRADES}: 104 chunks (50% compressed) of 7 days, 5,500.0 MB"


@pytest.fixture
def hypertable(superuser: Connection) -> None:
    """Trades look like a hypertable, with the index that create_hypertable() makes."""
    superuser.execute(STAND_IN.encode())
    superuser.execute(OWN.encode())


@pytest.mark.usefixtures("hypertable")
def test_check_lists_hypertables_and_finds_no_drift(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    result = run_check(environment)
    assert result.value == 0, result.stdout
    assert result.stdout.endswith(f"\n\n1 hypertable of TimescaleDB:\n{LINE}\n")
    (found,) = json.loads(run_check(environment, "--json").stdout)["hypertables"]
    assert (found["name"], found["chunks"], found["compressed"]) == (TRADES, 104, 52)
    # The same index is a difference where the table is no hypertable.
    superuser.execute("DROP SCHEMA timescaledb_information CASCADE")
    assert [each["kind"] for each in differences(environment)] == ["extra_index"]


@pytest.mark.parametrize(
    "index",
    [
        f"CREATE INDEX {TRADES}_trade_time_idx1 ON {TRADES} (trade_time)",
        f"CREATE INDEX {TRADES}_quantity_idx ON {TRADES} (quantity DESC)",
        f"CREATE INDEX mine ON {TRADES} (trade_time DESC)",
        f"CREATE INDEX some_idx ON {TRADES} (trade_time DESC) WHERE quantity > 0",
    ],
    ids=["ascending", "another column", "another name", "a condition"],
)
@pytest.mark.usefixtures("hypertable")
def test_other_indexes_of_a_hypertable_stay_differences(
    environment: Mapping[str, str], superuser: Connection, index: str
) -> None:
    superuser.execute(index.encode())
    (found,) = differences(environment)
    assert found["kind"] == "extra_index"
    assert found["command"].endswith("--autogenerate")


@pytest.mark.usefixtures("hypertable")
def test_invalid_index_of_a_hypertable_is_dropped(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    row = superuser.execute(
        "UPDATE pg_index SET indisvalid = false WHERE indrelid = %s::regclass AND NOT indisunique"
        " AND indnatts > 1 RETURNING indexrelid::regclass::text",
        [TRADES],
    ).fetchone()
    assert row is not None
    (found,) = differences(environment)
    assert found["kind"] == "invalid_index"
    assert f"run `DROP INDEX {row[0]}` as" in found["detail"]


@pytest.mark.usefixtures("hypertable")
def test_autogenerate_leaves_the_index_of_a_hypertable(
    environment: Mapping[str, str], checkout: Path
) -> None:
    arguments = ("revision", "-m", "nothing", "--autogenerate")
    made = migrate(*arguments, environment=environment, folder=checkout)
    assert made.exit_code == 0, made.stderr
    (file,) = (checkout / "migrations" / "versions").rglob(f"{NEXT}_nothing.py")
    assert "op." not in file.read_text(encoding="utf-8")


def test_one_statement_is_enough_without_the_extension(head_database: Connection) -> None:
    said: list[str] = []
    engine = engine_of(head_database)
    event.listen(engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    with engine.connect() as connection:
        said.clear()
        assert read_hypertables(connection) == {}
        assert len(said) == 1
        assert own_indexes(connection) == frozenset()
        assert len(said) == 2


def test_table_of_another_owner_is_named_with_its_cure(
    superuser: Connection, head_database: Connection
) -> None:
    superuser.execute(f"ALTER TABLE {TRADES} OWNER TO CURRENT_USER".encode())
    with engine_of(head_database).connect() as connection:
        (found,) = find_owned_by_others(connection, migration, "the_owner")
    assert (found.kind, found.subject) == ("other_owner", TRADES)
    assert f"run `ALTER TABLE public.{TRADES} OWNER TO the_owner`" in found.detail


TABLE = Hypertable(TRADES, "owner", "trade_time", "7 days", True, 104, 52, 5_500_000_000)
COLUMN = sa.Column("note", sa.Text(), nullable=False)
NOTES: dict[str, tuple[MigrateOperation, str]] = {
    "a type": (
        AlterColumnOp(TRADES, "quantity", modify_type=sa.Text()),
        "TimescaleDB refuses another type while compression is on; decompress",
    ),
    "NOT NULL": (
        AlterColumnOp(TRADES, "quantity", modify_nullable=False),
        "NOT NULL reads each of its 104 chunks",
    ),
    "a required column": (
        AddColumnOp(TRADES, COLUMN),
        "TimescaleDB refuses NOT NULL without a default while compression is on",
    ),
    "a dropped column": (
        DropColumnOp(TRADES, "note"),
        "TimescaleDB refuses to drop a column that the compression segments or orders by",
    ),
    "an index": (
        CreateIndexOp("i", TRADES, ["quantity"]),
        "the index is built in each of its 104 chunks, in one transaction",
    ),
    "a unique index": (
        CreateIndexOp("i", TRADES, ["quantity"], unique=True),
        "TimescaleDB refuses a unique index without trade_time",
    ),
    "an index built concurrently": (
        CreateIndexOp("i", TRADES, ["quantity"], postgresql_concurrently=True),
        "TimescaleDB refuses CONCURRENTLY",
    ),
    "an index dropped concurrently": (
        DropIndexOp("i", TRADES, postgresql_concurrently=True),
        "TimescaleDB refuses DROP INDEX CONCURRENTLY",
    ),
    "a unique constraint": (
        CreateUniqueConstraintOp("u", TRADES, ["quantity"]),
        "TimescaleDB refuses a unique constraint without trade_time",
    ),
    "a check": (
        CreateCheckConstraintOp("c", TRADES, "quantity > 0"),
        "the constraint has to hold in each of its 104 chunks",
    ),
    "a validation": (
        ExecuteSQLOp(f"ALTER TABLE {TRADES} VALIDATE CONSTRAINT c"),
        "TimescaleDB refuses VALIDATE CONSTRAINT while compression is on",
    ),
    "a dropped table": (
        DropTableOp(TRADES),
        "its chunks are dropped with it, 5,500.0 MB",
    ),
}


def notes(op: MigrateOperation, *tables: Hypertable) -> Sequence[str]:
    return list(notes_of(op, {table.name: table for table in tables}))


@pytest.mark.parametrize(("op", "said"), NOTES.values(), ids=NOTES.keys())
def test_operation_on_a_hypertable_has_a_note(op: MigrateOperation, said: str) -> None:
    (note,) = notes(op, TABLE)
    assert note.startswith(f"{TRADES} is a hypertable (104 chunks, 52 of them compressed): {said}")
    assert notes(op) == []


@pytest.mark.usefixtures("hypertable")
def test_plan_prints_notes_on_hypertables(environment: Mapping[str, str], checkout: Path) -> None:
    upgrade = f'op.create_index("ix_q", "{TRADES}", ["quantity"])'
    write_revision(checkout, upgrade, f'op.drop_index("ix_q", table_name="{TRADES}")')
    result = run_forked(run_tool_fresh, "plan", environment=environment, folder=checkout)
    assert (
        f"      note: {TRADES} is a hypertable (104 chunks, 52 of them compressed): the index is "
        "built in each of its 104 chunks"
    ) in result.stdout


def test_concurrent_index_of_a_time_index_is_warned(versions: Path) -> None:  # noqa: F811
    text = revision(
        "with op.get_context().autocommit_block():\n"
        f'    op.create_index("ix_q", "{TRADES}", ["quantity"], postgresql_concurrently=True)'
        "  # HERE"
    )
    assert warned(versions, text, "concurrently-on-time-index") == marked(text)
    relational = text.replace(TRADES, "ms_markets__asset").replace("quantity", "asset_type")
    assert warned(versions, relational, "concurrently-on-time-index") == set()


def test_concurrent_index_of_partitions_is_warned(
    versions: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(TradesTS, "__partitioned__", True)
    text = revision(
        "with op.get_context().autocommit_block():\n"
        f'    op.create_index("ix_q", "{TRADES}", ["quantity"], postgresql_concurrently=True)'
        "  # HERE"
    )
    assert warned(versions, text, "concurrently-on-time-index") == marked(text)
