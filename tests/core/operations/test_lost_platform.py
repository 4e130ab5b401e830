"""The local platform goes away, or is a different one: one sentence each, within two seconds."""

import errno
import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psutil
import pytest
from psycopg import Connection
from sqlalchemy import select

import msm
from msm.errors import PlatformRefusedError, PlatformUnreachableError
from msm.models import Asset
from msm.sdk import CONTEXT
from msm_local.platform import LocalPlatform
from msm_local.system.files import remove_folder
from tests.conftest import ROOT, RUNTIME_PASSWORD
from tests.core.addresses import TOKEN, address_in
from tests.core.operations.refusing import Refused, refused
from tests.local.shell import NAME, Shell, family_of, gone
from tests.support.forked import run_forked
from tests.support.generation import GENERATION
from tests.support.urls import url_of

HOSTED = {
    "metatables": "unset METATABLES_API_URL for the hosted one",
    "mainsequence8": "set MAINSEQUENCE_ENDPOINT to the hosted one",
}[GENERATION]


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """The command line in a separate project."""
    (tmp_path / "pyproject.toml").touch()
    made = Shell(tmp_path)
    yield made
    made("stop")


def start(shell: Shell, *options: str) -> dict[str, str]:
    """Start a server process; returns the environment that the SDK finds it by."""
    shell("start", *options)
    environment: dict[str, str] = json.loads(shell("env", "--json").stdout)
    return environment


@pytest.fixture
def server(shell: Shell, head_database: Connection) -> Iterator[dict[str, str]]:
    """The environment of a server process whose database is at head, and empty."""
    shell.state.mkdir(parents=True, mode=0o700)
    # All databases of a test run share the runtime role, and therefore its password.
    secrets = {"token": "of this server alone", "runtime": RUNTIME_PASSWORD}
    (shell.state / "secrets.json").write_text(json.dumps(secrets))
    yield start(shell, "--database-url", url_of(head_database).render_as_string(False))
    # Before the database is dropped, which its sessions would prevent.
    shell("stop")


def error_of(
    function: Callable[..., Refused], *arguments: object, environment: Mapping[str, str]
) -> Refused:
    """The error that a forked function returns: one sentence, without a traceback of the SDK."""
    finished = run_forked(function, *arguments, environment=environment, folder=ROOT)
    assert finished.exit_code == 0, finished.stderr
    assert "Traceback" not in finished.stderr
    error: Refused = finished.value
    assert "\n" not in error.message
    return error


def refused_soon(function: Callable[..., object], *arguments: object) -> Refused:
    started = time.perf_counter()
    error = refused(function, *arguments)
    assert time.perf_counter() - started < 2
    return error


def attach() -> Refused:
    return refused_soon(msm.start_engine, [Asset])


def attach_then_lose(pid: int) -> Refused:
    runtime = msm.start_engine([Asset])
    assert runtime.execute(select(Asset.uid)).all() == []
    os.kill(pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(pid)], timeout=0.5)
    return refused_soon(runtime.execute, select(Asset.uid))


def test_a_killed_platform_says_how_to_start_one(shell: Shell, server: dict[str, str]) -> None:
    error = error_of(attach_then_lose, shell.status()["pid"], environment=server)
    endpoint = address_in(server)
    cause = ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))
    assert error.kind is PlatformUnreachableError
    assert error.facts == {"endpoint": endpoint}
    assert error.message == (
        f"No platform answers at {endpoint} ({cause}); start the local one and run this under it "
        f"with `msm-local exec -- COMMAND`, or {HOSTED}."
    )


def kill_and_attach(pid: int) -> Refused:
    os.kill(pid, signal.SIGKILL)
    assert attach().kind is PlatformRefusedError
    time.sleep(0.2)
    return attach()


def test_a_killed_postgresql_says_what_was_refused(shell: Shell) -> None:
    environment = start(shell)
    state = shell.status()
    family = family_of(state["pid"])
    # Also in the moment before the platform ends: there the SDK would try again for minutes.
    error = error_of(kill_and_attach, family[1].pid, environment=environment)
    endpoint = address_in(environment)
    assert error.kind is PlatformRefusedError
    assert error.facts["status_code"] == 424
    assert error.message == (
        f"The platform at {endpoint} refused {CONTEXT} (424): {error.facts['detail']}"
    )
    assert gone(family)
    error = error_of(attach, environment=environment)
    assert error.kind is PlatformUnreachableError
    assert error.facts == {"endpoint": endpoint}
    remove_folder(Path(state["data_folder"]))


def test_a_wrong_token_says_where_to_get_one(
    shell: Shell, server: dict[str, str], platform: LocalPlatform
) -> None:
    mixed = {**server, TOKEN: platform.token}
    error = error_of(attach, environment=mixed)
    endpoint, detail = address_in(server), error.facts["detail"]
    assert error.kind is PlatformRefusedError
    assert error.facts["status_code"] == 401
    # The platform names itself: the token is that of another one.
    assert repr(NAME) in detail
    assert str(shell.folder) in detail
    assert error.message == (
        f"The platform at {endpoint} does not accept the token in {TOKEN} (401: {detail[:-1]}); "
        "run this under `msm-local exec -- COMMAND` of this checkout, or log in to the hosted "
        "platform with `mainsequence login`."
    )
