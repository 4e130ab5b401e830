"""One migration at a time: which command waits, for how long, and which one never waits."""

import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import Connection
from sqlalchemy import URL, create_engine
from sqlalchemy.exc import OperationalError

from migrations.errors import LockHeldError, LockLostError
from migrations.run import connections
from migrations.run.connections import application_name
from migrations.run.lock import MigrationLock
from migrations.run.progress import Progress
from msm_local.platform import LocalPlatform
from tests.conftest import PROVIDER, ROOT, environment_of
from tests.support.alembic import engine_of
from tests.support.auditing import audit, created
from tests.support.crashing import read_versions
from tests.support.forked import Finished, run_forked
from tests.support.generation import sdk
from tests.support.history import HEAD, NEXT, RESOURCES, TABLES
from tests.support.migrating import (
    LOCK_TABLE,
    WAITING,
    Background,
    migrate,
    run_check_fresh,
    sentence_of,
    wait_until,
    write_revision,
)
from tests.support.refusals import NOTHING_KEPT, sentence
from tests.support.schema import describe
from tests.support.tools import run_check, run_plan
from tests.support.urls import url_of

SLEEP = 'op.execute("SELECT pg_sleep({})")'
GATE = 'op.execute("SELECT pg_advisory_xact_lock(1)")'
PATIENT = {"MSM_MIGRATION_TABLE_LOCK_TIMEOUT": "60"}


@contextmanager
def shut(watcher: Connection) -> Iterator[None]:
    """A revision that runs ``GATE`` waits until the gate is opened or this block ends."""
    watcher.execute("SELECT pg_advisory_lock(1)")
    try:
        yield
    finally:
        open_gate(watcher)


def open_gate(watcher: Connection) -> None:
    watcher.execute("SELECT pg_advisory_unlock_all()")


def test_waiter_that_gives_up_names_the_holder(
    environment: Mapping[str, str], held: MigrationLock, head_database: Connection
) -> None:
    holders = "SELECT pid FROM pg_locks WHERE locktype = 'advisory'"
    [(pid,)] = head_database.execute(holders).fetchall()
    brief = dict(environment) | {"MSM_MIGRATION_LOCK_TIMEOUT": "0.5"}
    result = migrate("upgrade", "head", environment=brief)
    assert result.exit_code == 75
    assert result.stdout == ""
    holder = sentence_of(result).partition(" 0.5 s: ")[2].partition(";")[0]
    assert holder.startswith(f"pid {pid} (msm-migrate {socket.gethostname()[:20]}")
    assert f" {os.getpid()} 20" in holder
    assert sentence_of(result) == sentence(
        LockHeldError,
        table=LOCK_TABLE,
        timeout="0.5",
        holder=holder,
        variable="MSM_MIGRATION_LOCK_TIMEOUT",
    )
    held.release()
    assert migrate("upgrade", "head", environment=brief).exit_code == 0


@pytest.mark.usefixtures("held")
def test_holder_is_named_by_host_process_and_start(
    head_database: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(LockHeldError) as caught:
        MigrationLock(engine_of(head_database), LOCK_TABLE).acquire(0)
    assert caught.value.holder is not None
    assert caught.value.holder.application.split()[2] == str(os.getpid())
    # The same role may see when the holder's last statement began.
    assert caught.value.holder.since is not None
    assert ", its last statement began 20" in str(caught.value)
    assert caught.value.table == LOCK_TABLE
    monkeypatch.setattr(socket, "gethostname", lambda: "größe." * 30)
    name = application_name()
    assert len(name.encode()) == 63
    assert name.split()[2] == str(os.getpid())


@pytest.mark.parametrize(
    "command", [("current",), ("revision", "-m", "Probe the lock")], ids=lambda c: c[0]
)
def test_commands_that_only_read_do_not_wait(
    command: tuple[str, ...], environment: Mapping[str, str], held: MigrationLock, checkout: Path
) -> None:
    brief = dict(environment) | {"MSM_MIGRATION_LOCK_TIMEOUT": "0"}
    result = migrate(*command, environment=brief, folder=checkout)
    assert result.exit_code == 0, result.stderr
    held.assert_held(Progress())


@pytest.mark.slow
@pytest.mark.parametrize("look", [run_check, run_plan], ids=["check", "plan"])
def test_read_only_tools_do_not_wait(
    look: Callable[[Mapping[str, str]], Finished],
    environment: Mapping[str, str],
    held: MigrationLock,
) -> None:
    result = look(dict(environment) | {"MSM_MIGRATION_LOCK_TIMEOUT": "0"})
    assert result.value == 0, result.stdout + result.stderr
    held.assert_held(Progress())


@pytest.mark.slow
def test_silent_host_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "CONNECT_TIMEOUT", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = URL.create("postgresql", host="127.0.0.1", port=silent.getsockname()[1])
        engine = create_engine(url, connect_args=connections.connect_arguments())
        with pytest.raises(OperationalError, match="timeout"):
            engine.connect()


def test_another_database_does_not_wait(fresh_platform: LocalPlatform, held: MigrationLock) -> None:
    """Two checkouts, each with its own platform, never wait for each other."""
    brief = environment_of(fresh_platform) | {"MSM_MIGRATION_LOCK_TIMEOUT": "0"}
    assert migrate("upgrade", "1001", environment=brief).exit_code == 0
    held.assert_held(Progress())


def test_another_version_table_does_not_wait(
    head_database: Connection, held: MigrationLock
) -> None:
    other = MigrationLock(engine_of(head_database), f"{LOCK_TABLE}__acme")
    other.acquire(0)
    other.assert_held(Progress())
    held.assert_held(Progress())
    other.release()


@pytest.mark.slow
def test_killed_holder_frees_the_lock_in_two_seconds(
    fresh_platform: LocalPlatform, watcher: Connection, checkout: Path
) -> None:
    """PostgreSQL still runs the statement of the killed process, but its lock is free."""
    environment = environment_of(fresh_platform)
    assert migrate("upgrade", "head", environment=environment).exit_code == 0
    write_revision(checkout, SLEEP.format(30), SLEEP.format(0))
    with Background(watcher) as background:
        first = background.start("upgrade", "head", environment=environment, folder=checkout)
        holder = background.wait_for("pg_sleep").process
        second = background.start("downgrade", "1003", environment=environment)
        background.wait_for(WAITING)
        os.kill(holder, signal.SIGKILL)
        killed_at = time.monotonic()
        wait_until(lambda: background.holder() not in {None, holder} or None, "the waiter's turn")
        waited = time.monotonic() - killed_at
        assert isinstance(first.exception(), EOFError)
        assert second.result().exit_code == 0, second.result().stderr
    assert waited < 2
    assert read_versions(watcher) == ["1003"]


@pytest.mark.slow
def test_ten_upgrades_at_once_run_the_ddl_once(
    fresh_platform: LocalPlatform, watcher: Connection
) -> None:
    """Nine find the database at head, and the version table is created once."""
    audit(watcher)
    # On a busy machine the last one may wait for more than a minute.
    environment = environment_of(fresh_platform) | {"MSM_MIGRATION_LOCK_TIMEOUT": "110"}
    with Background(watcher) as background:
        started = [
            background.start("upgrade", "head", "--json", environment=environment)
            for _ in range(10)
        ]
        finished = [future.result() for future in started]
    assert [result.exit_code for result in finished] == [0] * 10, finished
    assert all(json.loads(result.stdout)["active_count"] == RESOURCES for result in finished)
    assert not any("UniqueViolation" in result.stderr for result in finished)
    assert len(created(watcher)) == len(set(created(watcher))) == RESOURCES
    assert read_versions(watcher) == [HEAD]


@pytest.mark.slow
def test_upgrade_and_downgrade_at_once_take_turns(
    fresh_platform: LocalPlatform, watcher: Connection, checkout: Path
) -> None:
    """The second one starts from the revision at which the first one ended."""
    environment = environment_of(fresh_platform) | PATIENT
    write_revision(checkout, GATE, SLEEP.format(0))
    with Background(watcher) as background, shut(watcher):
        up = background.start("upgrade", "head", environment=environment, folder=checkout)
        background.wait_for("pg_advisory_xact_lock")
        down = background.start("downgrade", "1002", environment=environment, folder=checkout)
        background.wait_for(WAITING)
        open_gate(watcher)
        assert up.result().exit_code == 0, up.result().stderr
        result = down.result()
    assert result.exit_code == 0, result.stderr
    assert "waiting for the migration of pid" in result.stderr
    assert f"Running downgrade {NEXT} -> {HEAD}" in result.stderr
    assert read_versions(watcher) == ["1002"]
    assert len(describe(watcher)) == 51
    assert migrate("upgrade", "head", environment=environment).exit_code == 0
    assert len(describe(watcher)) == len(TABLES)


@pytest.mark.slow
def test_upgrade_after_a_downgrade_creates_everything_again(
    fresh_platform: LocalPlatform, watcher: Connection, checkout: Path
) -> None:
    """Without the wait the upgrade would find the database at head, and do nothing."""
    environment = environment_of(fresh_platform) | PATIENT
    write_revision(checkout, SLEEP.format(0), GATE)
    assert migrate("upgrade", "head", environment=environment, folder=checkout).exit_code == 0
    with Background(watcher) as background, shut(watcher):
        down = background.start("downgrade", "base", environment=environment, folder=checkout)
        background.wait_for("pg_advisory_xact_lock")
        up = background.start("upgrade", "head", "--json", environment=environment, folder=checkout)
        background.wait_for(WAITING)
        open_gate(watcher)
        assert down.result().exit_code == 0, down.result().stderr
        result = up.result()
    assert result.exit_code == 0, result.stderr
    assert "waiting for the migration of pid" in result.stderr
    assert json.loads(result.stdout)["active_count"] == RESOURCES
    assert len(describe(watcher)) == len(TABLES)
    assert read_versions(watcher) == [NEXT]
    checked = run_forked(run_check_fresh, environment=environment, folder=checkout)
    assert (checked.value, checked.stderr) == (0, "")


def test_lock_is_kept_until_the_catalog_is_finalized(
    fresh_platform: LocalPlatform, empty_database: Connection
) -> None:
    environment = environment_of(fresh_platform)
    url = url_of(empty_database).render_as_string(hide_password=False)
    for command in (("upgrade", "1001"), ("downgrade", "base")):
        result = run_forked(
            locks_around_finalize, url, command, environment=environment, folder=ROOT
        )
        assert result.exit_code == 0, result.stderr
        assert result.value == (1, 0)


def locks_around_finalize(url: str, command: tuple[str, str]) -> tuple[int, int]:
    """Migrate, and count the locks when the platform is asked to finalize, and after it."""
    MetaTable = sdk("models").MetaTable  # noqa: N806 - a class
    counted = []

    def count() -> int:
        with psycopg.connect(url) as connection:
            locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
            row = connection.execute(locks).fetchone()
        assert row is not None
        return int(row[0])

    finalize = MetaTable.finalize_managed

    def counting(*arguments: Any, **options: Any) -> Any:
        counted.append(count())
        return finalize(*arguments, **options)

    MetaTable.finalize_managed = counting
    verb, target = command
    command_line = ["migrations", verb, "--provider", PROVIDER, target]
    sdk("cli").app(command_line, standalone_mode=False)
    # Generation 2 finalizes in batches.
    return min(counted), count()


@pytest.mark.slow
def test_migration_that_loses_the_lock_does_not_commit(
    fresh_platform: LocalPlatform, watcher: Connection, checkout: Path
) -> None:
    environment = environment_of(fresh_platform) | PATIENT
    write_revision(checkout, GATE, SLEEP.format(0))
    with Background(watcher) as background, shut(watcher):
        up = background.start("upgrade", "head", environment=environment, folder=checkout)
        background.wait_for("pg_advisory_xact_lock")
        watcher.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND pid <> pg_backend_pid()"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        open_gate(watcher)
        result = up.result()
    assert result.exit_code == 1
    assert sentence_of(result) == sentence(LockLostError, table=LOCK_TABLE, outcome=NOTHING_KEPT)
    assert describe(watcher) == {}
    assert migrate("upgrade", "head", environment=environment).exit_code == 0


def test_nobody_looks_at_the_database_before_the_lock(
    fresh_platform: LocalPlatform, watcher: Connection, background: Background
) -> None:
    """What another migration commits between two looks would read as half a database."""
    holder = MigrationLock(engine_of(watcher), LOCK_TABLE)
    holder.acquire(0)
    waiting = background.start("upgrade", "1001", environment=environment_of(fresh_platform))
    background.wait_for(WAITING)
    sessions = watcher.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE usename LIKE 'msm_migrate_%'"
    )
    assert sessions.fetchone() == (1,)
    holder.release()
    assert waiting.result().exit_code == 0, waiting.result().stderr


def test_tables_are_reserved_again_after_the_wait(
    fresh_platform: LocalPlatform, watcher: Connection, background: Background
) -> None:
    """The SDK reserves before the lock; a downgrade that has it may remove the resources."""
    holder = MigrationLock(engine_of(watcher), LOCK_TABLE)
    holder.acquire(0)
    up = ("upgrade", "1001", "--json")
    waiting = background.start(*up, environment=environment_of(fresh_platform))
    background.wait_for(WAITING)
    uids = "SELECT uid FROM msm_local.meta_tables WHERE physical_table_name LIKE '%asset%'"
    reserved = set(watcher.execute(uids).fetchall())
    watcher.execute("DELETE FROM msm_local.meta_tables WHERE physical_table_name LIKE '%asset%'")
    holder.release()
    result = waiting.result()
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["active_count"] == 40
    assert reserved.isdisjoint(watcher.execute(uids).fetchall())


@pytest.mark.slow
def test_second_upgrade_waits_for_a_concurrent_index_build(
    fresh_platform: LocalPlatform, watcher: Connection, checkout: Path
) -> None:
    """A lock call that blocks would deadlock with the index build; polling does not."""
    environment = environment_of(fresh_platform)
    assert migrate("upgrade", "head", environment=environment).exit_code == 0
    build = (
        "with op.get_context().autocommit_block():\n"
        "    op.create_index('ix_test', 'ms_markets__asset', ['asset_type'],"
        " postgresql_concurrently=True)"
    )
    write_revision(checkout, build, "op.drop_index('ix_test')")
    with (
        Background(watcher) as background,
        psycopg.connect(watcher.info.dsn, password=watcher.info.password) as writer,
    ):
        writer.execute("LOCK TABLE ms_markets__asset IN ROW EXCLUSIVE MODE")
        first = background.start("upgrade", "head", environment=environment, folder=checkout)
        background.wait_for("CREATE INDEX CONCURRENTLY")
        second = background.start("upgrade", "head", environment=environment, folder=checkout)
        background.wait_for(WAITING)
        writer.rollback()
        assert first.result().exit_code == 0, first.result().stderr
        assert second.result().exit_code == 0, second.result().stderr
    valid = watcher.execute(
        "SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_test'::regclass"
    )
    assert valid.fetchone() == (True,)
