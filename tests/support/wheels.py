"""What is built from these sources, and environments that hold nothing else."""

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
# Not sys.executable: the environment that runs the tests is in the way of a second one.
PYTHON = Path(sys.base_prefix, "bin", f"python3.{sys.version_info.minor}")
# What a shell of the developer says about environments, and what it says about platforms.
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
        """What code prints where neither the checkout nor its packages are on the path."""
        return run(str(self.python), "-I", "-c", code, folder=self.folder).strip()

    def install(self, *arguments: str) -> None:
        """Install what ``uv pip install`` takes; the interpreter is named, for uv would choose."""
        uv("pip", "install", "--python", str(self.python), *arguments, folder=self.folder)


def clean_environment() -> dict[str, str]:
    """The variables of a new shell, with uv and this Python on PATH."""
    kept = {name: value for name, value in os.environ.items() if not FOREIGN.fullmatch(name)}
    program = shutil.which(os.environ.get("UV", "uv"))
    assert program is not None, "run the tests with ./dev test or uv run"
    path = f"{PYTHON.parent}:{os.environ['PATH']}:{Path(program).parent}"
    return kept | {"PATH": path}


def run(*command: str, folder: Path, variables: Mapping[str, str] | None = None) -> str:
    """Standard output of a command that succeeds, in a new shell's environment."""
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
    """Make a virtual environment that holds what ``uv pip install`` takes, and nothing else."""
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
