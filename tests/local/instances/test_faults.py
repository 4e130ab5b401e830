"""Faults of a machine: each is one error that names the command to run, and no data is lost."""

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

from msm_local.errors import (
    AlreadyRunningError,
    GitUnavailableError,
    NotRunningError,
    PortBusyError,
    StartFailedError,
    StateFolderError,
)
from tests.local.shell import NAME, Shell, family_of, gone, hold, lives

# Many processes or databases: together they would take too long for the default suite.
pytestmark = pytest.mark.slow


def test_a_busy_port_names_its_holder(shell: Shell, tmp_path: Path) -> None:
    """The golden test of this sentence, with both kinds of holder."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        sentence = shell.refused(PortBusyError, "start", "--port", port)
    command = " ".join(psutil.Process().cmdline())[:60]
    remedy = "choose another with --port, or leave it out."
    assert sentence == f"Port {port} is in use by {command} (pid {os.getpid()}); {remedy}"
    assert shell.status(code=3)["status"] == "stopped"

    # A platform is named in full, although it is longer than what is shown of other commands.
    folder = tmp_path / "a folder of a long name" / "in another one of a name that is longer"
    folder.mkdir(parents=True)
    long = Shell(folder)
    try:
        state = long.start()
        port, pid = str(state["port"]), state["pid"]
        sentence = shell.refused(PortBusyError, "start", "--port", port)
        holder = f"the platform of {long.state} (pid {pid})"
        assert sentence == f"Port {port} is in use by {holder}; {remedy}"
        ports = next(
            item
            for item in json.loads(long("doctor", "--json").stdout)
            if item["subject"] == "ports"
        )
        assert port in ports["found"]
        assert ports["ok"]
    finally:
        long("stop")


def test_a_damaged_state_file_needs_a_stop(shell: Shell) -> None:
    family = family_of(shell.start()["pid"])
    shell.write_row()
    rows = shell.count_rows()
    for content, command in (
        ('{"pid": 1', ["start"]), ("[]", ["status"]), ("\x00", ["env"]), ("", ["exec", "true"]),
    ):  # fmt: skip
        (shell.state / "state.json").write_text(content)
        sentence = shell.refused(StateFolderError, *command)
        assert str(shell.state / "state.json") in sentence
        assert "`msm-local --name test stop`" in sentence
    listed = json.loads(shell("list", "--json").stdout)
    assert [row["status"] for row in listed if row["folder"] == str(shell.state)] == ["damaged"]
    assert all(map(lives, family))
    shell("stop")
    assert gone(family)
    shell.start()
    assert shell.count_rows() == rows


def test_a_lost_state_file_starts_no_second_server(shell: Shell) -> None:
    pid = shell.start()["pid"]
    (shell.state / "state.json").unlink()
    sentence = shell.refused(AlreadyRunningError, "start")
    for fact in (str(pid), str(shell.state), "`msm-local --name test stop`"):
        assert fact in sentence
    shell("stop")
    assert shell.start()["pid"] != pid


def test_a_damaged_replaceable_file_may_be_deleted(shell: Shell) -> None:
    shell.start()
    shell.write_row()
    rows = shell.count_rows()
    shell("stop")
    for file, content, error in (
        # The server reads its ports itself.
        ("ports.json", '{"http', StartFailedError),
        ("secrets.json", '["token"]', StateFolderError),
        ("secrets.json", '{"token": "x"}', StateFolderError),
    ):
        (shell.state / file).write_text(content)
        sentence = shell.refused(error, "start")
        assert str(shell.state / file) in sentence
        assert "delete" in sentence
        (shell.state / file).unlink()
    shell.start()
    assert shell.count_rows() == rows


def test_damaged_passwords_must_be_restored(shell: Shell) -> None:
    shell.start()
    shell("stop")
    passwords = shell.state / "cluster.json"
    content = passwords.read_text()
    passwords.write_text("damaged")
    sentence = shell.refused(StartFailedError, "start")
    assert str(passwords) in sentence
    assert "restore" in sentence
    passwords.write_text(content)
    shell.start()


def test_a_killed_platform_starts_again_with_its_rows(shell: Shell) -> None:
    state = shell.start()
    shell.write_row()
    rows = shell.count_rows()
    family = family_of(state["pid"])
    os.kill(state["pid"], signal.SIGKILL)
    assert gone(family)
    assert "`msm-local --name test start`" in shell.refused(NotRunningError, "env")
    shell("exec", "--", "true")
    assert shell.count_rows() == rows


def test_a_killed_postgresql_ends_the_platform(shell: Shell) -> None:
    state = shell.start()
    shell.write_row()
    rows = shell.count_rows()
    family = family_of(state["pid"])
    family[1].kill()
    assert gone(family)
    assert "code -9" in Path(state["log_path"]).read_text()
    with pytest.raises(httpx.ConnectError):
        httpx.get(state["endpoint"])
    shell("exec", "--", "true")
    assert shell.status()["pid"] != state["pid"]
    assert shell.count_rows() == rows


def test_exec_ends_a_command_whose_platform_died(shell: Shell) -> None:
    """Because the SDK would retry for minutes; the golden test of what exec prints then."""
    with shell.popen("exec", "--", "sh", "-c", "touch began; exec sleep 300") as running:
        pid = server_under(shell, shell.folder / "began")
        os.kill(pid, signal.SIGKILL)
        _stdout, printed = running.communicate(timeout=60)
    assert running.returncode == 128 + signal.SIGTERM
    assert printed.splitlines()[-1] == (
        f"msm-local: The server of the platform died (pid {pid}; its log is "
        f"{shell.state / 'server.log'}); run `msm-local --name test start` within 10 s, or the "
        "command is ended."
    )


def test_exec_keeps_a_command_whose_platform_is_back(shell: Shell) -> None:
    with shell.popen("exec", "--", "sh", "-c", "touch began; sleep 14; echo done") as running:
        pid = server_under(shell, shell.folder / "began")
        os.kill(pid, signal.SIGKILL)
        assert running.stderr is not None
        assert any(f"(pid {pid};" in line for line in running.stderr)
        shell.start()
        stdout, printed = running.communicate(timeout=60)
    assert (running.returncode, stdout, printed) == (0, "done\n", "")


def test_exec_watches_a_platform_that_was_started_again(shell: Shell) -> None:
    with shell.popen("exec", "--", "sh", "-c", "touch began; exec sleep 300") as running:
        first = server_under(shell, shell.folder / "began")
        hold(running.pid)
        os.kill(first, signal.SIGKILL)
        second = shell.start()["pid"]
        running.send_signal(signal.SIGCONT)
        time.sleep(1)
        os.kill(second, signal.SIGKILL)
        _stdout, printed = running.communicate(timeout=60)
    assert running.returncode == 128 + signal.SIGTERM
    assert f"(pid {second};" in printed


def test_a_command_may_stop_its_own_platform(shell: Shell) -> None:
    stop = " ".join(shell.command("stop"))
    shell.start()
    result = shell("exec", "--", "sh", "-c", f"{stop} && sleep 3 && echo done")
    assert result.stdout.endswith("done\n")
    assert result.stderr == ""


def server_under(shell: Shell, began: Path) -> int:
    """The pid of the server, once the command that runs against it has made a file."""
    deadline = time.monotonic() + 60
    while not began.exists():
        assert time.monotonic() < deadline, "the command did not begin"
        time.sleep(0.05)
    began.unlink()
    return int(shell.status()["pid"])


def test_an_endpoint_of_another_platform_is_reported(shell: Shell) -> None:
    """The golden test of this warning."""
    endpoint = shell.start()["endpoint"]
    other = "http://127.0.0.1:1"
    hint = f"run commands here with `msm-local --name {NAME} exec -- ...`"
    for variables, own, warning in (
        (["MAINSEQUENCE_ENDPOINT"], "", f"MAINSEQUENCE_ENDPOINT is {other}, another platform"),
        (["METATABLES_API_URL"], "/metatables", f"METATABLES_API_URL is {other}, another platform"),
        (
            ["MAINSEQUENCE_ENDPOINT", "METATABLES_API_URL"],
            "/metatables",
            f"MAINSEQUENCE_ENDPOINT is {other} and METATABLES_API_URL is {other}, another platform",
        ),
    ):
        shell.environment |= dict.fromkeys(variables, other)
        rows = [line.split(maxsplit=1) for line in shell("status").stdout.splitlines()]
        assert ["warning", f"{warning}; {hint}"] in rows
        run = shell("exec", "--", "printenv", variables[-1])
        assert run.stdout == f"{endpoint}{own}\n"
        assert run.stderr == (
            f"msm-local: {warning}; printenv gets {endpoint}, the one of {shell.folder}.\n"
        )
        for name in variables:
            del shell.environment[name]
    # Its own endpoints need no warning.
    shell.environment["MAINSEQUENCE_ENDPOINT"] = endpoint
    shell.environment["METATABLES_API_URL"] = f"{endpoint}/metatables"
    assert "warning" not in shell("status").stdout
    assert shell("exec", "--", "true").stderr == ""


def test_a_wrong_token_learns_which_platform_answered(shell: Shell) -> None:
    health = f"{shell.start()['endpoint']}/api/v1/health/"
    for headers in ({}, {"Authorization": "Bearer another"}):
        detail = httpx.get(health, headers=headers).json()["detail"]
        assert f"the platform '{NAME}' of {shell.folder}" in detail
        assert "`msm-local env`" in detail


def test_exec_names_a_command_it_cannot_run(shell: Shell) -> None:
    """The golden test of both sentences."""
    assert shell.printed_line("exec", "--", "no-such-command", code=127) == (
        "msm-local: There is no command 'no-such-command' to run; install it, or check its name "
        "and PATH."
    )
    assert shell.printed_line("exec", "--name", "x", "--", "true", code=127) == (
        "msm-local: There is no command '--name' to run; write the options of msm-local, --name "
        "and --state-dir, before `exec`."
    )
    # No platform was started for it.
    assert shell.status(code=3)["status"] == "stopped"
    shell.start()
    broken = shell.folder / "broken"
    broken.write_text("no program")
    broken.chmod(0o755)
    assert shell.printed_line("exec", "--", str(broken), code=126) == (
        f"msm-local: {str(broken)!r} cannot be run (Exec format error); a script needs a #! line."
    )


def test_verbs_that_need_git_say_so(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "true").symlink_to(str(shutil.which("true")))
    shell.environment["PATH"] = str(tmp_path)
    shell.start()
    for command in (["env"], ["exec", "true"]):
        shell.refused(GitUnavailableError, *command)
    shell("stop")


def test_status_says_that_postgresql_is_down(shell: Shell) -> None:
    state = json.loads(shell("start", "--json").stdout)
    server = psutil.Process(state["pid"])
    postmaster = next(child for child in server.children() if child.name() == "postgres")
    postmaster.kill()
    postmaster.wait(30)
    found = shell.status(code=4)
    assert found["status"] == "degraded"
    assert found["reason"].startswith("PostgreSQL at 127.0.0.1:")
    assert " is down: " in found["reason"]
