"""The command line, by real processes: start, stop, status, env, exec; crashes and orphans."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx
import psutil
import pytest

from msm_local.files import remove_folder
from tests.local.shell import NAME, Shell, family_of, gone, lives

SDK_CALLS = Path(__file__).with_name("sdk_calls.py")


def test_a_life_from_start_to_stop(shell: Shell) -> None:
    assert shell.status(code=3)["status"] == "stopped"
    assert "msm-local start" in shell("env", code=1).stderr
    first = json.loads(shell("start", "--json").stdout)
    assert first["status"] == "healthy"
    # Twice is the same.
    assert json.loads(shell("start", "--json").stdout) == first
    text = shell("status").stdout
    for expected in (first["endpoint"], first["data_folder"], first["log_path"], "stop"):
        assert expected in text
    family = family_of(first["pid"])
    assert len(family) > 2
    # Everything of the instance is closed to others, and ignored by Git.
    folder = Path(first["folder"])
    assert folder.stat().st_mode & 0o777 == 0o700
    for secret in ("state.json", "secrets.json", "cluster.json"):
        assert (folder / secret).stat().st_mode & 0o777 == 0o600
    assert (folder.parent / ".gitignore").read_text() == "*\n"
    # No secret reaches a log, an answer or a process list.
    environment = json.loads(shell("env", "--format", "json").stdout)
    token = environment["MAINSEQUENCE_ACCESS_TOKEN"]
    assert token not in json.dumps(first) + text
    secrets = [token, *json.loads((folder / "cluster.json").read_text()).values()]
    seen = "".join(log.read_text() for log in folder.glob("*.log"))
    seen += "".join(" ".join(process.cmdline()) for process in family if lives(process))
    assert not [secret for secret in secrets if secret in seen]

    shell("stop")
    assert gone(family)
    assert shell.status(code=3)["status"] == "stopped"
    assert "was not running" in shell("stop").stdout
    # Port, token and data stay.
    again = json.loads(shell("start", "--json").stdout)
    assert (again["port"], again["data_folder"]) == (first["port"], first["data_folder"])
    assert json.loads(shell("env", "--json").stdout) == environment


def test_exec_starts_the_platform_and_hands_the_sdk_what_it_reads(
    shell: Shell, project: Path
) -> None:
    shell.environment |= {"MAINSEQUENCE_REFRESH_TOKEN": "x", "JOB_RUN_UID": "y"}
    result = shell("exec", "--", sys.executable, str(SDK_CALLS))
    assert "Started the platform" in result.stderr
    assert "here is no repository that Git trusts; it gets a stand-in" in result.stderr
    seen = json.loads(result.stdout)
    assert seen["identity"] == "local.invalid/msm-local/a%20project%20%C3%A9"
    assert (seen["branch"], seen["status"]) == ("main", "resolved")
    assert seen["data_source"] == ["AVAILABLE", "read_write", "postgresql"]
    assert seen["same_source"]
    assert seen["finalized"] == [True, 2]
    assert (seen["written"], seen["read"]) == (5, [1, 2, 3, 4, 5])
    assert seen["series"] == [
        "time_index",
        ["time_index", "uid"],
        {"time_index": "timestamp with time zone", "uid": "uuid", "v": "float64"},
    ]
    assert seen["listed"] == ["plain", "series"]
    assert (seen["patched"], seen["user"]) == (["x"], "local")
    assert (project / ".msm-local" / NAME / "sdk").is_dir()

    dumped = shell("exec", "--", sys.executable, "-c", "import os; print(dict(os.environ))")
    assert dumped.stderr == ""
    assert "REFRESH_TOKEN" not in dumped.stdout
    assert "JOB_RUN_UID" not in dumped.stdout
    shell("exec", "--", "sh", "-c", "exit 7", code=7)
    shell("exec", "--", "no-such-command", code=127)
    shell("exec", "--", "sh", "-c", "kill -TERM $$", code=128 + signal.SIGTERM)


def test_a_killed_server_leaves_no_orphan_and_the_next_start_recovers(shell: Shell) -> None:
    state = json.loads(shell("start", "--json").stdout)
    family = family_of(state["pid"])
    os.kill(state["pid"], signal.SIGKILL)
    assert gone(family)
    assert shell.status(code=3)["status"] == "stopped"
    assert json.loads(shell("start", "--json").stdout)["status"] == "healthy"


def test_a_killed_postgresql_ends_the_server_and_the_log_says_so(shell: Shell) -> None:
    state = json.loads(shell("start", "--json").stdout)
    family = family_of(state["pid"])
    family[1].kill()
    assert gone(family)
    assert "PostgreSQL ended by itself" in Path(state["log_path"]).read_text()
    assert json.loads(shell("start", "--json").stdout)["status"] == "healthy"


def test_a_copied_checkout_leaves_the_platform_of_the_original_alone(
    shell: Shell, tmp_path: Path
) -> None:
    shell("start")
    copy = Shell(tmp_path / "copy")
    shutil.copytree(shell.folder / ".msm-local" / NAME, copy.folder / ".msm-local" / NAME)
    (copy.folder / "pyproject.toml").touch()
    assert copy.status(code=3)["status"] == "stopped"
    assert "was not running" in copy("stop").stdout
    assert shell.status()["status"] == "healthy"


def test_a_hung_server_is_degraded(shell: Shell) -> None:
    state = json.loads(shell("start", "--json").stdout)
    os.kill(state["pid"], signal.SIGSTOP)
    try:
        assert shell.status(code=4)["status"] == "degraded"
    finally:
        os.kill(state["pid"], signal.SIGCONT)


def test_a_busy_port_is_named_and_nothing_is_left_running(shell: Shell) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        error = shell("start", "--port", str(port), code=1).stderr
        assert f"Port {port} is in use" in error
        assert shell.status(code=3)["status"] == "stopped"


def test_two_starts_at_once_end_with_one_platform(shell: Shell) -> None:
    command = [sys.executable, "-m", "msm_local.cli", "--name", NAME, "start", "--json"]
    running = [
        subprocess.Popen(
            command, cwd=shell.folder, env=shell.environment, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    answers = [json.loads(process.communicate(timeout=90)[0]) for process in running]
    assert [process.returncode for process in running] == [0, 0]
    assert answers[0] == answers[1]
    health = httpx.get(f"{answers[0]['endpoint']}/api/v1/health/")
    assert health.status_code == 401


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands PostgreSQL to another user")
def test_root_in_a_private_checkout_keeps_data_and_permissions_elsewhere() -> None:
    home = Path(tempfile.mkdtemp())
    assert home.stat().st_mode & 0o777 == 0o700
    (home / "pyproject.toml").touch()
    shell = Shell(home)
    try:
        state = json.loads(shell("start", "--json").stdout)
        data = Path(state["data_folder"])
        assert home not in data.parents
        assert data.stat().st_uid != 0
        assert home.stat().st_mode & 0o777 == 0o700
        assert psutil.Process(state["pid"]).children()[0].uids().effective != 0
        shell("stop")
        remove_folder(data)
    finally:
        shutil.rmtree(home)
