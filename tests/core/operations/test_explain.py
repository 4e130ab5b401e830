"""The local platform goes away, or is another one: one sentence each, and soon."""

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
from msm.errors import PlatformError, PlatformRefusedError, PlatformUnreachableError
from msm.models import Asset
from msm_local.platform import LocalPlatform
from msm_local.system.files import remove_folder
from tests.conftest import ROOT, RUNTIME_PASSWORD
from tests.local.shell import NAME, Shell, family_of, gone
from tests.support.alembic import url_of
from tests.support.forked import run_forked


def nothing_at(endpoint: str) -> str:
    refused = ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))
    return (
        f"No platform answers at {endpoint} ({refused}); start the local one and run this under "
        "it with `msm-local exec -- COMMAND`, or set MAINSEQUENCE_ENDPOINT to the hosted one."
    )


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """The command line in a project of its own."""
    (tmp_path / "pyproject.toml").touch()
    made = Shell(tmp_path)
    yield made
    made("stop")


def start(shell: Shell, *options: str) -> dict[str, str]:
    """Start a server process; what the SDK needs to find it."""
    shell("start", *options)
    environment: dict[str, str] = json.loads(shell("env", "--json").stdout)
    return environment


@pytest.fixture
def server(shell: Shell, head_database: Connection) -> Iterator[dict[str, str]]:
    """The environment of a server process whose database is at head, and empty."""
    shell.state.mkdir(parents=True, mode=0o700)
    # All databases of a test run share the runtime role, and so its password.
    secrets = {"token": "of this server alone", "runtime": RUNTIME_PASSWORD}
    (shell.state / "secrets.json").write_text(json.dumps(secrets))
    yield start(shell, "--database-url", url_of(head_database).render_as_string(False))
    # Before the database goes away, which its sessions would keep.
    shell("stop")


def told_by(
    function: Callable[..., str], *arguments: object, environment: Mapping[str, str]
) -> str:
    """The sentence that a forked function returns, which the SDK adds nothing to."""
    finished = run_forked(function, *arguments, environment=environment, folder=ROOT)
    assert finished.exit_code == 0, finished.stderr
    assert "Traceback" not in finished.stderr
    assert "\n" not in finished.value
    return str(finished.value)


def attach_then_lose(pid: int) -> str:
    runtime = msm.start_engine([Asset])
    assert runtime.execute(select(Asset.uid)).rows == []
    os.kill(pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(pid)], timeout=0.5)
    started = time.perf_counter()
    with pytest.raises(PlatformUnreachableError) as caught:
        runtime.execute(select(Asset.uid))
    assert time.perf_counter() - started < 2
    return str(caught.value)


def test_a_platform_killed_under_the_sdk_is_one_sentence_within_two_seconds(
    shell: Shell, server: dict[str, str]
) -> None:
    told = told_by(attach_then_lose, shell.status()["pid"], environment=server)
    assert told == nothing_at(server["MAINSEQUENCE_ENDPOINT"])


def attach_in_vain(expected: type[PlatformError]) -> str:
    started = time.perf_counter()
    with pytest.raises(expected) as caught:
        msm.start_engine([Asset])
    assert time.perf_counter() - started < 2
    return str(caught.value)


def kill_and_attach(pid: int) -> str:
    os.kill(pid, signal.SIGKILL)
    attach_in_vain(PlatformRefusedError)
    time.sleep(0.2)
    return attach_in_vain(PlatformRefusedError)


def test_a_platform_whose_postgresql_was_killed_is_one_sentence(shell: Shell) -> None:
    environment = start(shell)
    state = shell.status()
    family = family_of(state["pid"])
    # In the moment before the platform ends, too: there the SDK would try again for minutes.
    told = told_by(kill_and_attach, family[1].pid, environment=environment)
    endpoint = environment["MAINSEQUENCE_ENDPOINT"]
    assert told == (
        f"The platform at {endpoint} refused the Git context of this checkout (424): The "
        "connection to PostgreSQL was lost; see `msm-local status`, and where the platform has "
        "stopped, run `msm-local start`."
    )
    assert gone(family)
    told = told_by(attach_in_vain, PlatformUnreachableError, environment=environment)
    assert told == nothing_at(endpoint)
    remove_folder(Path(state["data_folder"]))


def test_the_token_of_another_platform_is_answered_with_the_name_of_this_one(
    shell: Shell, server: dict[str, str], platform: LocalPlatform
) -> None:
    mixed = {**server, "MAINSEQUENCE_ACCESS_TOKEN": platform.token}
    told = told_by(attach_in_vain, PlatformRefusedError, environment=mixed)
    endpoint = server["MAINSEQUENCE_ENDPOINT"]
    assert told == (
        f"The platform at {endpoint} does not accept the token in MAINSEQUENCE_ACCESS_TOKEN (401: "
        f"The request has another token than that of the platform {NAME!r} of {shell.folder}; "
        "`msm-local env`, run there, prints it.); run this under `msm-local exec -- COMMAND` of "
        "this checkout, or log in to the hosted platform with `mainsequence login`."
    )
