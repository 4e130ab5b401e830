"""Messages name commands as the user has to type them, in a checkout or below msm-local."""

import pytest

from tests.support.forked import value_of
from tests.support.generation import PROGRAM
from tests.support.migrating import unload_ours

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


def named_commands() -> list[str]:
    # They are made when the module is imported.
    unload_ours()
    from msm.errors.commands import CHECK, EXEC, LOGIN, UPGRADE, reset_command

    return [UPGRADE, CHECK, EXEC, str(reset_command()), LOGIN]


@pytest.mark.parametrize("case", PREFIXES)
def test_commands_begin_with_what_runs_them(case: str) -> None:
    variables, runner, local, launcher = PREFIXES[case]
    environment = {"MAINSEQUENCE_ENDPOINT": "http://127.0.0.1:9"} | variables
    assert value_of(named_commands, environment=environment) == [
        runner + UPGRADE,
        runner + CHECK,
        f"{local} exec -- COMMAND",
        f"{local} reset" if "MSM_LOCAL_COMMAND" in variables else "None",
        f"{launcher}mainsequence login",
    ]
