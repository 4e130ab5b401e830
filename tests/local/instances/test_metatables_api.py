"""An instance that serves the vendor's metatables API, as real processes."""

import http.client
import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from msm_local.database.metatables import check_given
from msm_local.engines.metatables.vendor_process import __name__ as vendor_module
from msm_local.errors import (
    AdministratorNeededError,
    ApiMismatchError,
    ApiMissingError,
    DatabaseSetupError,
    RoleMissingError,
)
from msm_local.instances import apis
from tests.local.shell import Shell, family_of, gone
from tests.support.generation import only_metatables
from tests.support.waiting import soon

STEPS = (
    "starting PostgreSQL",
    "preparing the login and the database",
    "importing the metatables API",
    "running the migrations of its catalog",
    "starting the metatables API",
    "in total",
)


def own_files(folder: Path) -> list[Path]:
    return [folder / "keys" / name for name in ("certificate.pem", "signing.pem", "authority.pem")]


def vendor_of(pid: int) -> psutil.Process:
    [process] = [each for each in family_of(pid) if each.cmdline()[-1:] == [vendor_module]]
    return process


def answer_of(port: int, path: str, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(
            "GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@pytest.fixture(scope="module")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    folder = tmp_path_factory.mktemp("vendor") / "project"
    (folder / "migrations" / "versions").mkdir(parents=True)
    (folder / "migrations" / "__init__.py").touch()
    (folder / "pyproject.toml").touch()
    made = Shell(folder)
    yield made
    made("destroy", "--force")


@only_metatables
@pytest.mark.slow
def test_start_reports_every_step_with_its_time(vendor: Shell) -> None:
    result = vendor("start", "--api", "metatables", "--json")
    assert json.loads(result.stdout)["api"] == "metatables"
    for step in STEPS:
        assert re.search(rf"^msm-local: +\d+\.\d s  {step}$", result.stderr, re.MULTILINE), step
    log = (vendor.state / "server.log").read_text()
    assert "Traceback" not in log
    assert " ERROR " not in log


@only_metatables
@pytest.mark.slow
def test_its_keys_belong_to_their_owner(vendor: Shell) -> None:
    vendor("start", "--api", "metatables")
    keys = own_files(vendor.state / "metatables")
    before = [key.read_bytes() for key in keys]
    assert {key.stat().st_mode & 0o777 for key in keys} == {0o600}
    vendor("stop")
    vendor("start")
    assert [key.read_bytes() for key in keys] == before


@only_metatables
@pytest.mark.slow
def test_only_the_ingress_says_who_calls(vendor: Shell) -> None:
    status = vendor.start()
    variables = json.loads(vendor("env", "--json").stdout)
    assert variables["METATABLES_API_URL"] == status["endpoint"]
    token = variables["METATABLES_LOCAL_TOKEN"]
    path = "/runtime-context/"
    assert answer_of(status["port"], path, X_MetaTables_Local_Token=token)[0] == 200
    assert answer_of(status["port"], path, Authorization=f"Bearer {token}")[0] == 200
    assert answer_of(status["port"], path)[0] == 401
    assert answer_of(status["port"], path, Authorization="Bearer wrong")[0] == 401
    [behind] = [each.laddr[1] for each in vendor_of(status["pid"]).net_connections("tcp")
                if each.status == psutil.CONN_LISTEN]  # fmt: skip
    assert answer_of(behind, path, Authorization=f"Bearer {token}")[0] == 401
    forged = {"X_User_Uid": "00000000-0000-0000-0000-000000000000"}
    assert answer_of(behind, path, **forged)[0] == 401


@only_metatables
@pytest.mark.slow
def test_psql_logs_in_as_the_owner(vendor: Shell) -> None:
    vendor.start()
    assert vendor("psql", "-Atc", "SELECT current_user").stdout == "mt_owner\n"
    whoami = vendor("psql", "--role", "platform", "-Atc", "SELECT current_user")
    assert whoami.stdout == "metatables\n"
    assert "--role owner" in vendor.refused(RoleMissingError, "psql", "--role", "runtime")


@only_metatables
@pytest.mark.slow
def test_a_dead_api_is_reported_with_its_log(vendor: Shell) -> None:
    status = vendor.start()
    vendor_of(status["pid"]).kill()
    degraded = vendor.status(code=4)
    assert degraded["status"] == "degraded"
    log = str(vendor.state / "server.log")
    assert degraded["reason"] == (
        f"the process of the metatables API ended with code {-signal.SIGKILL}; see {log}"
    )
    vendor("doctor", code=1)
    vendor("stop")


@only_metatables
@pytest.mark.slow
def test_exec_ends_a_command_whose_api_died(vendor: Shell) -> None:
    pid = vendor.start()["pid"]
    with vendor.popen("exec", "--", "sh", "-c", "touch began; exec sleep 300") as running:
        assert soon((vendor.folder / "began").exists)
        vendor_of(pid).kill()
        _stdout, printed = running.communicate(timeout=60)
    assert running.returncode == 128 + signal.SIGTERM
    assert printed == (
        f"msm-local: The metatables API of the platform died (its log is "
        f"{vendor.state / 'server.log'}), and so the command is ended; run "
        "`msm-local --name test stop`, then `msm-local --name test start`.\n"
    )
    vendor("stop")


@only_metatables
@pytest.mark.slow
def test_it_starts_without_a_network(vendor: Shell) -> None:
    """Behind a proxy that refuses everything; as root, with nothing but a loopback interface."""
    vendor("stop")
    log = vendor.state / "server.log"
    before = len(log.read_text()) if log.exists() else 0
    nowhere = "http://127.0.0.1:9"
    proxies = {f"{kind}_proxy": nowhere for kind in ("http", "https", "all")}
    proxies |= {name.upper(): url for name, url in proxies.items()}
    command = vendor.command("start", "--api", "metatables")
    if os.geteuid() == 0:
        loopback = ["sh", "-c", 'ip link set lo up && exec "$@"', "-"]
        command = ["unshare", "--net", *loopback, *command]
    finished = subprocess.run(
        command,
        cwd=vendor.folder,
        env=vendor.environment | proxies,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    vendor("stop")
    assert finished.returncode == 0, finished.stderr
    written = log.read_text()[before:]
    assert "serving http://127.0.0.1" in written
    assert "Traceback" not in written
    assert " ERROR " not in written


@only_metatables
@pytest.mark.slow
def test_its_stop_leaves_no_process(vendor: Shell) -> None:
    family = family_of(vendor.start()["pid"])
    assert any(each.cmdline()[-1:] == [vendor_module] for each in family)
    vendor("stop")
    assert gone(family)


@only_metatables
@pytest.mark.slow
def test_a_killed_server_takes_its_api_along(vendor: Shell) -> None:
    pid = vendor.start()["pid"]
    family = family_of(pid)
    os.kill(pid, signal.SIGKILL)
    assert gone(family)


@only_metatables
@pytest.mark.slow
def test_its_reset_replaces_the_database(vendor: Shell) -> None:
    vendor.start()
    vendor.write_row()
    vendor("reset", "--to", "base")
    status = vendor.status()
    assert status["status"] == "healthy"
    assert status["contents"]["active"] == 0
    assert vendor("psql", "-Atc", "SELECT to_regclass('public.kept')").stdout == "\n"


@only_metatables
@pytest.mark.slow
def test_doctor_passes_with_the_metatables_api(vendor: Shell) -> None:
    vendor.start()
    findings = {each["subject"]: each for each in json.loads(vendor("doctor", "--json").stdout)}
    assert findings["api"]["found"].startswith("mainsequence-metatable ")
    assert findings["catalog"]["found"] == "every active table exists"


def test_another_api_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    shell = Shell(tmp_path)
    shell("destroy")
    shell.state.mkdir(parents=True, mode=0o700)
    marker = {"name": shell.name, "root": str(tmp_path)}
    (shell.state / "instance.json").write_text(json.dumps(marker))
    # An instance that a version without a choice has started.
    (shell.state / "ports.json").write_text('{"http": 20001, "postgres": 20002}')
    sentence = shell.refused(ApiMismatchError, "start", "--api", "metatables")
    assert "--name test-metatables start --api metatables" in sentence
    assert "destroy --force" in sentence


def test_a_missing_api_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apis, "NEEDED", ("metatables_missing_here",))
    with pytest.raises(ApiMissingError, match=r'lacks metatables_missing_here.*"msm-local\[meta'):
        apis.vendor_version()


def test_another_login_needs_an_administrator() -> None:
    with pytest.raises(AdministratorNeededError) as caught:
        check_given("postgresql://me:secret@127.0.0.1:1/markets")
    assert caught.value.script.splitlines() == [
        "CREATE ROLE metatables LOGIN CREATEROLE PASSWORD '...';",
        'ALTER DATABASE "markets" OWNER TO metatables;',
    ]


@pytest.mark.parametrize("query", ["application_name=x", "sslmode=verify-full"])
def test_a_parameter_of_the_url_is_refused(query: str) -> None:
    with pytest.raises(DatabaseSetupError, match="write no other parameter"):
        check_given(f"postgresql://metatables:secret@127.0.0.1:1/markets?{query}")
