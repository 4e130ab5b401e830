"""./dev in real shells: a copy of it in a temporary folder, with a fake uv."""

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
# Logs its calls. FAKE_SYNC says when `sync` works: always, offline (with --offline) or never.
UV = """#!/bin/sh
[ "$1" = --version ] && { echo "uv ${FAKE_VERSION:-0.9.1}"; exit; }
echo "$UV_PYTHON: $*" >>"$FAKE_LOG"
[ "$1" = sync ] || exit 2
case "$FAKE_SYNC $*" in always*|offline*--offline*) exit 0 ;; esac
echo "uv says: no route to host" >&2
exit 2
"""
# Answers the two questions of ./dev: the version, and the path of the program behind a shim.
FAKE_PYTHON = """#!/bin/sh
case "$2" in *_base_executable*) echo "$0" ;; *) echo {version} ;; esac
"""
MAINSEQUENCE = '#!/bin/sh\necho "reached the SDK"\nexit 7\n'


class Checkout:
    """A folder with ./dev, an environment, and a PATH with only the programs that a test needs."""

    def __init__(self, folder: Path) -> None:
        # A shell script that forgets quotes fails in such a folder.
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
        """Write into the environment which folder it was made for, as uv does."""
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
    """A port without a listener that no other process gets."""
    # Bound but not listening: the kernel refuses connections, and gives the port to nobody else.
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield int(taken.getsockname()[1])


def within_two_seconds(
    checkout: Checkout, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """The result of a task that must end within two seconds."""
    started = time.monotonic()
    result = checkout.dev(*arguments, **variables)
    assert time.monotonic() - started < 2
    return result


def sentence_of(result: subprocess.CompletedProcess[str]) -> str:
    """The only line that a failed task prints."""
    assert result.returncode == 1
    assert result.stdout == ""
    [line] = result.stderr.splitlines()
    return line


def test_help_lists_every_task(checkout: Checkout) -> None:
    tasks = set(re.findall(r"^(\w+)\)$", DEV.read_text(encoding="utf-8"), re.MULTILINE))
    assert tasks == {"sync", "demo", "test", "check", "format", "docs", "build", "run"}
    for arguments in ((), ("help",), ("--help",)):
        result = checkout.dev(*arguments)
        assert result.returncode == 0
        assert tasks | {"lock"} <= set(re.findall(r"^  (\w+) ", result.stdout, re.MULTILINE))


def test_an_unknown_task_prints_the_help(checkout: Checkout) -> None:
    result = checkout.dev("deploy")
    assert result.returncode == 1
    assert result.stderr.startswith("usage: ./dev TASK")
    assert result.stderr.endswith("./dev: there is no task 'deploy'.\n")


def test_run_needs_a_command_that_exists(checkout: Checkout) -> None:
    assert "there is no command to run" in sentence_of(checkout.dev("run"))
    assert not checkout.log.exists()
    assert "there is no command 'msm-locl'" in sentence_of(checkout.dev("run", "msm-locl", "stop"))


@pytest.mark.parametrize("form", ["http://127.0.0.1:{}", "https://127.0.0.1:{}/"])
def test_the_sdk_does_not_start_without_a_platform(
    checkout: Checkout, closed_port: int, form: str
) -> None:
    endpoint = form.format(closed_port)
    result = sentence_of(
        within_two_seconds(
            checkout, "run", "mainsequence", "migrations", MAINSEQUENCE_ENDPOINT=endpoint
        )
    )
    assert endpoint in result
    assert "Connection refused" in result
    assert "./dev run msm-local exec -- mainsequence migrations'" in result


def test_a_full_queue_fails_within_two_seconds(checkout: Checkout, silent_port: int) -> None:
    endpoint = f"http://127.0.0.1:{silent_port}"
    result = within_two_seconds(
        checkout, "run", "mainsequence", "login", MAINSEQUENCE_ENDPOINT=endpoint
    )
    assert "no answer within" in sentence_of(result) or "timed out" in result.stderr


@pytest.mark.parametrize(
    ("endpoint", "reason"),
    [
        ("http://host:port", "as 'port'"),
        # The SDK's login accepts these, but no other command of the SDK does.
        ("127.0.0.1:8000", "it is not a URL like http://127.0.0.1:8000"),
        ("host", "it is not a URL like http://127.0.0.1:8000"),
    ],
)
def test_an_endpoint_must_be_a_url(checkout: Checkout, endpoint: str, reason: str) -> None:
    result = checkout.dev("run", "mainsequence", "login", MAINSEQUENCE_ENDPOINT=endpoint)
    assert reason in sentence_of(result)


def test_the_endpoint_is_read_from_a_dotenv_file(checkout: Checkout, closed_port: int) -> None:
    endpoint = f"http://127.0.0.1:{closed_port}"
    (checkout.folder / ".env").write_text(f"A=b\r\nMAINSEQUENCE_ENDPOINT={endpoint}\r\n")
    result = sentence_of(checkout.dev("run", "mainsequence", "login"))
    assert f"{endpoint} (" in result
    assert "Connection refused" in result


def test_a_suspended_platform_fails_within_two_seconds(checkout: Checkout) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        endpoint = f"http://127.0.0.1:{mute.getsockname()[1]}"
        result = within_two_seconds(
            checkout, "run", "mainsequence", "login", MAINSEQUENCE_ENDPOINT=endpoint
        )
    assert "no answer within" in sentence_of(result) or "timed out" in result.stderr


@pytest.mark.parametrize("case", ["answering", "help", "proxy"])
def test_the_sdk_starts_if_the_probe_succeeds(
    checkout: Checkout, closed_port: int, answering_port: int, case: str
) -> None:
    endpoint = f"http://127.0.0.1:{answering_port if case == 'answering' else closed_port}"
    proxy = {"http_proxy": "http://proxy.invalid"} if case == "proxy" else {}
    arguments = ("upgrade", "--help") if case == "help" else ("upgrade",)
    result = checkout.dev(
        "run", "mainsequence", *arguments, MAINSEQUENCE_ENDPOINT=endpoint, **proxy
    )
    assert (result.returncode, result.stdout, result.stderr) == (7, "reached the SDK\n", "")


def test_the_platform_of_another_checkout_is_refused(
    checkout: Checkout, answering_port: int
) -> None:
    endpoint = f"http://127.0.0.1:{answering_port}"
    arguments = ("run", "mainsequence", "upgrade")
    file = checkout.folder / ".msm-local" / "default" / "state.json"
    file.parent.mkdir(parents=True)
    running = {"pid": os.getpid(), "port": 1, "endpoint": "http://127.0.0.1:1"}
    file.write_text(json.dumps(running))
    result = checkout.dev(*arguments, MAINSEQUENCE_ENDPOINT=endpoint)
    assert sentence_of(result) == (
        f"./dev: MAINSEQUENCE_ENDPOINT is {endpoint}, but the platform of this checkout is "
        "http://127.0.0.1:1; run './dev run msm-local exec -- mainsequence upgrade' to use it, "
        "or run this in the other checkout."
    )
    # The own platform, one that has ended, and a damaged file: none shows that it is another one.
    for state in (running | {"port": answering_port}, running | {"pid": 2**22}, "damaged"):
        file.write_text(json.dumps(state))
        result = checkout.dev(*arguments, MAINSEQUENCE_ENDPOINT=endpoint)
        assert (result.returncode, result.stdout, result.stderr) == (7, "reached the SDK\n", "")


def test_a_failed_command_suggests_the_local_platform(checkout: Checkout) -> None:
    result = checkout.dev("run", "mainsequence", "upgrade", MAINSEQUENCE_ENDPOINT="")
    assert (result.returncode, result.stdout) == (7, "reached the SDK\n")
    assert result.stderr == (
        "./dev: MAINSEQUENCE_ENDPOINT is not set, so the command used the hosted platform; for the "
        "local one, run './dev run msm-local exec -- mainsequence upgrade'.\n"
    )


def used_python(checkout: Checkout) -> str:
    """The Python that the last call of uv was result to use."""
    return checkout.log.read_text().splitlines()[-1].partition(": ")[0]


def test_without_a_python_the_message_names_the_fix(checkout: Checkout) -> None:
    checkout.without_environment()
    # Too old, too new, and a free-threaded build, for which half of the wheels do not exist.
    for name, version in (("python", "3.12"), ("python3", "3.15"), ("python3.14", "3.14t")):
        write_program(checkout.bin / name, FAKE_PYTHON.format(version=version))
    result = checkout.dev("demo")
    assert (result.returncode, result.stdout) == (1, "")
    asking, refused = result.stderr.splitlines()
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


def test_an_old_uv_is_replaced_inside_the_checkout(checkout: Checkout) -> None:
    own = checkout.folder / ".tools" / "bin" / "uv"
    own.parent.mkdir(parents=True)
    write_program(own, '#!/bin/sh\n[ "$1" = --version ] && echo "uv 0.9.1" || echo "own uv: $*"\n')
    assert checkout.dev("sync", FAKE_VERSION="0.6.17").returncode == 0
    assert checkout.dev("run", "uv", "tree", FAKE_VERSION="0.6.17").stdout == "own uv: tree\n"
    assert not checkout.log.exists()
    assert checkout.dev("sync", FAKE_VERSION="1.0.0").returncode == 0
    assert "sync" in checkout.log.read_text()


def test_the_environment_of_another_folder_is_replaced(checkout: Checkout) -> None:
    assert "was not created for this folder" not in checkout.dev("sync").stderr
    checkout.made_for(checkout.folder.parent / "original")
    assert "was not created for this folder; creating it again" in checkout.dev("sync").stderr
    assert not (checkout.folder / ".venv").exists()


def test_sync_works_offline_from_the_cache(checkout: Checkout) -> None:
    result = checkout.dev("sync", FAKE_SYNC="offline")
    assert result.returncode == 0
    assert "there is no network; the environment .venv was updated from uv's cache" in result.stderr
    assert "no route" not in result.stderr
    refused = checkout.dev("sync", FAKE_SYNC="never")
    assert refused.returncode == 1
    cause, sentence = refused.stderr.splitlines()
    assert cause == "uv says: no route to host"
    assert "otherwise check the network" in sentence


@pytest.mark.skipif(os.geteuid() == 0, reason="root can write everywhere; see tests/checkouts.py")
def test_a_read_only_checkout_is_reported(checkout: Checkout) -> None:
    checkout.folder.chmod(0o500)
    result = checkout.dev("sync", FAKE_SYNC="never")
    checkout.folder.chmod(0o700)
    assert f"cannot write to {checkout.folder}" in result.stderr
