"""What goes wrong on a machine: one sentence that says what to run next, and nothing is lost."""

import json
import os
import shutil
import signal
import socket
import time
from pathlib import Path

import httpx
import psutil
import pytest

from tests.local.shell import NAME, Shell, family_of, gone, hold, lives

# Many processes or databases: together they would take the default suite over its limit.
pytestmark = pytest.mark.slow


def test_a_taken_port_names_its_holder(shell: Shell, tmp_path: Path) -> None:
    """Requirement 4."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        told = shell.complaint("start", "--port", port)
    command = " ".join(psutil.Process().cmdline())[:60]
    remedy = "choose another with --port, or leave it out."
    assert told == f"Error: Port {port} is in use by {command} (pid {os.getpid()}); {remedy}"
    assert shell.status(code=3)["status"] == "stopped"

    # The sentence is longer than what is shown of a foreign command.
    folder = tmp_path / "a folder of a long name" / "in another one of a name that is longer"
    folder.mkdir(parents=True)
    long = Shell(folder)
    try:
        state = long.start()
        port, pid = str(state["port"]), state["pid"]
        told = shell.complaint("start", "--port", port)
        holder = f"the platform of {long.state} (pid {pid})"
        assert told == f"Error: Port {port} is in use by {holder}; {remedy}"
        ports = next(
            item
            for item in json.loads(long("doctor", "--json").stdout)
            if item["subject"] == "ports"
        )
        assert ports["found"] == f"{port} is held by this platform"
    finally:
        long("stop")


def test_a_damaged_state_file_costs_a_stop(shell: Shell) -> None:
    """Requirements 6 and 14."""
    family = family_of(shell.start()["pid"])
    shell.write_row()
    rows = shell.count_rows()
    for content, command in (
        ('{"pid": 1', ["start"]), ("[]", ["status"]), ("\x00", ["env"]), ("", ["exec", "true"]),
    ):  # fmt: skip
        (shell.state / "state.json").write_text(content)
        told = shell.complaint(*command)
        assert f"{shell.state / 'state.json'} is damaged" in told
        assert "`msm-local --name test stop` ends the platform it was about" in told
    assert all(map(lives, family))
    assert "stopped" in shell("stop").stdout
    assert gone(family)
    shell.start()
    assert shell.count_rows() == rows


def test_a_lost_state_file_never_leads_to_two_servers(shell: Shell) -> None:
    """Requirement 6."""
    pid = shell.start()["pid"]
    (shell.state / "state.json").unlink()
    told = shell.complaint("start")
    assert f"The server with pid {pid} runs for {shell.state}" in told
    assert "`msm-local --name test stop` ends it" in told
    shell("stop")
    assert shell.start()["pid"] != pid


def test_what_is_damaged_and_may_be_deleted_is_said_to_be_so(shell: Shell) -> None:
    shell.start()
    shell.write_row()
    rows = shell.count_rows()
    shell("stop")
    for file, content in (
        ("ports.json", '{"http'), ("secrets.json", '["token"]'), ("secrets.json", '{"token": "x"}'),
    ):  # fmt: skip
        (shell.state / file).write_text(content)
        told = shell.complaint("start")
        assert f"{shell.state / file} is damaged" in told
        assert "delete it and start again" in told
        assert "no data is lost" in told
        (shell.state / file).unlink()
    shell.start()
    assert shell.count_rows() == rows


def test_damaged_passwords_are_never_to_be_deleted_alone(shell: Shell) -> None:
    shell.start()
    shell("stop")
    passwords = shell.state / "cluster.json"
    content = passwords.read_text()
    passwords.write_text("damaged")
    told = shell.complaint("start")
    assert f"{passwords} is damaged" in told
    assert "restore it, or delete it together with the data in" in told
    passwords.write_text(content)
    shell.start()


def test_a_killed_platform_keeps_its_rows_and_starts_without_a_flag(shell: Shell) -> None:
    """Requirements 3 and 11."""
    state = shell.start()
    shell.write_row()
    rows = shell.count_rows()
    family = family_of(state["pid"])
    os.kill(state["pid"], signal.SIGKILL)
    assert gone(family)
    told = shell.complaint("env", code=3)
    assert "is not running; start it with `msm-local --name test start`" in told
    shell("exec", "--", "true")
    assert shell.count_rows() == rows


def test_a_killed_postgresql_ends_the_platform_and_keeps_its_rows(shell: Shell) -> None:
    """Requirements 3 and 11."""
    state = shell.start()
    shell.write_row()
    rows = shell.count_rows()
    family = family_of(state["pid"])
    family[1].kill()
    assert gone(family)
    log = Path(state["log_path"]).read_text()
    assert "PostgreSQL ended by itself with code -9; stopping" in log
    with pytest.raises(httpx.ConnectError):
        httpx.get(state["endpoint"])
    assert "Started the platform" in shell("exec", "--", "true").stderr
    assert shell.count_rows() == rows


def test_a_command_is_told_that_its_platform_died_and_ended(shell: Shell) -> None:
    """The SDK would go on trying for minutes."""
    with shell.popen("exec", "--", "sh", "-c", "touch began; exec sleep 300") as running:
        pid = server_under(shell, shell.folder / "began")
        os.kill(pid, signal.SIGKILL)
        _stdout, told = running.communicate(timeout=60)
    assert running.returncode == 128 + signal.SIGTERM
    assert f"The server of the platform died (pid {pid}; its log is {shell.state}" in told
    assert "`msm-local --name test start` within 10 s, or the command is ended." in told


def test_a_command_outlives_a_platform_that_is_back_in_time(shell: Shell) -> None:
    with shell.popen("exec", "--", "sh", "-c", "touch began; sleep 14; echo done") as running:
        os.kill(server_under(shell, shell.folder / "began"), signal.SIGKILL)
        assert running.stderr is not None
        assert any("The server of the platform died" in line for line in running.stderr)
        shell.start()
        stdout, told = running.communicate(timeout=60)
    assert (running.returncode, stdout, told) == (0, "done\n", "")


def test_a_platform_started_again_while_nobody_looked_is_watched_too(shell: Shell) -> None:
    with shell.popen("exec", "--", "sh", "-c", "touch began; exec sleep 300") as running:
        first = server_under(shell, shell.folder / "began")
        hold(running.pid)
        os.kill(first, signal.SIGKILL)
        second = shell.start()["pid"]
        running.send_signal(signal.SIGCONT)
        time.sleep(1)
        os.kill(second, signal.SIGKILL)
        _stdout, told = running.communicate(timeout=60)
    assert running.returncode == 128 + signal.SIGTERM
    assert f"The server of the platform died (pid {second}; " in told


def test_a_command_may_stop_the_platform_under_it(shell: Shell) -> None:
    stop = " ".join(shell.command("stop"))
    told = shell("exec", "--", "sh", "-c", f"{stop} && sleep 3 && echo done")
    assert told.stdout.endswith("done\n")
    assert "died" not in told.stderr


def server_under(shell: Shell, began: Path) -> int:
    """The pid of the server, once the command that runs on it has made a file."""
    deadline = time.monotonic() + 60
    while not began.exists():
        assert time.monotonic() < deadline, "the command did not begin"
        time.sleep(0.05)
    began.unlink()
    return int(shell.status()["pid"])


def test_the_platform_of_another_checkout_is_pointed_out(shell: Shell) -> None:
    """Requirements 5 and 6."""
    shell.start()
    other = "http://127.0.0.1:1"
    shell.environment["MAINSEQUENCE_ENDPOINT"] = other
    told = f"MAINSEQUENCE_ENDPOINT is {other}, another platform"
    assert told in shell("status").stdout
    run = shell("exec", "--", "printenv", "MAINSEQUENCE_ENDPOINT")
    assert told in run.stderr
    endpoint = run.stdout.strip()
    assert endpoint != other
    assert str(shell.folder) in run.stderr
    # Its own endpoint is no news.
    shell.environment["MAINSEQUENCE_ENDPOINT"] = endpoint
    assert "another" not in shell("status").stdout
    assert shell("exec", "--", "true").stderr == ""

    token = httpx.get(f"{endpoint}/api/v1/health/", headers={"Authorization": "Bearer another"})
    detail = token.json()["detail"]
    assert f"another token than that of the platform '{NAME}' of {shell.folder}" in detail
    assert "`msm-local env`, run there, prints it" in detail
    assert "no token" in httpx.get(f"{endpoint}/api/v1/health/").json()["detail"]


def test_a_command_that_cannot_be_run_is_named(shell: Shell) -> None:
    """Requirement 1."""
    told = shell.said("exec", "--", "no-such-command", code=127)
    assert "no command 'no-such-command' to run; install it, or check its name and PATH" in told
    # Nothing was started for it.
    assert shell.status(code=3)["status"] == "stopped"
    shell.start()
    broken = shell.folder / "broken"
    broken.write_text("no program")
    broken.chmod(0o755)
    told = shell.said("exec", "--", str(broken), code=126)
    assert "cannot be run (Exec format error)" in told


def test_without_git_what_needs_it_says_so(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "true").symlink_to(str(shutil.which("true")))
    shell.environment["PATH"] = str(tmp_path)
    shell.start()
    for command in (["env"], ["exec", "true"]):
        told = shell.complaint(*command)
        assert "there is no git on PATH; install git" in told
    shell("stop")
