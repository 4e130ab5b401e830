"""The command line, by real processes."""

import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import httpx
import psutil
import psycopg
import pytest
from click.testing import CliRunner

from msm_local import errors
from msm_local.cli import main
from msm_local.client import psql
from msm_local.client.environment import render
from msm_local.errors import NotRunningError, StartFailedError, UnhealthyError
from msm_local.system.ports import free_port
from tests.local.shell import DOCUMENTED, NAME, Shell, family_of, gone, hold, lives
from tests.support.generation import GENERATION
from tests.support.waiting import soon

# What would send a process of either SDK to another platform.
REMOVED = (
    "MAINSEQUENCE_REFRESH_TOKEN",
    "MAIN_SEQUENCE_REFRESH_TOKEN",
    "MAINSEQUENCE_RUNTIME_CREDENTIAL_ID",
    "MAINSEQUENCE_RUNTIME_CREDENTIAL_SECRET",
    "MAINSEQUENCE_RUNTIME_IDENTITY_TOKEN_FILE",
    "JOB_RUN_UID",
)
SDK_CALLS = Path(__file__).with_name("sdk_calls.py")


def test_a_platform_from_start_to_stop(shell: Shell) -> None:
    stopped = shell.status(code=3)
    assert (stopped["status"], stopped["generations"]) == ("stopped", None)
    assert "`msm-local --name test start`" in shell.refused(NotRunningError, "env")
    first = json.loads(shell("start", "--json").stdout)
    assert first["status"] == "healthy"
    # A second start changes nothing.
    assert json.loads(shell("start", "--json").stdout) == first
    text = shell("status").stdout
    for expected in (first["endpoint"], first["data_folder"], first["log_path"], "stop"):
        assert expected in text
    empty = {"versions": [], "active": 0, "reserved": 0, "problem": "", "split": []}
    assert first["contents"] == empty
    assert first["generations"] == {"mainsequence8": None, "metatables": None}
    assert first["persistence"] == "data_folder"
    assert shell("env", "--check").stdout == (
        f"{first['endpoint']} accepts this token; its PostgreSQL is {first['postgresql']}\n"
    )
    proved = {"endpoint": first["endpoint"], "postgresql": first["postgresql"]}
    assert json.loads(shell("env", "--check", "--json").stdout) == proved
    environment = json.loads(shell("env", "--format", "json").stdout)
    assert environment["MAINSEQUENCE_ENDPOINT"] == first["endpoint"]
    assert environment["METATABLES_API_URL"] == f"{first['endpoint']}/metatables"
    assert environment["METATABLES_LOCAL_TOKEN"] == environment["MAINSEQUENCE_ACCESS_TOKEN"]
    family = family_of(first["pid"])
    assert len(family) > 2
    shell("stop")
    assert gone(family)
    assert shell.status(code=3)["status"] == "stopped"
    assert shell("stop").stdout == f"{NAME}: was not running\n"
    # Port, token and data stay.
    again = json.loads(shell("start", "--json").stdout)
    assert (again["port"], again["data_folder"]) == (first["port"], first["data_folder"])
    assert json.loads(shell("env", "--json").stdout) == environment


def test_the_files_of_an_instance_are_private(shell: Shell) -> None:
    """Closed to other users, and ignored by Git."""
    folder = Path(shell.start()["folder"])
    assert folder.stat().st_mode & 0o777 == 0o700
    for secret in ("state.json", "secrets.json", "cluster.json"):
        assert (folder / secret).stat().st_mode & 0o777 == 0o600
    assert (folder.parent / ".gitignore").read_text() == "*\n"


def test_no_secret_reaches_logs_or_process_lists(shell: Shell) -> None:
    state = shell.start()
    folder = Path(state["folder"])
    environment = json.loads(shell("env", "--format", "json").stdout)
    secrets = [
        json.loads((folder / file).read_text()).values()
        for file in ("secrets.json", "cluster.json")
    ]
    seen = json.dumps(state) + shell("status").stdout
    seen += "".join(log.read_text() for log in folder.glob("*.log"))
    family = family_of(state["pid"])
    seen += "".join(" ".join(process.cmdline()) for process in family if lives(process))
    with shell.popen("psql", "--role", "platform", "-c", "SELECT pg_sleep(100)") as asking:
        # The process becomes psql, and has its name a moment before its arguments.
        process = psutil.Process(asking.pid)
        assert soon(lambda: "psql" in process.name() and process.cmdline() != [])
        seen += " ".join(process.cmdline())
        asking.kill()
    assert "pg_sleep" in seen
    assert environment["MAINSEQUENCE_ACCESS_TOKEN"] in secrets[0]
    assert not [secret for group in secrets for secret in group if secret in seen]


def test_exec_lets_a_downgrade_lose_rows(shell: Shell) -> None:
    assert shell("exec", "--", "printenv", "MSM_ALLOW_DATA_LOSS").stdout == "1\n"
    shell.environment["MSM_ALLOW_DATA_LOSS"] = "0"
    assert shell("exec", "--", "printenv", "MSM_ALLOW_DATA_LOSS").stdout == "0\n"


@pytest.mark.slow
def test_exec_starts_the_platform_for_the_sdk(shell: Shell, project: Path) -> None:
    shell.environment |= dict.fromkeys(REMOVED, "x")
    result = shell("exec", "--", sys.executable, str(SDK_CALLS))
    endpoint = shell.status()["endpoint"]
    assert result.stderr.splitlines() == [
        f"msm-local: Started the platform '{NAME}' at {endpoint}; it keeps running.",
        (
            "msm-local: The SDK needs a Git context, and this folder has no repository that Git "
            "trusts; it gets a stand-in."
        ),
    ]
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
    generations = shell.status()["generations"]
    last = datetime.fromisoformat(generations.pop(GENERATION))
    assert abs(datetime.now(UTC) - last) < timedelta(minutes=2)
    assert list(generations.values()) == [None]

    dumped = shell("exec", "--", sys.executable, "-c", "import os; print(dict(os.environ))")
    assert dumped.stderr == ""
    assert [name for name in REMOVED if name in dumped.stdout] == []
    shell("exec", "--", "sh", "-c", "exit 7", code=7)
    shell("exec", "--", "no-such-command", code=127)
    shell("exec", "--", "sh", "-c", "kill -TERM $$", code=128 + signal.SIGTERM)


@pytest.mark.slow
def test_status_names_the_generations_that_used_it(shell: Shell) -> None:
    """The golden test of this line; the most recent generation comes first."""
    endpoint = shell.start()["endpoint"]
    token = json.loads(shell("env", "--json").stdout)["METATABLES_LOCAL_TOKEN"]
    shell("reset", "--to", "base", "--provider", make_provider(shell.folder))
    assert used_by(shell) == "- (no SDK yet)"
    seen = r"last at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"
    old = httpx.get(f"{endpoint}/api/v1/meta-tables/", headers={"Authorization": f"Bearer {token}"})
    assert old.status_code == 200
    assert re.fullmatch(f"SDK 8, {seen}", used_by(shell))
    new = httpx.get(
        f"{endpoint}/metatables/meta-tables/", headers={"X-MetaTables-Local-Token": token}
    )
    assert new.status_code == 200
    assert re.fullmatch(f"metatables, {seen}; SDK 8, {seen}", used_by(shell))


def make_provider(folder: Path) -> str:
    """A provider without revisions: to its base, a database is reset without any SDK."""
    (folder / "example" / "versions").mkdir(parents=True, exist_ok=True)
    return "example:migration"


def used_by(shell: Shell) -> str:
    """What status says of the generations of the SDK."""
    [line] = [row for row in shell("status").stdout.splitlines() if row.startswith("used by ")]
    return line.removeprefix("used by ").strip()


def test_a_copied_checkout_does_not_touch_the_original(shell: Shell, tmp_path: Path) -> None:
    shell("start")
    copy = Shell(tmp_path / "copy")
    shutil.copytree(shell.folder / ".msm-local" / NAME, copy.folder / ".msm-local" / NAME)
    (copy.folder / "pyproject.toml").touch()
    assert copy.status(code=3)["status"] == "stopped"
    assert copy("stop").stdout == f"{NAME}: was not running\n"
    assert shell.status()["status"] == "healthy"


@pytest.mark.slow
def test_a_hung_server_is_degraded(shell: Shell) -> None:
    state = json.loads(shell("start", "--json").stdout)
    hold(state["pid"])
    try:
        assert shell.status(code=4)["status"] == "degraded"
    finally:
        os.kill(state["pid"], signal.SIGCONT)


def test_two_starts_at_once_end_with_one_platform(shell: Shell) -> None:
    running = [shell.popen("start", "--json") for _ in range(2)]
    answers = [json.loads(process.communicate(timeout=90)[0]) for process in running]
    assert [process.returncode for process in running] == [0, 0]
    assert answers[0] == answers[1]
    health = httpx.get(f"{answers[0]['endpoint']}/api/v1/health/")
    assert health.status_code == 401


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands PostgreSQL to another user")
def test_root_keeps_data_outside_a_private_checkout() -> None:
    """And a state folder that was deleted by hand starts with no data."""
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
        shell.write_row()
        shell("stop")

        (shell.state / "cluster.json").unlink()
        assert str(shell.state / "cluster.json") in shell.refused(StartFailedError, "start")
        shutil.rmtree(shell.folder / ".msm-local")
        shell.start()
        with pytest.raises(psycopg.errors.UndefinedTable):
            shell.count_rows()
        shell("destroy", "--force")
        assert not data.exists()
    finally:
        shutil.rmtree(home)


@pytest.mark.parametrize("verb", [None, *main.commands])
def test_every_help_fits_on_one_screen(verb: str | None) -> None:
    result = CliRunner().invoke(main, [verb, "--help"] if verb else ["--help"])
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    if verb is None:
        assert set(main.commands) == {line.split()[0] for line in lines[-len(main.commands) :]}
        assert list(main.commands) == [line.split()[0] for line in lines[-len(main.commands) :]]


def test_the_page_lists_the_code_of_every_error() -> None:
    families = (errors.MsmLocalError, errors.InstanceError, errors.RequestError)
    documented = {
        code: int(exit_code)
        for code, exit_code in re.findall(r"\n\| `([a-z-]+)` \|.*\| (\d) \|", DOCUMENTED)
    }
    assert documented == {
        error.code(): error.exit_code
        for error in descendants(errors.MsmLocalError)
        if error not in families and not issubclass(error, errors.RequestError)
    }


def descendants(error: type[errors.MsmLocalError]) -> list[type[errors.MsmLocalError]]:
    return [error, *(below for child in error.__subclasses__() for below in descendants(child))]


def test_an_option_can_be_set_by_a_variable(shell: Shell) -> None:
    shell.environment |= {"MSM_LOCAL_JSON": "1", "MSM_LOCAL_NAME": "overruled"}
    assert json.loads(shell("status", code=3).stdout)["instance"] == NAME
    port = str(free_port())
    shell.environment |= {"MSM_LOCAL_PORT": port, "MSM_LOCAL_LOGS_LINES": "1"}
    printed = shell("exec", "--", "printenv", "MAINSEQUENCE_ENDPOINT").stdout
    assert printed == f"http://127.0.0.1:{port}\n"
    assert len(shell("logs").stdout.splitlines()) == 1


@pytest.mark.parametrize("verb", list(main.commands))
def test_the_variable_of_an_option_follows_its_flag(verb: str) -> None:
    for option in main.commands[verb].params:
        if isinstance(option, click.Option):
            variable = option.envvar or f"MSM_LOCAL_{verb}_{option.name}".upper()
            [flag] = [flag for flag in option.opts if flag.startswith("--")]
            word = flag.removeprefix("--").replace("-", "_")
            assert (
                variable == f"MSM_LOCAL_{verb}_{word}".upper() or f"`{variable}`" in DOCUMENTED
            ), option


ODD_LIBPQ = {
    "PGSSLMODE": "require",
    "PGCHANNELBINDING": "require",
    "PGOPTIONS": "-c default_transaction_read_only=on",
    "PGHOSTADDR": "192.0.2.1",
    "PGTARGETSESSIONATTRS": "standby",
    "PGGSSENCMODE": "require",
    "PGDATABASE": "nowhere",
}


@pytest.mark.slow
def test_the_embedded_postgresql_ignores_libpq_variables(
    tmp_path: Path,
) -> None:
    """So does a migration that a command runs, although the variables stay in its environment."""
    (tmp_path / "pyproject.toml").touch()
    shell = Shell(tmp_path)
    shell.environment |= ODD_LIBPQ | {"PGSERVICE": "nowhere"}
    try:
        started = shell.start()
        assert started["contents"]["problem"] == ""
        assert "FAIL" not in shell("doctor").stdout
        assert shell("psql", "-At", "-c", "SELECT 1").stdout == "1\n"
        del shell.environment["PGSERVICE"]
        seen = json.loads(shell("exec", "--", sys.executable, str(SDK_CALLS)).stdout)
        assert seen["written"] == 5
        assert shell("exec", "--", "printenv", "PGSSLMODE").stdout == "require\n"
    finally:
        shell("destroy", "--force")


def test_psql_logs_in_as_the_requested_role(shell: Shell) -> None:
    shell.refused(NotRunningError, "psql")
    shell.start()
    query = "SELECT current_user, session_user, current_database()"
    for role, expected in (
        ("runtime", "msm_runtime|msm_runtime|msm"),
        ("owner", "msm_owner|msm_platform|msm"),
        ("platform", "msm_platform|msm_platform|msm"),
        ("superuser", "msm_superuser|msm_superuser|msm"),
    ):
        assert shell("psql", "--role", role, "-At", "-c", query).stdout.strip() == expected
    # The default role cannot do harm, and the exit code is that of psql.
    denied = shell("psql", "-v", "ON_ERROR_STOP=1", "-c", "CREATE TABLE x ()", code=1)
    assert "permission denied for schema public" in denied.stderr


def test_a_missing_psql_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Path:
        raise errors.BinariesMissingError("there is no wheel")

    monkeypatch.setattr(psql, "installed_binaries", missing)
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(errors.ProgramMissingError):
        psql.find_psql()


def test_logs_print_the_end_and_follow(shell: Shell) -> None:
    started = shell.start()
    assert f"serving {started['endpoint']}\n" in shell("logs").stdout
    last = Path(started["log_path"]).read_text().splitlines()[-1]
    assert shell("logs", "-n", "1").stdout == f"{last}\n"
    assert "ready to accept connections" in shell("logs", "--postgresql").stdout
    with shell.popen("logs", "--follow", "--lines", "0") as following:
        assert following.stdout is not None
        # Written until it follows: what is written before that is not printed.
        with Path(started["log_path"]).open("a", buffering=1) as log:
            while not select.select([following.stdout], [], [], 0.1)[0]:
                log.write("a new line\n")
        assert following.stdout.readline() == "a new line\n"
        following.send_signal(signal.SIGINT)
    assert following.returncode == -signal.SIGINT


def test_every_format_has_the_same_environment(tmp_path: Path) -> None:
    """Whatever stands in a value, and to a real shell."""
    variables = {
        "PLAIN": "http://127.0.0.1:1",
        "ODD": "a $HOME ${HOME} `x` \"q\" 'p' \\ #é",
        "QUOTED": "a ${B} é",
    }
    assert json.loads(render(variables, "json")) == variables
    assert render(variables, "dotenv").startswith("PLAIN=http://127.0.0.1:1\n")
    (tmp_path / ".env").write_text(render(variables, "dotenv"))
    for script in (render(variables, "sh"), f"set -a; . {tmp_path}/.env"):
        shell = ["sh", "-c", f"{script}\nprintenv PLAIN ODD QUOTED"]
        result = subprocess.run(shell, capture_output=True, text=True, check=True)
        assert result.stdout.splitlines() == list(variables.values())


def test_env_check_refuses_a_wrong_token(shell: Shell) -> None:
    shell.start()
    path = shell.state / "state.json"
    state = path.read_text()
    path.write_text(json.dumps(json.loads(state) | {"token": "another"}))
    assert json.loads(state)["endpoint"] in shell.refused(UnhealthyError, "env", "--check")
    path.write_text(state)
    shell("env", "--check")
