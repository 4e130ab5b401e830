"""./dev, by real shells: a copy of it in a folder of its own, with a uv that only pretends."""

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.wheels import PYTHON

DEV = Path(__file__).parents[2] / "dev"
TOOLS = ("sh", "cat", "dirname", "grep", "head", "id", "rm", "sed")
# Notes how it was called; `sync` works as FAKE_SYNC says: always, offline or never.
UV = """#!/bin/sh
[ "$1" = --version ] && { echo "uv ${FAKE_VERSION:-0.9.1}"; exit; }
echo "$UV_PYTHON: $*" >>"$FAKE_LOG"
[ "$1" = sync ] || exit 2
case "$FAKE_SYNC $*" in always*|offline*--offline*) exit 0 ;; esac
echo "uv says: no route to host" >&2
exit 2
"""
# What ./dev asks a Python: its version, and which program stands behind it.
FAKE_PYTHON = """#!/bin/sh
case "$2" in *_base_executable*) echo "$0" ;; *) echo {version} ;; esac
"""
MAINSEQUENCE = '#!/bin/sh\necho "reached the SDK"\nexit 7\n'


class Checkout:
    """A folder with ./dev, an environment, and a PATH that holds nothing by chance."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "it's a checkout é"
        self.bin = folder / "bin"
        self.log = folder / "uv.log"
        self.environment = {
            "PATH": str(self.bin),
            "HOME": str(folder / "home"),
            "FAKE_LOG": str(self.log),
            "FAKE_SYNC": "always",
        }
        self.bin.mkdir()
        for name in TOOLS:
            program = shutil.which(name)
            assert program is not None
            (self.bin / name).symlink_to(program)
        write_program(self.bin / "uv", UV)
        (self.folder / ".venv" / "bin").mkdir(parents=True)
        shutil.copy(DEV, self.folder / "dev")
        self.made_for(self.folder)
        (self.folder / ".venv" / "bin" / "python").symlink_to(PYTHON)
        write_program(self.folder / ".venv" / "bin" / "mainsequence", MAINSEQUENCE)

    def made_for(self, folder: Path) -> None:
        """Say in the environment which folder it was made for, as uv does."""
        activate = self.folder / ".venv" / "bin" / "activate"
        activate.write_text(f"VIRTUAL_ENV={shlex.quote(f'{folder}/.venv')}\n", encoding="utf-8")

    def without_environment(self) -> None:
        shutil.rmtree(self.folder / ".venv")

    def dev(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "./dev", *arguments],
            cwd=self.folder,
            env=self.environment | variables,
            capture_output=True,
            text=True,
            check=False,
        )


def write_program(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that nobody listens at, and nobody else is given."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield int(taken.getsockname()[1])


def within_two_seconds(
    checkout: Checkout, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """How the task ended, which took no longer."""
    started = time.monotonic()
    told = checkout.dev(*arguments, **variables)
    assert time.monotonic() - started < 2
    return told


def sentence_of(result: subprocess.CompletedProcess[str]) -> str:
    """The one line that a refusal prints."""
    assert result.returncode == 1
    assert result.stdout == ""
    [line] = result.stderr.splitlines()
    return line


def test_the_help_lists_every_task(checkout: Checkout) -> None:
    tasks = set(re.findall(r"^(\w+)\)$", DEV.read_text(encoding="utf-8"), re.MULTILINE))
    assert tasks == {"sync", "demo", "test", "check", "format", "docs", "build", "run"}
    for arguments in ((), ("help",), ("--help",)):
        told = checkout.dev(*arguments)
        assert told.returncode == 0
        assert tasks | {"lock"} <= set(re.findall(r"^  (\w+) ", told.stdout, re.MULTILINE))


def test_an_unknown_task_is_named_below_the_help(checkout: Checkout) -> None:
    told = checkout.dev("deploy")
    assert told.returncode == 1
    assert told.stderr.startswith("usage: ./dev TASK")
    assert told.stderr.endswith("./dev: there is no task 'deploy'.\n")


def test_run_wants_a_command_that_exists(checkout: Checkout) -> None:
    assert "there is no command to run" in sentence_of(checkout.dev("run"))
    assert not checkout.log.exists()
    assert "there is no command 'msm-locl'" in sentence_of(checkout.dev("run", "msm-locl", "stop"))


@pytest.mark.parametrize("form", ["http://127.0.0.1:{}", "https://127.0.0.1:{}/"])
def test_the_sdk_is_not_started_where_nothing_listens(
    checkout: Checkout, closed_port: int, form: str
) -> None:
    endpoint = form.format(closed_port)
    told = sentence_of(
        within_two_seconds(
            checkout, "run", "mainsequence", "migrations", MAINSEQUENCE_ENDPOINT=endpoint
        )
    )
    assert endpoint in told
    assert "Connection refused" in told
    assert "./dev run msm-local exec -- mainsequence migrations'" in told


def test_a_platform_that_does_not_answer_is_given_up_within_two_seconds(
    checkout: Checkout, silent_port: int
) -> None:
    endpoint = f"http://127.0.0.1:{silent_port}"
    told = within_two_seconds(
        checkout, "run", "mainsequence", "login", MAINSEQUENCE_ENDPOINT=endpoint
    )
    assert "no answer within" in sentence_of(told) or "timed out" in told.stderr


@pytest.mark.parametrize(
    ("endpoint", "reason"),
    [
        ("http://host:port", "as 'port'"),
        # The SDK's login takes these; nothing else of it does.
        ("127.0.0.1:8000", "it is not a URL like http://127.0.0.1:8000"),
        ("host", "it is not a URL like http://127.0.0.1:8000"),
    ],
)
def test_an_endpoint_that_is_no_url_is_refused(
    checkout: Checkout, endpoint: str, reason: str
) -> None:
    told = checkout.dev("run", "mainsequence", "login", MAINSEQUENCE_ENDPOINT=endpoint)
    assert reason in sentence_of(told)


def test_the_endpoint_of_a_dotenv_file_is_probed_as_the_sdk_reads_it(
    checkout: Checkout, closed_port: int
) -> None:
    endpoint = f"http://127.0.0.1:{closed_port}"
    (checkout.folder / ".env").write_text(f"A=b\r\nMAINSEQUENCE_ENDPOINT={endpoint}\r\n")
    told = sentence_of(checkout.dev("run", "mainsequence", "login"))
    assert f"{endpoint} (" in told
    assert "Connection refused" in told


def test_a_platform_that_was_stopped_is_given_up_within_two_seconds(checkout: Checkout) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        endpoint = f"http://127.0.0.1:{mute.getsockname()[1]}"
        told = within_two_seconds(
            checkout, "run", "mainsequence", "login", MAINSEQUENCE_ENDPOINT=endpoint
        )
    assert "no answer within" in sentence_of(told) or "timed out" in told.stderr


@pytest.mark.parametrize("case", ["answering", "help", "proxy"])
def test_the_sdk_is_started_where_a_probe_has_nothing_to_say(
    checkout: Checkout, closed_port: int, answering_port: int, case: str
) -> None:
    endpoint = f"http://127.0.0.1:{answering_port if case == 'answering' else closed_port}"
    proxy = {"http_proxy": "http://proxy.invalid"} if case == "proxy" else {}
    arguments = ("upgrade", "--help") if case == "help" else ("upgrade",)
    told = checkout.dev("run", "mainsequence", *arguments, MAINSEQUENCE_ENDPOINT=endpoint, **proxy)
    assert (told.returncode, told.stdout, told.stderr) == (7, "reached the SDK\n", "")


def test_the_platform_of_another_checkout_is_refused_where_one_of_our_own_runs(
    checkout: Checkout, answering_port: int
) -> None:
    endpoint = f"http://127.0.0.1:{answering_port}"
    arguments = ("run", "mainsequence", "upgrade")
    file = checkout.folder / ".msm-local" / "default" / "state.json"
    file.parent.mkdir(parents=True)
    own = {"pid": os.getpid(), "port": 1, "endpoint": "http://127.0.0.1:1"}
    file.write_text(json.dumps(own))
    told = checkout.dev(*arguments, MAINSEQUENCE_ENDPOINT=endpoint)
    assert sentence_of(told) == (
        f"./dev: MAINSEQUENCE_ENDPOINT is {endpoint}, but the platform of this checkout is "
        "http://127.0.0.1:1; run './dev run msm-local exec -- mainsequence upgrade' to use it, "
        "or run this in the other checkout."
    )
    # Its own one, one that ended, and a damaged file say nothing of another.
    for state in (own | {"port": answering_port}, own | {"pid": 2**22}, "damaged"):
        file.write_text(json.dumps(state))
        told = checkout.dev(*arguments, MAINSEQUENCE_ENDPOINT=endpoint)
        assert (told.returncode, told.stdout, told.stderr) == (7, "reached the SDK\n", "")


def test_a_failure_without_an_endpoint_names_the_local_platform_last(checkout: Checkout) -> None:
    told = checkout.dev("run", "mainsequence", "upgrade", MAINSEQUENCE_ENDPOINT="")
    assert (told.returncode, told.stdout) == (7, "reached the SDK\n")
    assert told.stderr == (
        "./dev: MAINSEQUENCE_ENDPOINT is not set, so the command used the hosted platform; for the "
        "local one, run './dev run msm-local exec -- mainsequence upgrade'.\n"
    )


def used_python(checkout: Checkout) -> str:
    """The Python that the last call of uv was told to use."""
    return checkout.log.read_text().splitlines()[-1].partition(": ")[0]


def test_without_a_python_the_remedy_is_named(checkout: Checkout) -> None:
    checkout.without_environment()
    # Too old, too new, and a build for which half of the wheels do not exist.
    for name, version in (("python", "3.12"), ("python3", "3.15"), ("python3.14", "3.14t")):
        write_program(checkout.bin / name, FAKE_PYTHON.format(version=version))
    told = checkout.dev("demo")
    assert (told.returncode, told.stdout) == (1, "")
    asking, refused = told.stderr.splitlines()
    assert "asking uv to download one" in asking
    assert "there is no Python 3.14 or 3.13, and uv could not" in refused
    assert "pyenv install 3.14" in refused
    assert "python install" in checkout.log.read_text()
    assert "sync" not in checkout.log.read_text()


@pytest.mark.parametrize("place", ["PATH", "PYENV_ROOT", "HOME", "UV_PYTHON"])
def test_a_python_is_found_wherever_it_lies(checkout: Checkout, place: str, tmp_path: Path) -> None:
    checkout.without_environment()
    variables = {}
    if place == "PATH":
        (checkout.bin / PYTHON.name).symlink_to(PYTHON)
    elif place == "UV_PYTHON":
        variables = {place: str(PYTHON)}
    else:
        root = tmp_path / ("home" if place == "HOME" else "a pyenv")
        versions = root / ".pyenv" / "versions" if place == "HOME" else root / "versions"
        version = f"{PYTHON.name.removeprefix('python')}.9"
        (versions / version / "bin").mkdir(parents=True)
        (versions / version / "bin" / PYTHON.name).symlink_to(PYTHON)
        variables = {place: str(root)}
    assert checkout.dev("sync", **variables).returncode == 0
    [*_, synced] = checkout.log.read_text().splitlines()
    assert PYTHON.name in used_python(checkout)
    assert synced.partition(": ")[2].startswith("sync --project")


def test_the_newest_supported_python_is_taken(checkout: Checkout, tmp_path: Path) -> None:
    checkout.without_environment()
    newest = tmp_path / "home" / ".pyenv" / "versions" / "3.14.1" / "bin" / "python3.14"
    newest.parent.mkdir(parents=True)
    # The older one is on PATH, where a search by place would stop.
    for path, version in ((checkout.bin / "python3.13", "3.13"), (newest, "3.14")):
        write_program(path, FAKE_PYTHON.format(version=version))
    assert checkout.dev("sync").returncode == 0
    assert used_python(checkout) == str(newest)
    assert checkout.dev("sync", UV_PYTHON="3.13").returncode == 0
    assert used_python(checkout) == str(checkout.bin / "python3.13")


def test_the_environment_keeps_its_python(checkout: Checkout) -> None:
    write_program(checkout.bin / "python3.14", FAKE_PYTHON.format(version="3.14"))
    own = checkout.folder / ".venv" / "bin" / "python"
    own.unlink()
    write_program(own, FAKE_PYTHON.format(version="3.13"))
    assert checkout.dev("sync").returncode == 0
    assert used_python(checkout) == str(own)
    assert checkout.dev("sync", UV_PYTHON="3.14").returncode == 0
    assert used_python(checkout) == str(checkout.bin / "python3.14")


def test_an_old_uv_gives_way_to_one_of_the_checkouts_own(checkout: Checkout) -> None:
    own = checkout.folder / ".tools" / "bin" / "uv"
    own.parent.mkdir(parents=True)
    write_program(own, '#!/bin/sh\n[ "$1" = --version ] && echo "uv 0.9.1" || echo "own uv: $*"\n')
    assert checkout.dev("sync", FAKE_VERSION="0.6.17").returncode == 0
    assert checkout.dev("run", "uv", "tree", FAKE_VERSION="0.6.17").stdout == "own uv: tree\n"
    assert not checkout.log.exists()
    assert checkout.dev("sync", FAKE_VERSION="1.0.0").returncode == 0
    assert "sync" in checkout.log.read_text()


def test_the_environment_of_another_folder_is_made_anew(checkout: Checkout) -> None:
    assert "was not created for this folder" not in checkout.dev("sync").stderr
    checkout.made_for(checkout.folder.parent / "original")
    assert "was not created for this folder; creating it again" in checkout.dev("sync").stderr
    assert not (checkout.folder / ".venv").exists()


def test_without_a_network_the_cache_of_uv_serves(checkout: Checkout) -> None:
    told = checkout.dev("sync", FAKE_SYNC="offline")
    assert told.returncode == 0
    assert "there is no network; the environment .venv was updated from uv's cache" in told.stderr
    assert "no route" not in told.stderr
    refused = checkout.dev("sync", FAKE_SYNC="never")
    assert refused.returncode == 1
    cause, sentence = refused.stderr.splitlines()
    assert cause == "uv says: no route to host"
    assert "otherwise check the network" in sentence


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere; see tests/checkouts.py")
def test_a_checkout_that_cannot_be_written_is_named(checkout: Checkout) -> None:
    checkout.folder.chmod(0o500)
    told = checkout.dev("sync", FAKE_SYNC="never")
    checkout.folder.chmod(0o700)
    assert f"cannot write to {checkout.folder}" in told.stderr
