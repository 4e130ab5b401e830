"""Projects whose tests use the plugin."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.conftest import ROOT
from tests.support.waiting import soon

SETTINGS = """
[tool.pytest.ini_options]
msm_providers = ["migrations:migration"]
msm_models = ["msm.models:AssetType"]
filterwarnings = ["error", "ignore::DeprecationWarning:typer"]
"""
# What every sample begins with: its test notes the processes of its run, and where they work.
HEAD = """
import contextlib, json, os, pathlib, psutil, pytest
from sqlalchemy import func, select
from msm.models import AssetType

COUNT = select(func.count()).select_from(AssetType)
BOND = {"asset_type": "bond", "display_name": "Bond"}


def note():
    top = psutil.Process()
    while any(mark in " ".join(top.parent().cmdline()) for mark in ("no:schemathesis", "execnet")):
        top = top.parent()
    tree = [top, *top.children(recursive=True)]
    found = {}
    for child in tree:
        # Others may end meanwhile, and a worker that crashed has no command any more.
        with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            found[child.pid] = child.cmdline()
    pathlib.Path("processes.json").write_text(json.dumps(found))
"""


@dataclass(frozen=True, slots=True)
class Finished:
    """One run of pytest.

    Attributes:
        code: its exit code.
        text: what it printed.
    """

    code: int
    text: str

    @property
    def outcomes(self) -> dict[str, int]:
        """How many tests ended in which way."""
        found = re.findall(r"(\d+) (passed|failed|errors?)\b", self.text.splitlines()[-1])
        return {name.rstrip("s"): int(count) for count, name in found}


@dataclass(frozen=True, slots=True)
class Sample:
    """A project with the revisions of msm, whose tests are run.

    Attributes:
        folder: of the project.
        cached: whether a run remembers what the one before did.
    """

    folder: Path
    cached: bool = False

    def write(self, text: str, name: str = "test_sample.py") -> None:
        """Make this the only file of tests."""
        for file in self.folder.glob("test_*.py"):
            file.unlink()
        (self.folder / name).write_text(HEAD + text, encoding="utf-8")

    def command(self, *arguments: str) -> list[str]:
        """The command that runs the tests."""
        without = ("-p", "no:schemathesis", *(() if self.cached else ("-p", "no:cacheprovider")))
        return [sys.executable, "-m", "pytest", "-q", *without, *arguments]

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a user: none of ours."""
        foreign = ("MSM_", "MAINSEQ", "METATABLES_", "GIT_", "PYTEST")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        return kept | {"GIT_CEILING_DIRECTORIES": str(self.folder.parent)}

    def run(self, *arguments: str, **variables: str) -> Finished:
        """Run the tests to their end."""
        result = subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        return Finished(result.returncode, result.stdout)

    def passes(self, count: int, *arguments: str, **variables: str) -> None:
        """Run the tests, which all pass."""
        finished = self.run(*arguments, **variables)
        assert (finished.code, finished.outcomes) == (0, {"passed": count}), finished.text

    def noted(self) -> dict[int, list[str]]:
        """The processes of the last run that noted them, with their command lines."""
        noted = json.loads((self.folder / "processes.json").read_text())
        return {int(pid): command for pid, command in noted.items()}

    def data_folders(self) -> list[Path]:
        """Where the PostgreSQL of that run had its data."""
        return [
            Path(command[command.index("-D") + 1])
            for command in self.noted().values()
            if "-D" in command
        ]

    def has_ended(self) -> bool:
        """Whether no process of that run is left."""
        return soon(lambda: not any(map(psutil.pid_exists, self.noted())))


def make_sample(folder: Path) -> Sample:
    folder.mkdir(exist_ok=True)
    shutil.copytree(ROOT / "migrations", folder / "migrations")
    (folder / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    return Sample(folder)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """One project for all tests of a module, so that its template can be kept."""
    return make_sample(tmp_path_factory.mktemp("plugin") / "project")
