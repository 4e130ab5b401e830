"""Several instances on one machine, and what ends them."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from msm.errors.commands import migration_command
from msm_local.errors import AlreadyRunningError, InstanceBusyError, NotOursError
from msm_local.instances import locking
from msm_local.instances.instance import Instance
from msm_local.system.ports import free_port, is_free
from tests.conftest import ROOT
from tests.local.shell import (
    NAME,
    PHASES,
    Shell,
    family_of,
    gone,
    is_pending,
    lives,
    server_held_in,
)
from tests.support.waiting import soon

# Many processes: together they would take too long for the default suite.
pytestmark = pytest.mark.slow

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
WITHOUT_NETWORK = ("unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")
NO_NAMESPACES = (
    os.geteuid() != 0
    or subprocess.run(["unshare", "-n", "true"], check=False, capture_output=True).returncode != 0
)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Shell]:
    """A project of one test, without an instance."""
    made = new_shell(tmp_path / "project")
    yield made
    made("destroy", "--force")


def new_shell(folder: Path, name: str = NAME) -> Shell:
    folder.mkdir(exist_ok=True)
    (folder / "pyproject.toml").touch()
    return Shell(folder, name)


def listed(shell: Shell) -> list[dict[str, Any]]:
    """The instances of this test: root also sees the running ones of other users."""
    rows: list[dict[str, Any]] = json.loads(shell("list", "--json").stdout)
    return [row for row in rows if Path(row["root"]).parent == shell.folder.parent]


def test_four_instances_of_two_checkouts_run_together(tmp_path: Path) -> None:
    shells = [
        new_shell(tmp_path / folder, name)
        for folder in ("one", "two")
        for name in ("default", "second")
    ]
    # Any port will do, except for the one that is stopped and started again.
    for shell in (shells[0], *shells[2:]):
        shell.port = None
    starting = [shell.popen("start", "--json") for shell in shells]
    started = [json.loads(process.communicate(timeout=120)[0]) for process in starting]
    try:
        assert {state["status"] for state in started} == {"healthy"}
        for fact in ("port", "postgres_port", "data_folder", "folder", "pid"):
            assert len({state[fact] for state in started}) == 4
        for number, shell in enumerate(shells, start=1):
            for _ in range(number):
                shell.write_row()
        assert [shell.count_rows() for shell in shells] == [1, 2, 3, 4]

        rows = listed(shells[0])
        assert [(Path(row["root"]).name, row["name"]) for row in rows] == [
            ("one", "default"), ("one", "second"), ("two", "default"), ("two", "second"),
        ]  # fmt: skip
        assert {row["endpoint"] for row in rows} == {state["endpoint"] for state in started}
        for row in rows:
            assert " ".join(shells[0]("list").stdout.split()).count(row["folder"]) == 1

        shells[1]("stop")
        assert [shell.status()["pid"] for shell in (shells[0], *shells[2:])] == [
            state["pid"] for state in (started[0], *started[2:])
        ]
        # It gets its old ports, although the others started in between.
        assert shells[1].start()["port"] == started[1]["port"]
        assert shells[1].count_rows() == 2
    finally:
        for shell in shells:
            shell("destroy", "--force")
    assert listed(shells[0]) == []
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == ["pyproject.toml"]


def test_a_deleted_folder_leaves_the_list(fresh: Shell) -> None:
    fresh.start()
    fresh("stop")
    assert [row["status"] for row in listed(fresh)] == ["stopped"]
    shutil.rmtree(fresh.folder / ".msm-local")
    assert listed(fresh) == []
    registry = Path(fresh.environment["XDG_STATE_HOME"]) / "msm-local" / "instances"
    assert list(registry.iterdir()) == []


def test_list_shows_a_running_platform_without_home(fresh: Shell) -> None:
    fresh.environment["XDG_STATE_HOME"] = "/proc/nowhere"
    log = Path(fresh.start()["log_path"]).read_text()
    [warning] = [line for line in log.splitlines() if "WARNING" in line]
    assert "`msm-local list`" in warning
    assert [row["folder"] for row in listed(fresh)] == [str(fresh.state)]
    fresh.environment["XDG_STATE_HOME"] = str(fresh.folder.parent)


def test_destroy_deletes_what_its_dry_run_prints(fresh: Shell) -> None:
    assert fresh("destroy").stdout == f"{NAME}: there is nothing to delete\n"
    assert not (fresh.folder / ".msm-local").exists()
    state = fresh.start()
    assert str(state["pid"]) in fresh.refused(AlreadyRunningError, "destroy")
    fresh("stop")
    folders = [state["data_folder"], state["folder"]]
    dry = fresh("destroy", "--dry-run")
    assert [line.split()[2] for line in dry.stdout.splitlines()] == folders
    assert all(Path(folder).exists() for folder in folders)
    assert json.loads(fresh("destroy", "--json").stdout) == {"dry_run": False, "folders": folders}
    assert [path.name for path in fresh.folder.iterdir()] == ["pyproject.toml"]


def test_destroy_needs_the_marker(fresh: Shell) -> None:
    fresh.state.mkdir(parents=True)
    precious = fresh.state / "thesis.txt"
    precious.touch()
    for command in (["destroy"], ["destroy", "--dry-run"], ["destroy", "--force"]):
        assert str(fresh.state) in fresh.refused(NotOursError, *command)
    assert precious.exists()

    precious.unlink()
    data = Path(fresh.start()["data_folder"])
    fresh("stop")
    (data / "msm-local").unlink()
    if data.parent != fresh.state:
        assert str(data) in fresh.refused(NotOursError, "destroy")
    assert (data / "PG_VERSION").exists()
    (data / "msm-local").touch()


@pytest.mark.parametrize(
    "number",
    [
        signal.SIGTERM,
        *(pytest.param(each, marks=pytest.mark.long) for each in SIGNALS if each != signal.SIGTERM),
    ],
)
def test_a_signal_to_the_server_stops_postgresql(fresh: Shell, number: signal.Signals) -> None:
    temporary = fresh.folder.parent / "temporary"
    temporary.mkdir()
    fresh.environment["TMPDIR"] = str(temporary)
    state = fresh.start()
    fresh.write_row()
    family = family_of(state["pid"])
    os.kill(state["pid"], number)
    assert gone(family)
    assert is_free(state["port"])
    assert is_free(state["postgres_port"])
    assert not (fresh.state / "state.json").exists()
    assert "database system is shut down" in (fresh.state / "postgres.log").read_text()
    fresh.start()
    assert fresh.count_rows() == 1
    fresh("destroy", "--force")
    assert list(temporary.iterdir()) == []
    assert not Path(state["data_folder"]).exists()


@pytest.mark.parametrize(
    ("phase", "number"),
    [
        (PHASES[2], signal.SIGKILL),
        (PHASES[2], signal.SIGTERM),
        *(
            pytest.param(phase, number, marks=pytest.mark.long)
            for phase, number in [
                *((phase, signal.SIGKILL) for phase in PHASES[:-1] if phase != PHASES[2]),
                *((PHASES[2], each) for each in SIGNALS if each != signal.SIGTERM),
            ]
        ),
    ],
)
def test_a_start_that_is_ended_leaves_no_server(
    fresh: Shell, phase: str, number: signal.Signals
) -> None:
    """By a Ctrl-C, a closed terminal or a kill, in every phase."""
    with fresh.popen("start") as starting:
        with server_held_in(fresh, phase) as server:
            family = family_of(server)
            starting.send_signal(number)
            # The server notices that a killed start is gone; others end the server, and wait.
            if number == signal.SIGKILL:
                starting.wait(60)
            else:
                assert soon(lambda: is_pending(server, signal.SIGTERM))
        starting.communicate(timeout=60)
    assert starting.returncode == (-number if number == signal.SIGKILL else 128 + number)
    assert gone(family)
    assert fresh.start()["status"] == "healthy"


@pytest.mark.parametrize(
    "phase",
    [
        PHASES[2],
        *(pytest.param(each, marks=pytest.mark.long) for each in PHASES if each != PHASES[2]),
    ],
)
def test_a_killed_server_never_blocks_the_next_start(fresh: Shell, phase: str) -> None:
    with fresh.popen("start") as starting, server_held_in(fresh, phase) as server:
        family = family_of(server)
        os.kill(server, signal.SIGKILL)
        starting.communicate(timeout=60)
    assert gone(family)
    state = fresh.start()
    data = Path(state["data_folder"])
    assert [path.name for path in data.parent.glob(f"{data.name}*")] == [data.name]


@pytest.mark.parametrize(
    "delay",
    [0.05, *(pytest.param(each, marks=pytest.mark.long) for each in (0.0, 0.02, 0.1, 0.2))],
)
def test_a_server_killed_during_a_stop_keeps_rows(fresh: Shell, delay: float) -> None:
    state = fresh.start()
    fresh.write_row()
    family = family_of(state["pid"])
    os.kill(state["pid"], signal.SIGTERM)
    time.sleep(delay)
    if lives(family[0]):
        family[0].kill()
    assert gone(family)
    assert fresh.status(code=3)["status"] == "stopped"
    fresh.start()
    assert fresh.count_rows() == 1


def test_waiting_for_another_verb_is_reported_and_bounded(
    fresh: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A start that hangs holds the lock; the golden test of the report about it."""
    with (
        fresh.popen("start") as starting,
        server_held_in(fresh, "starting PostgreSQL") as server,
        fresh.popen("stop") as stopping,
    ):
        assert stopping.stderr is not None
        report = stopping.stderr.readline()
        holder = f"`msm_local.cli --name {NAME} start` (pid {starting.pid})"
        assert report == f"msm-local: Waiting for {holder}, which is busy with this instance.\n"
        os.kill(server, signal.SIGCONT)
        starting.communicate(timeout=60)
        stdout, stderr = stopping.communicate(timeout=60)
    assert (starting.returncode, stopping.returncode) == (0, 0), stderr
    assert stdout == f"{NAME}: stopped\n"

    monkeypatch.setattr(locking, "LOCK_TIMEOUT", 0.2)
    instance = Instance(fresh.folder, fresh.name, fresh.state)
    second = instance.lock()
    with instance.lock(), pytest.raises(InstanceBusyError, match=str(os.getpid())):
        second.__enter__()


@pytest.mark.skipif(NO_NAMESPACES, reason="only root makes a namespace without a network")
def test_a_platform_needs_no_network(fresh: Shell) -> None:
    shutil.copytree(ROOT / "migrations", fresh.folder / "migrations")
    current = f"exec -- {migration_command('current', 'migrations:migration')}"
    script = " && ".join(
        f"{' '.join(fresh.command(verb))} >/dev/null"
        for verb in ("start", "status", "doctor", "reset", current, "stop")
    )
    result = subprocess.run(
        [*WITHOUT_NETWORK, "sh", "-c", script],
        cwd=fresh.folder,
        env=fresh.environment | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr


def test_a_busy_port_of_last_time_is_replaced(fresh: Shell) -> None:
    """And nothing listens on another address than 127.0.0.1."""
    port = free_port()
    fresh("start", "--port", str(port))
    fresh("stop")
    with socket.create_server(("127.0.0.1", port)):
        assert fresh.start()["port"] != port
    addresses = {
        connection.laddr[0]
        for process in family_of(fresh.status()["pid"])
        for connection in process.net_connections()
        if connection.status == psutil.CONN_LISTEN and connection.laddr
    }
    assert addresses == {"127.0.0.1"}
