"""Commands in the environment of either generation of the SDK, for tests that need both."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from msm.generation import Generation
from tests.conftest import PROVIDER, ROOT

__all__ = ["BOTH", "migrate_with", "migration_of", "python_with", "start_with"]

BOTH: tuple[Generation, Generation] = ("mainsequence8", "metatables")
_FOLDERS: dict[Generation, str] = {
    "metatables": ".venv",
    "mainsequence8": ".venv-mainsequence8",
}
_PROGRAMS: dict[Generation, str] = {"metatables": "metatables", "mainsequence8": "mainsequence"}


def migration_of(generation: Generation, verb: str, *arguments: str) -> list[str]:
    """A migration command of a generation's SDK on our provider."""
    return [_PROGRAMS[generation], "migrations", verb, "--provider", PROVIDER, *arguments]


def start_with(
    generation: Generation, *command: str, environment: Mapping[str, str]
) -> subprocess.Popen[str]:
    """Start a program of a generation's environment in the root of the checkout."""
    program = ROOT / _FOLDERS[generation] / "bin" / command[0]
    if not program.exists():
        pytest.fail(f"{program} does not exist; run `MSM_SDK={generation} ./dev sync`")
    return subprocess.Popen(
        [program, *command[1:]],
        cwd=ROOT,
        env={**os.environ, **environment, "GIT_WORK_TREE": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_with(
    generation: Generation, *command: str, environment: Mapping[str, str]
) -> tuple[str, str]:
    """What a program of a generation's environment prints, which has to end well."""
    process = start_with(generation, *command, environment=environment)
    stdout, stderr = process.communicate(timeout=180)
    assert process.returncode == 0, f"{command}\n{stdout}\n{stderr}"
    return stdout, stderr


def migrate_with(
    generation: Generation, verb: str, *arguments: str, environment: Mapping[str, str]
) -> tuple[str, str]:
    """What a migration command prints on standard output and standard error."""
    return run_with(
        generation, *migration_of(generation, verb, *arguments), environment=environment
    )


def python_with(
    generation: Generation, *arguments: str | Path, environment: Mapping[str, str]
) -> str:
    """What Python prints on standard output with these arguments."""
    return run_with(generation, "python", *map(str, arguments), environment=environment)[0]
