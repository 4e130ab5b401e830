"""./dev in real shells: its tasks, the Python that it finds, and its environments."""

import os
import re
from pathlib import Path

import pytest

from tests.support.wheels import PYTHON
from tests.workspace.checkout import (
    DEV,
    ENVIRONMENTS,
    Checkout,
    sentence_of,
    write_activate,
    write_program,
)

# Answers the two questions of ./dev: the version, and the path of the program behind a shim.
FAKE_PYTHON = """#!/bin/sh
case "$2" in *_base_executable*) echo "$0" ;; *) echo {version} ;; esac
"""

MATCHES = {
    sdk: f"./dev: the environment {name}, with the SDK {sdk}, matches uv.lock\n"
    for sdk, name in ENVIRONMENTS.items()
}
OTHER = {"metatables": "mainsequence8", "mainsequence8": "metatables"}


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


def test_msm_local_learns_how_its_commands_are_run(checkout: Checkout) -> None:
    assert "MSM_LAUNCHER=./dev run" in checkout.dev("run", "env").stdout.splitlines()


def test_without_a_python_the_message_names_the_fix(checkout: Checkout) -> None:
    checkout.without_environments()
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
    checkout.without_environments()
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
    assert PYTHON.name in checkout.used_python()
    assert synced.partition(": ")[2].startswith("sync --project")


def test_the_newest_supported_python_is_taken(checkout: Checkout, tmp_path: Path) -> None:
    checkout.without_environments()
    newest = tmp_path / "home" / ".pyenv" / "versions" / "3.14.1" / "bin" / "python3.14"
    newest.parent.mkdir(parents=True)
    # The older one is on PATH, where a search by place would stop.
    for path, version in ((checkout.bin / "python3.13", "3.13"), (newest, "3.14")):
        write_program(path, FAKE_PYTHON.format(version=version))
    assert checkout.dev("sync").returncode == 0
    assert checkout.used_python() == str(newest)
    checkout.remove(".venv")
    assert checkout.dev("sync", UV_PYTHON="3.13").returncode == 0
    assert checkout.used_python() == str(checkout.bin / "python3.13")


def test_the_environment_keeps_its_python(checkout: Checkout) -> None:
    write_program(checkout.bin / "python3.14", FAKE_PYTHON.format(version="3.14"))
    own = checkout.folder / ".venv" / "bin" / "python"
    own.unlink()
    write_program(own, FAKE_PYTHON.format(version="3.13"))
    assert checkout.dev("sync").returncode == 0
    assert checkout.used_python() == str(own)
    assert checkout.dev("sync", UV_PYTHON="3.14").returncode == 0
    assert checkout.used_python() == str(checkout.bin / "python3.14")


def test_an_old_uv_is_replaced_inside_the_checkout(checkout: Checkout) -> None:
    own = checkout.folder / ".tools" / "bin" / "uv"
    own.parent.mkdir(parents=True)
    write_program(own, '#!/bin/sh\n[ "$1" = --version ] && echo "uv 0.9.1" || echo "own uv: $*"\n')
    assert checkout.dev("sync", FAKE_VERSION="0.6.17").returncode == 0
    assert checkout.dev("run", "uv", "tree", FAKE_VERSION="0.6.17").stdout == "own uv: tree\n"
    assert not checkout.log.exists()
    assert checkout.dev("sync", FAKE_VERSION="1.0.0").returncode == 0
    assert "sync" in checkout.log.read_text()


@pytest.mark.parametrize("sdk", ENVIRONMENTS)
def test_the_environment_of_another_folder_is_replaced(checkout: Checkout, sdk: str) -> None:
    name, other = ENVIRONMENTS[sdk], ENVIRONMENTS[OTHER[sdk]]
    assert checkout.dev("sync", MSM_SDK=sdk).stderr == MATCHES[sdk]
    write_activate(checkout.folder / name, checkout.folder.parent / "original")
    assert checkout.dev("sync", MSM_SDK=sdk).stderr == (
        f"./dev: the environment {name} was not created for this folder; creating it again\n"
        + MATCHES[sdk]
    )
    assert checkout.dev("sync", MSM_SDK=sdk).stderr == MATCHES[sdk]
    assert (checkout.folder / other).is_dir()


@pytest.mark.parametrize("sdk", ENVIRONMENTS)
def test_sync_works_offline_from_the_cache(checkout: Checkout, sdk: str) -> None:
    name = ENVIRONMENTS[sdk]
    checkout.without_environments()
    result = checkout.dev("sync", FAKE_SYNC="offline", MSM_SDK=sdk, UV_PYTHON=str(PYTHON))
    assert result.returncode == 0
    created, offline, matches = result.stderr.splitlines(keepends=True)
    assert created.startswith(f"./dev: creating the environment {name}; ")
    assert offline == (
        f"./dev: there is no network; the environment {name} was updated from uv's cache\n"
    )
    assert matches == MATCHES[sdk]
    refused = checkout.dev("sync", FAKE_SYNC="never", MSM_SDK=sdk)
    assert refused.returncode == 1
    cause, sentence = refused.stderr.splitlines()
    assert cause == "uv says: no route to host"
    assert f"the environment {name} could not be updated to match uv.lock" in sentence
    assert "otherwise check the network" in sentence


@pytest.mark.skipif(os.geteuid() == 0, reason="root can write everywhere; see tests/checkouts.py")
def test_a_read_only_checkout_is_reported(checkout: Checkout) -> None:
    checkout.folder.chmod(0o500)
    result = checkout.dev("sync", FAKE_SYNC="never")
    checkout.folder.chmod(0o700)
    assert f"cannot write to {checkout.folder}" in result.stderr
