"""What a killed upgrade leaves behind, stage by stage, and what the next one still does."""

import math
import os
import signal
from collections import Counter
from pathlib import Path

import psycopg
import pytest
from psycopg import Connection

from migrations.check.__main__ import main as check
from msm_local.platform import LocalPlatform
from tests.conftest import ROOT, environment_of
from tests.support.crashing import Clean, State, kill, read_state, run_traced
from tests.support.forked import run_forked
from tests.support.generation import only_metatables
from tests.support.history import NEXT, RESOURCES
from tests.support.migrating import UPGRADE, Background, migrate, wait_until, write_revision
from tests.support.tracing import Moment, ddl_of

# How many tables generation 2 finalizes with one request.
BATCH = 10


def statuses(state: State) -> Counter[str]:
    return Counter(row["provisioning_status"] for row in state.catalog)


def test_killed_revision_leaves_version_row_and_tables_unchanged(
    clean: Clean, fresh_platform: LocalPlatform, empty_url: str, background: Background
) -> None:
    environment = environment_of(fresh_platform)
    assert migrate("upgrade", "1002", environment=environment).exit_code == 0
    before = read_state(empty_url)
    with psycopg.connect(empty_url) as other:
        # CREATE TABLE waits for an uncommitted table of the same name.
        other.execute("CREATE TABLE ms_markets__curvebuildingdetails ()")
        killed = background.start("upgrade", "head", environment=environment)
        os.kill(background.wait_for("CREATE TABLE ms_markets__curveb").process, signal.SIGKILL)
        assert isinstance(killed.exception(), EOFError)
        other.rollback()
    assert before.versions == ["1002"]
    assert read_state(empty_url) == before
    assert migrate("upgrade", "head", environment=environment).exit_code == 0
    assert read_state(empty_url) == clean.after


def test_killed_after_commit_the_next_upgrade_only_finalizes(
    clean: Clean, fresh_platform: LocalPlatform, empty_url: str
) -> None:
    """Applied but not finalized: the check says so, and the next upgrade runs no DDL."""
    environment = environment_of(fresh_platform)
    (moment,) = [m for m in clean.moments if is_committed(m)]
    kill(moment, environment)
    left = read_state(empty_url)
    assert (left.versions, left.tables) == (clean.after.versions, clean.after.tables)
    assert statuses(left) == {"reserved": RESOURCES}
    result = run_forked(check, [], environment=environment, folder=ROOT)
    assert result.value == 1
    reserved = "the catalog has it reserved, not active; its table exists"
    assert result.stdout.count(reserved) == RESOURCES
    assert f"-> {UPGRADE}" in result.stdout
    assert ddl_of(run_traced(environment)) == []
    assert read_state(empty_url) == clean.after
    assert run_forked(check, [], environment=environment, folder=ROOT).value == 0


@pytest.mark.slow
def test_killed_while_finalizing_leaves_each_table_once(
    clean: Clean, fresh_platform: LocalPlatform, empty_url: str, background: Background
) -> None:
    """The platform finalizes in one transaction, even if the caller is gone."""
    environment = environment_of(fresh_platform)
    assert migrate("upgrade", "1003", environment=environment).exit_code == 0
    with psycopg.connect(empty_url) as other:
        other.execute(
            "SELECT 1 FROM msm_local.meta_tables WHERE physical_table_name = 'ms_markets__asset'"
            " FOR UPDATE"
        )
        killed = background.start("upgrade", "head", environment=environment)
        wait_until(lambda: waits(other) or None, "a finalize that waits")
        holder = background.holder()
        assert holder is not None
        os.kill(holder, signal.SIGKILL)
        assert isinstance(killed.exception(), EOFError)
        other.rollback()
    assert ddl_of(run_traced(environment)) == []
    left = read_state(empty_url)
    names = Counter(row["physical_table_name"] for row in left.catalog)
    assert set(names.values()) == {1}
    assert left == clean.after


def is_committed(moment: Moment) -> bool:
    """Whether the transaction of the revisions has just been committed."""
    return (moment.stage, moment.edge, moment.what) == ("commit", "after", "COMMIT")


@only_metatables
def test_killed_between_two_batches_the_rest_is_finalized_next(
    clean: Clean, fresh_platform: LocalPlatform, empty_url: str
) -> None:
    environment = environment_of(fresh_platform)
    answers = [
        moment
        for moment in clean.moments
        if moment.edge == "after" and "/finalize-managed/" in moment.what
    ]
    assert len(answers) == math.ceil(RESOURCES / BATCH)
    kill(answers[2], environment)
    left = read_state(empty_url)
    assert (left.versions, left.tables) == (clean.after.versions, clean.after.tables)
    assert statuses(left) == {"active": 3 * BATCH, "reserved": RESOURCES - 3 * BATCH}
    assert ddl_of(run_traced(environment)) == []
    assert read_state(empty_url) == clean.after


def waits(connection: psycopg.Connection) -> bool:
    """Whether a session waits for what this one has locked."""
    query = "SELECT 1 FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    return connection.execute(query).fetchone() is not None


@pytest.mark.slow
def test_upgrade_completes_a_downgrade_killed_before_finalize(
    clean: Clean, fresh_platform: LocalPlatform, empty_url: str
) -> None:
    """The catalog still has the dropped tables as active."""
    environment = environment_of(fresh_platform)
    run_traced(environment)
    down = run_traced(environment, command="downgrade", to="1002")
    run_traced(environment)
    (moment,) = [m for m in down if is_committed(m)]
    kill(moment, environment, command="downgrade", to="1002")
    left = read_state(empty_url)
    assert left.versions == ["1002"]
    assert (statuses(left), len(left.tables)) == ({"active": RESOURCES}, 51)
    run_traced(environment)
    assert read_state(empty_url) == clean.after


@pytest.mark.slow
def test_invalid_index_of_killed_build_is_rebuilt(
    fresh_platform: LocalPlatform,
    empty_url: str,
    background: Background,
    watcher: Connection,
    checkout: Path,
) -> None:
    environment = environment_of(fresh_platform)
    assert migrate("upgrade", "head", environment=environment).exit_code == 0
    index = "CREATE INDEX CONCURRENTLY ix_test ON ms_markets__asset (asset_type)"
    build = f"with op.get_context().autocommit_block():\n    op.execute({index!r})"
    write_revision(checkout, build)
    with psycopg.connect(empty_url) as writer:
        writer.execute("SET ROLE empty_owner")
        writer.execute("LOCK TABLE ms_markets__asset IN ROW EXCLUSIVE MODE")
        killed = background.start("upgrade", "head", environment=environment, folder=checkout)
        os.kill(background.wait_for("CREATE INDEX CONCURRENTLY").process, signal.SIGKILL)
        assert isinstance(killed.exception(), EOFError)
        wait_until(lambda: not background.sessions("") or None, "the end of the index build")
    result = migrate("upgrade", "head", environment=environment, folder=checkout)
    assert result.exit_code == 1
    assert 'relation "ix_test" already exists' in result.stderr
    invalid = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"
    assert watcher.execute(invalid).fetchall() == [("ix_test",)]
    watcher.execute("DROP INDEX ix_test")
    result = migrate("upgrade", "head", environment=environment, folder=checkout)
    assert result.exit_code == 0, result.stderr
    assert watcher.execute(invalid).fetchall() == []
    assert read_state(empty_url).versions == [NEXT]
