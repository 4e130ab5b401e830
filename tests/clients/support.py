"""Environments of clients, and instances of msm-local for them."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psutil
import pytest

from tests.local.shell import Shell
from tests.support.wheels import clean_environment

__all__ = ["Api", "Client", "Session", "answer_of", "install", "session"]

type Api = Literal["msm-local", "metatables"]

HERE = Path(__file__).parent
# ms-markets refuses every other Python.
PYTHON = "3.13"
# What uv says without a network, without that Python, or without a package index.
UNREACHABLE = ("Request failed", "Failed to fetch", "network was disabled", "No interpreter found")


@dataclass(frozen=True, slots=True)
class Client:
    """A version of ms-markets in an environment of its own.

    Attributes:
        programs: the folder of its programs.
        program: the SDK's program, whose subcommand ``migrations`` runs migrations.
        provider: its migration provider.
        head: the last revision of the provider.
    """

    programs: Path
    program: str
    provider: str
    head: str


@dataclass(frozen=True, slots=True)
class Session:
    """Programs of an environment, with the variables of an instance of msm-local.

    Attributes:
        programs: the folder of the programs.
        folder: the working folder, which is the home folder as well.
        variables: the variables of msm-local.
        api: the API that it serves.
    """

    programs: Path
    folder: Path
    variables: Mapping[str, str]
    api: Api

    def only_on_metatables(self) -> None:
        """Skip the rest of the test where no updater can run."""
        if self.api != "metatables":
            pytest.skip("the own API of msm-local has no updaters")

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a program, which must end well."""
        result = subprocess.run(
            [self.programs / program, *arguments],
            cwd=self.folder,
            env={
                **clean_environment(),
                **self.variables,
                "HOME": str(self.folder),
                "TDAG_ROOT_PATH": str(self.folder / "sdk"),
                "GIT_WORK_TREE": str(self.folder),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, f"{program} {arguments}\n{result.stdout}\n{result.stderr}"
        return result

    def script(self, name: str, *arguments: str) -> str:
        """The standard output of a script in the folder ``scripts``."""
        return self.run("python", str(HERE / "scripts" / name), *arguments).stdout


def install(name: str, program: str, provider: str, head: str, folder: Path) -> Client:
    """Make the environment of a pinned client; skips the test where it cannot be had."""
    environment = folder / name
    _uv("venv", "--no-python-downloads", "--python", PYTHON, str(environment), folder=folder)
    pinned = str(HERE / "pinned" / f"{name}.txt")
    installing = ("pip", "install", "--python", str(environment), "--no-deps")
    _uv(*installing, "--requirement", pinned, folder=folder)
    return Client(environment / "bin", program, provider, head)


def _uv(*arguments: str, folder: Path) -> None:
    # In the checkout, uv would take its constraints.
    result = subprocess.run(
        [os.environ.get("UV", "uv"), *arguments],
        cwd=folder,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0 and any(words in result.stderr for words in UNREACHABLE):
        pytest.skip(f"the client cannot be had here: {result.stderr.strip()}")
    assert result.returncode == 0, result.stderr


@contextmanager
def session(api: Api, programs: Path, folder: Path) -> Iterator[Session]:
    """Programs and a new instance, of which neither a process nor a file stays."""
    home, project = folder / "home", folder / "project"
    home.mkdir()
    project.mkdir()
    shell = Shell(project)
    shell("start", "--api", api)
    server = psutil.Process(shell.status()["pid"])
    processes = [server, *server.children(recursive=True)]
    try:
        variables = json.loads(shell("env", "--format", "json").stdout)
        yield Session(programs, home, variables, api)
    finally:
        shell("destroy", "--force")
    assert psutil.wait_procs(processes, timeout=10)[1] == []
    assert not shell.state.exists()


def answer_of(printed: str) -> Any:
    """The JSON at the end of what a program printed; lines of its log come first."""
    lines = printed.splitlines()
    last = max(number for number, line in enumerate(lines) if line.startswith("{"))
    return json.loads("\n".join(lines[last:]))
