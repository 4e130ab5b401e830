"""Our provider migrates an empty database on both engines, whatever disturbs it."""

import math
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection
from sqlalchemy import select

import msm
from tests.conformance.engines import Engine
from tests.conftest import ROOT
from tests.support.crashing import kill, read_versions, run_traced
from tests.support.forked import value_of
from tests.support.generation import only_metatables
from tests.support.history import HEAD, MODELS, NEXT, RESOURCES, TABLES
from tests.support.migrating import migrate, sentence_of, wait_until, write_revision
from tests.support.schema import TableShape, describe
from tests.support.tracing import Moment, ddl_of

pytestmark = [pytest.mark.slow, only_metatables]

# How many tables the client finalizes with one request.
BATCH = 10
OURS = "ms_markets__"


@dataclass(frozen=True, slots=True)
class State:
    """What a migration left: revisions, tables, and the rows of the catalog by their status."""

    versions: list[str] | None
    tables: dict[str, TableShape]
    statuses: Mapping[str, int]


def state_of(engine: Engine) -> State:
    body = {"physical_table_name__contains": OURS, "limit": 500}
    rows = engine.http.post("/meta-tables/filter/", json=body).json()["results"]
    with engine.connect() as connection:
        tables = {name: shape for name, shape in describe(connection).items() if OURS in name}
        versions = read_versions(connection)
    return State(versions, tables, Counter(row["provisioning_status"] for row in rows))


def run(engine: Engine, *arguments: str, folder: Path = ROOT) -> None:
    finished = migrate(*arguments, environment=engine.environment, folder=folder)
    assert finished.exit_code == 0, finished.stderr


@pytest.fixture
def emptied(running: Engine) -> Engine:
    """The engine without our tables; the version table stays, as a downgrade leaves it."""
    if state_of(running).versions:
        run(running, "downgrade", "base")
    return running


def head_of(state: State) -> None:
    assert state.versions == [HEAD]
    assert sorted(state.tables) == TABLES
    assert state.statuses == {"active": RESOURCES}


def count_all() -> int:
    """Attach every model, and count the rows of all tables."""
    runtime = msm.start_engine(MODELS)
    return sum(runtime.execute(select(model)).row_count for model in MODELS)


@pytest.mark.long
def test_up_down_and_up_give_the_same_tables(emptied: Engine) -> None:
    run(emptied, "upgrade", "head")
    first = state_of(emptied)
    head_of(first)
    run(emptied, "downgrade", "base")
    assert state_of(emptied) == State([], {}, {"active": 1})
    run(emptied, "upgrade", "head")
    assert state_of(emptied) == first
    assert value_of(count_all, environment=emptied.environment) == 0


def test_catalog_shows_the_index_by_identity(emptied: Engine) -> None:
    run(emptied, "upgrade", "head")
    body = {"physical_table_name__contains": OURS, "limit": 500}
    rows = emptied.http.post("/time-index-meta-tables/filter/", json=body).json()["results"]
    assert len(rows) == 21
    for row in rows:
        layout = row["time_indexed_profile"]["storage_layout"]
        [index] = layout["secondary_indexes"]
        by_identity = [*layout["identity_dimensions"], layout["time_index"]["name"]]
        assert index["columns"] == by_identity, row["physical_table_name"]


def test_a_new_revision_is_applied_and_taken_back(emptied: Engine, tmp_path: Path) -> None:
    run(emptied, "upgrade", "head")
    before = state_of(emptied)
    shutil.copytree(ROOT / "migrations", tmp_path / "migrations")
    index = '"ix_conformance", "ms_markets__asset"'
    write_revision(tmp_path, f'op.create_index({index}, ["asset_type"])', f"op.drop_index({index})")
    run(emptied, "upgrade", "head", folder=tmp_path)
    after = state_of(emptied)
    assert (after.versions, after.tables == before.tables) == ([NEXT], False)
    run(emptied, "downgrade", HEAD, folder=tmp_path)
    assert state_of(emptied) == before


def test_failed_upgrade_leaves_nothing_reserved(emptied: Engine, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "migrations", tmp_path / "migrations")
    write_revision(tmp_path, 'op.execute("SELECT 1 / 0")')
    failed = migrate("upgrade", "head", environment=emptied.environment, folder=tmp_path)
    assert (failed.exit_code, "division by zero" in sentence_of(failed)) == (1, True)
    left = state_of(emptied)
    # Only the version table, which each engine has once there was an upgrade.
    assert (left.versions or [], left.tables, sum(left.statuses.values())) == ([], {}, 1)
    run(emptied, "upgrade", "head")
    head_of(state_of(emptied))


@pytest.mark.long
def test_four_upgrades_at_once_all_succeed(emptied: Engine) -> None:
    environment = {**emptied.environment, "MSM_MIGRATION_LOCK_TIMEOUT": "110"}
    with ThreadPoolExecutor(4) as threads:
        running = [
            threads.submit(migrate, "upgrade", "head", environment=environment) for _ in range(4)
        ]
    for upgrade in running:
        assert upgrade.result().exit_code == 0, upgrade.result().stderr
    head_of(state_of(emptied))


def in_ddl(moments: Sequence[Moment]) -> Moment:
    creating = [m for m in moments if m.edge == "after" and m.what.startswith("CREATE TABLE")]
    return creating[len(creating) // 2]


def before_finalize(moments: Sequence[Moment]) -> Moment:
    [moment] = [m for m in moments if (m.stage, m.edge, m.what) == ("commit", "after", "COMMIT")]
    return moment


def within_finalize(moments: Sequence[Moment]) -> Moment:
    batches = [m for m in moments if m.edge == "after" and "/finalize-managed/" in m.what]
    assert len(batches) == math.ceil(RESOURCES / BATCH)
    return batches[2]


MOMENTS: dict[str, Callable[[Sequence[Moment]], Moment]] = {
    "in the DDL": in_ddl,
    "before finalize": before_finalize,
    "within finalize": within_finalize,
}


@pytest.mark.long
@pytest.mark.parametrize("when", MOMENTS)
def test_the_next_upgrade_completes_a_killed_one(when: str, emptied: Engine) -> None:
    moments = run_traced(emptied.environment)
    complete = state_of(emptied)
    run(emptied, "downgrade", "base")
    kill(MOMENTS[when](moments), emptied.environment)
    with emptied.connect() as connection:
        wait_until(lambda: is_quiet(connection) or None, "the end of a killed transaction")
    left = state_of(emptied)
    committed = when != "in the DDL"
    assert left.versions == ([HEAD] if committed else [])
    assert sorted(left.tables) == (TABLES if committed else [])
    ddl = tables_ddl(run_traced(emptied.environment))
    assert ddl == ([] if committed else tables_ddl(moments))
    assert state_of(emptied) == complete


def tables_ddl(moments: Sequence[Moment]) -> list[str]:
    """The DDL of the revisions: Alembic makes its own table once, and a downgrade leaves it."""
    return [statement for statement in ddl_of(moments) if "alembic_version" not in statement]


def is_quiet(connection: Connection[Any]) -> bool:
    """Whether no other session of the database is in a transaction."""
    query = (
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
        " AND xact_start IS NOT NULL AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"
    )
    return connection.execute(query).fetchone() is None
