"""Messages name commands as the user has to type them, in a checkout or below msm-local."""

import os
import subprocess
import sys

import pytest

from tests.support.generation import PROGRAM

PRINT = """
from msm.errors.commands import CHECK, EXEC, LOGIN, UPGRADE, reset_command
print(UPGRADE, CHECK, EXEC, reset_command(), LOGIN, sep="\\n")
"""
UPGRADE = f"{PROGRAM} migrations upgrade --provider migrations:migration head"
CHECK = "python -m migrations.check"
# The variables of a process, and what stands before its commands.
PREFIXES = {
    "installed": ({}, "", "msm-local", ""),
    "checkout": ({"MSM_LAUNCHER": "./dev run"}, "./dev run ", "./dev run msm-local", "./dev run "),
    "below msm-local": (
        {"MSM_LOCAL_COMMAND": "msm-local --name x"},
        "msm-local --name x exec -- ",
        "msm-local --name x",
        "",
    ),
    "both": (
        {"MSM_LAUNCHER": "./dev run", "MSM_LOCAL_COMMAND": "./dev run msm-local"},
        "./dev run msm-local exec -- ",
        "./dev run msm-local",
        "./dev run ",
    ),
}


@pytest.mark.parametrize("case", PREFIXES)
def test_commands_begin_with_what_runs_them(case: str) -> None:
    variables, runner, local, launcher = PREFIXES[case]
    environment = os.environ | variables
    printed = subprocess.run(
        [sys.executable, "-c", PRINT], env=environment, capture_output=True, text=True, check=True
    )
    assert printed.stdout.splitlines() == [
        runner + UPGRADE,
        runner + CHECK,
        f"{local} exec -- COMMAND",
        f"{local} reset" if "MSM_LOCAL_COMMAND" in variables else "None",
        f"{launcher}mainsequence login",
    ]
