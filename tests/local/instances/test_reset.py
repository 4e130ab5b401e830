"""A fresh database, cloned from a template that the real SDK CLI migrated."""

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from msm_local.errors import (
    ClientsConnectedError,
    TemplateFailedError,
    UnknownRevisionError,
    UnreadableRevisionError,
)
from msm_local.postgres.cluster import Cluster
from msm_local.postgres.database_names import DATABASE, NEXT, UNFINISHED
from tests.conftest import ROOT
from tests.local.shell import Shell, gone
from tests.support import history
from tests.support.forked import run_forked, run_sdk_cli
from tests.support.generation import GENERATION
from tests.support.hypertables import STAND_IN

pytestmark = pytest.mark.slow

REVISION = '''"""{title}.

Revision ID: {number}
Revises: {parent}
Create Date: 2026-01-01 00:00:00
"""

import sqlalchemy as sa
from alembic import op

revision: str = "{number}"
down_revision: str | None = "{parent}"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    {upgrade}


def downgrade() -> None:
    op.drop_column("ms_markets__asset", "nickname")
'''


@pytest.fixture(scope="module")
def _started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    folder = tmp_path_factory.mktemp("reset") / "project"
    folder.mkdir()
    (folder / "pyproject.toml").touch()
    shutil.copytree(ROOT / "migrations", folder / "migrations")
    made = Shell(folder)
    made("start")
    made("reset")
    yield made
    made("destroy", "--force")


@pytest.fixture
def shell(_started: Shell) -> Shell:
    """A platform that runs, on a project with the revisions of this repository."""
    _started("start")
    return _started


def reset(shell: Shell, *arguments: str) -> dict[str, Any]:
    return dict(json.loads(shell("reset", "--json", *arguments).stdout))


def add_revision(shell: Shell, number: str, parent: str, upgrade: str) -> Path:
    text = REVISION.format(title="Try something", number=number, parent=parent, upgrade=upgrade)
    folder = shell.folder / "migrations" / "versions" / "mainsequence_markets"
    file = folder / f"{number}_try_something.py"
    file.write_text(text, encoding="utf-8")
    return file


def state_of(shell: Shell) -> dict[str, Any]:
    return dict(json.loads((shell.state / "state.json").read_text()))


def connect(shell: Shell) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(state_of(shell)["database_url"])


def databases(shell: Shell) -> list[str]:
    return Cluster.attached(shell.state, state_of(shell)["postgres_port"]).databases()


def migration_roles(shell: Shell) -> int:
    with connect(shell) as connection:
        query = "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'msm_migrate%'"
        [(count,)] = connection.execute(query).fetchall()
    return int(count)


def settings(shell: Shell) -> tuple[Any, ...] | None:
    with connect(shell) as connection:
        return connection.execute("SELECT * FROM msm_local.settings").fetchone()


def attach_and_write() -> int:
    from sqlalchemy import insert, select

    import msm
    from msm.models import AssetType

    runtime = msm.start_engine([AssetType])
    before = runtime.execute(select(AssetType.asset_type)).row_count
    runtime.execute(insert(AssetType).values(asset_type="bond", display_name="Bond"))
    return before


def test_a_running_platform_continues_on_a_fresh_database(shell: Shell) -> None:
    environment = json.loads(shell("env", "--json").stdout)
    before, identity = shell.status(), settings(shell)
    assert run_forked(attach_and_write, environment=environment, folder=ROOT).value == 0
    assert run_forked(attach_and_write, environment=environment, folder=ROOT).exit_code == 1

    done = reset(shell)
    assert (done["target"], done["built"]) == ("head", False)
    # Same server, token and data source; the rows are gone, and operations work as before.
    after = shell.status()
    assert after == before
    assert settings(shell) == identity
    [version] = after["contents"]["versions"]
    assert version["revisions"] == version["heads"] == [history.HEAD]
    assert (after["contents"]["active"], after["contents"]["reserved"]) == (history.RESOURCES, 0)
    assert f"{history.HEAD} (head) of mainsequence.markets" in shell("status").stdout
    attached = run_forked(attach_and_write, environment=environment, folder=ROOT)
    assert attached.value == 0, attached.stderr
    # PostgreSQL drops the old database later.
    deadline = time.monotonic() + 30
    while UNFINISHED & set(databases(shell)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert UNFINISHED & set(databases(shell)) == set()
    assert migration_roles(shell) == 0
    assert shell("doctor").stdout.count("FAIL") == 0


def attach_around(reset_command: list[str], environment: dict[str, str]) -> tuple[int, int]:
    from sqlalchemy import insert, select

    import msm
    from msm.errors import StaleAttachmentError
    from msm.models import AssetType

    types = select(AssetType.asset_type)
    before = msm.start_engine([AssetType])
    before.execute(insert(AssetType).values(asset_type="bond", display_name="Bond"))
    count = before.execute(types).row_count
    subprocess.run(reset_command, env=environment, check=True, capture_output=True)
    if GENERATION == "mainsequence8":
        with pytest.raises(StaleAttachmentError):
            before.execute(types)
    else:
        # Its statements name no uids, so that they are as good on the fresh database.
        assert before.execute(types).all() == []
    return count, msm.start_engine([AssetType]).execute(types).row_count


def test_one_process_attaches_again_after_reset(shell: Shell) -> None:
    # What an upgrade makes has other uids in the catalog than what reset brings from its template.
    reset(shell, "--to", "base")
    environment = json.loads(shell("env", "--json").stdout)
    upgrade = ("migrations", "upgrade", "--provider", "migrations:migration", "head")
    upgraded = run_sdk_cli(*upgrade, environment=environment, folder=shell.folder)
    assert upgraded.exit_code == 0, upgraded.stderr
    command = ["env", "-C", str(shell.folder), *shell.command("reset")]
    finished = run_forked(
        attach_around, command, shell.environment, environment=environment, folder=ROOT
    )
    assert finished.exit_code == 0, finished.stderr
    assert finished.value == (1, 0)


def test_a_stopped_platform_is_reset_and_stays_stopped(shell: Shell) -> None:
    shell.write_row()
    shell("stop")
    assert not reset(shell)["built"]
    assert shell.status(code=3)["status"] == "stopped"
    shell("start")
    with pytest.raises(psycopg.errors.UndefinedTable):
        shell.count_rows()


def test_reset_refuses_connected_clients_unless_forced(shell: Shell) -> None:
    """The golden test of this sentence."""
    shell.write_row()
    rows = shell.count_rows()
    url = state_of(shell)["database_url"]
    with psycopg.connect(url, application_name="a report", autocommit=True) as client:
        pid = client.info.backend_pid
        assert shell.refused(ClientsConnectedError, "reset") == (
            f"1 client(s) are connected to the database: a report (pid {pid}); disconnect them, or "
            "reset with --force, which ends their sessions."
        )
        assert shell.count_rows() == rows
        reset(shell, "--force")
        with pytest.raises(psycopg.OperationalError):
            client.execute("SELECT 1")
    with pytest.raises(psycopg.errors.UndefinedTable):
        shell.count_rows()


def test_reset_takes_a_revision(shell: Shell) -> None:
    assert reset(shell, "--to", "1002")["built"]
    assert f"1002 (head {history.HEAD})" in shell("status").stdout
    assert not reset(shell, "--to", "1002")["built"]
    reset(shell, "--to", "base")
    assert "- (never migrated)" in shell("status").stdout
    sentence = shell.refused(UnknownRevisionError, "reset", "--to", "4711")
    for fact in ("'4711'", "head", "base", *history.REVISIONS):
        assert fact in sentence
    reset(shell)


def test_status_lists_the_tables_that_are_split(shell: Shell) -> None:
    reset(shell)
    prices = "ms_markets__externalpricests"
    with connect(shell) as connection:
        connection.execute(STAND_IN.encode())
        connection.execute(f"ALTER TABLE {prices} RENAME TO kept_prices".encode())
        split = f"CREATE TABLE {prices} (LIKE kept_prices) PARTITION BY RANGE (time_index)"
        connection.execute(split.encode())
        connection.execute(f"CREATE TABLE prices_rest PARTITION OF {prices} DEFAULT".encode())
        # Only tables of the catalog are listed.
        connection.execute("CREATE TABLE another (LIKE kept_prices) PARTITION BY LIST (close)")
    lines = shell("status").stdout.splitlines()
    trades = "ms_markets__tradests: 104 chunks (50% compressed) of 7 days, 5,500.0 MB"
    assert [line for line in lines if line.startswith(("hypertable", "partitioned"))] == [
        f"hypertable   {trades}",
        f"partitioned  {prices}: 1 partition, 0.0 MB",
    ]
    hypertable, partitioned = shell.status()["contents"]["split"]
    assert (hypertable["kind"], hypertable["compressed"]) == ("hypertable", 52)
    assert (partitioned["kind"], partitioned["parts"]) == ("partitioned", 1)
    # A status does not wait for a migration.
    with connect(shell) as connection:
        connection.execute("LOCK TABLE prices_rest")
        assert f"{prices}: 1 partition, locked by a migration" in shell("status").stdout


def test_an_edited_revision_gets_a_new_template(shell: Shell) -> None:
    first = reset(shell)
    file = add_revision(shell, history.NEXT, history.HEAD, "raise ValueError('not today')")
    try:
        shell.write_row()
        log = shell.state / "template.log"
        assert str(log) in shell.refused(TemplateFailedError, "reset")
        assert migration_roles(shell) == 0
        assert "not today" in log.read_text()
        assert log.stat().st_mode & 0o777 == 0o600
        assert shell.count_rows() == 1
        assert f"{history.HEAD} (head {history.NEXT})" in shell("status").stdout

        column = 'sa.Column("nickname", sa.Text)'
        add = f'op.add_column("ms_markets__asset", {column})'
        add_revision(shell, history.NEXT, history.HEAD, add)
        second = reset(shell)
        assert second["built"]
        assert second["template"] != first["template"]
        with connect(shell) as connection:
            connection.execute("SELECT nickname FROM ms_markets__asset")
        file.write_text("revision = 1 +")
        assert str(file) in shell.refused(UnreadableRevisionError, "reset")
        assert str(file) in shell("status").stdout
    finally:
        file.unlink()
    assert reset(shell) | {"seconds": 0} == first | {"seconds": 0, "built": False}


def test_only_the_newest_templates_are_kept(shell: Shell) -> None:
    for namespace in ("a", "b", "c", "d", "e"):
        shell.environment["MSM_AUTO_REGISTER_NAMESPACE"] = namespace
        assert reset(shell, "--to", "base")["built"]
    del shell.environment["MSM_AUTO_REGISTER_NAMESPACE"]
    assert len([name for name in databases(shell) if "template_" in name]) == 4


@pytest.mark.parametrize(
    "number",
    [
        signal.SIGTERM,
        *(
            pytest.param(each, marks=pytest.mark.long)
            for each in (signal.SIGKILL, signal.SIGINT, signal.SIGHUP)
        ),
    ],
)
def test_an_interrupted_reset_keeps_the_old_database(shell: Shell, number: signal.Signals) -> None:
    """The SDK's process under it ends with it."""
    shell.write_row()
    rows = shell.count_rows()
    shell.environment["MSM_AUTO_REGISTER_NAMESPACE"] = f"ended.by.{number.name.lower()}"
    with shell.popen("reset") as resetting:
        sdk = child_of(resetting.pid, "upgrade")
        resetting.send_signal(number)
        _stdout, printed = resetting.communicate(timeout=60)
    del shell.environment["MSM_AUTO_REGISTER_NAMESPACE"]
    assert resetting.returncode == (-number if number == signal.SIGKILL else 128 + number), printed
    assert gone([sdk])
    assert shell.count_rows() == rows
    shell("stop")
    shell("start")
    assert set(databases(shell)) & UNFINISHED == set()
    assert DATABASE in databases(shell)
    assert migration_roles(shell) == 0
    assert shell.count_rows() == rows


def test_a_killed_reset_leaves_either_database_whole(shell: Shell) -> None:
    reset(shell)
    shell.write_row()
    port = state_of(shell)["postgres_port"]
    url = Cluster.attached(shell.state, port).admin_url()
    with psycopg.connect(url, autocommit=True) as admin, shell.popen("reset") as resetting:
        query = "SELECT 1 FROM pg_database WHERE datname = %s"
        deadline = time.monotonic() + 60
        while admin.execute(query, [NEXT]).fetchone() is None:
            assert time.monotonic() < deadline, "the reset made no database"
        resetting.kill()
        resetting.communicate()
    shell("stop")
    shell("start")
    assert set(databases(shell)) & UNFINISHED == set()
    with connect(shell) as connection:
        row = connection.execute("SELECT to_regclass('kept') IS NULL").fetchone()
    # The new one is empty, and the old one has its row.
    assert row == (True,) or shell.count_rows() == 1
    assert shell.status()["contents"]["active"] == history.RESOURCES
    assert "FAIL" not in shell("doctor").stdout


def child_of(pid: int, argument: str) -> psutil.Process:
    """The child with this argument on its command line, as soon as there is one."""
    process = psutil.Process(pid)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            for child in process.children():
                if argument in child.cmdline():
                    return child
        time.sleep(0.01)
    raise AssertionError(f"no child of {pid} has the argument {argument!r}")


def test_reset_needs_the_revisions_of_the_provider(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    provider = "no.such:migration"
    sentence = Shell(tmp_path).refused(UnknownRevisionError, "reset", "--provider", provider)
    assert repr(provider) in sentence
    assert "--provider" in sentence
