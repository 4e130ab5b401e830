"""Wheels built from these sources, and environments without anything else."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from release.versions import set_version

__all__ = [
    "PYTHON",
    "Environment",
    "build",
    "clean_environment",
    "make_environment",
    "run",
    "sources",
]

ROOT = Path(__file__).parents[2]
# Not sys.executable: a second environment must not see the packages of the one that runs the tests.
PYTHON = Path(sys.base_prefix, "bin", f"python3.{sys.version_info.minor}")
# Variables of a developer's shell about environments and platforms: a new shell has none of them.
FOREIGN = re.compile(
    r"(UV_(PYTHON|PROJECT.*|RUN.*)|VIRTUAL_ENV.*|PYTHON.*|(MAINSEQUENCE|MSM|GIT)_.*)"
)


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment."""

    folder: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    def ask(self, code: str) -> str:
        """The output of code that can import neither the checkout nor its packages."""
        return run(str(self.python), "-I", "-c", code, folder=self.folder).strip()

    def install(self, *arguments: str) -> None:
        """Install the arguments with ``uv pip install``."""
        # Without --python, uv chooses an environment, such as an activated one.
        uv("pip", "install", "--python", str(self.python), *arguments, folder=self.folder)


def clean_environment() -> dict[str, str]:
    """The variables of a new shell, with uv and this Python on PATH."""
    kept = {name: value for name, value in os.environ.items() if not FOREIGN.fullmatch(name)}
    program = shutil.which(os.environ.get("UV", "uv"))
    assert program is not None, "run the tests with ./dev test or uv run"
    path = f"{PYTHON.parent}:{os.environ['PATH']}:{Path(program).parent}"
    return kept | {"PATH": path}


def run(*command: str, folder: Path, variables: Mapping[str, str] | None = None) -> str:
    """The standard output of a command that must succeed, in the environment of a new shell."""
    result = subprocess.run(
        command,
        cwd=folder,
        env=clean_environment() | dict(variables or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, f"{' '.join(command)}\n{result.stdout}\n{result.stderr}"
    return result.stdout


def uv(*arguments: str, folder: Path) -> str:
    """Run the uv that set up this environment; ./dev and `uv run` name it in UV."""
    return run(os.environ.get("UV", "uv"), *arguments, folder=folder)


def build(folder: Path, checkout: Path = ROOT) -> dict[str, Path]:
    """Build every wheel of a checkout into a folder; returns them by distribution."""
    uv("build", "--wheel", "--out-dir", str(folder), folder=checkout)
    uv("build", "--wheel", "--all-packages", "--out-dir", str(folder), folder=checkout)
    return {wheel.name.partition("-")[0]: wheel for wheel in folder.glob("*.whl")}


def make_environment(folder: Path, *arguments: str) -> Environment:
    """Make a virtual environment with only the given arguments of ``uv pip install``."""
    uv("venv", "--python", str(PYTHON), str(folder), folder=ROOT)
    made = Environment(folder)
    if arguments:
        made.install(*arguments)
    return made


def sources(folder: Path, version: str) -> None:
    """Copy these sources into a folder, as another version."""
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", folder=ROOT)
    for name in filter(lambda name: (ROOT / name).is_file(), listed.splitlines()):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target)
    set_version(folder, version, "2026-01-31")
