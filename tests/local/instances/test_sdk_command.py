"""Commands of the SDK: which one a reset runs, and those that `exec` does not run."""

import sys
from pathlib import Path

import pytest

from msm_local.client.sdk_command import migration_command, migration_program
from msm_local.errors import ProgramMissingError
from msm_local.instances.instance import Instance
from tests.local.shell import NAME, Shell
from tests.support.generation import GENERATION

EXEC = f"msm-local --name {NAME} exec --"
TODAY = '`pip install "msm-core[metatables]"`'


def install(folder: Path, *names: str) -> Path:
    """A folder with these programs."""
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("beside", "on_path", "chosen"),
    [
        (["mainsequence", "metatables"], [], "beside/metatables"),
        (["mainsequence"], ["mainsequence", "metatables"], "beside/mainsequence"),
        ([], ["mainsequence", "metatables"], "path/metatables"),
        ([], ["mainsequence"], "path/mainsequence"),
    ],
)
def test_reset_runs_the_migrations_of_the_installed_generation(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    beside: list[str],
    on_path: list[str],
    chosen: str,
) -> None:
    monkeypatch.setattr(sys, "executable", str(install(tmp_path / "beside", *beside) / "python"))
    monkeypatch.setenv("PATH", str(install(tmp_path / "path", *on_path)))
    assert migration_program() == tmp_path / chosen


def test_a_reset_without_any_sdk_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = Instance(tmp_path, NAME, tmp_path / ".msm-local" / NAME)
    installed = "mainsequence" if GENERATION == "mainsequence8" else "metatables"
    assert migration_command(instance, "current") == f"{EXEC} {installed} migrations current"
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProgramMissingError) as refusal:
        migration_program()
    assert str(refusal.value) == (
        "No SDK is installed to run the revisions with: there is neither `metatables` nor "
        f"`mainsequence` next to msm-local or on PATH; run {TODAY}, and reset again."
    )
    # In advice, it is the command of today's SDK.
    assert migration_command(instance, "current") == f"{EXEC} metatables migrations current"


@pytest.mark.parametrize(
    ("installed", "command", "code", "sentence"),
    [
        (
            ["mainsequence", "metatables"],
            "mainsequence migrations upgrade --provider a:b head",
            126,
            (
                "`mainsequence migrations` is a command of SDK 8, and today's SDK is installed; "
                f"run `{EXEC} metatables migrations upgrade --provider a:b head`."
            ),
        ),
        (
            ["ms", "metatables"],
            "ms migrations current",
            126,
            (
                "`ms migrations` is a command of SDK 8, and today's SDK is installed; run "
                f"`{EXEC} metatables migrations current`."
            ),
        ),
        (
            ["mainsequence"],
            "metatables migrations upgrade head",
            127,
            (
                "There is no command `metatables`, but there is `mainsequence`; if that is SDK 8, "
                f"run `{EXEC} mainsequence migrations upgrade head`, otherwise run {TODAY}."
            ),
        ),
        (
            ["metatables"],
            "metatables --json --local migrations upgrade head",
            126,
            (
                "`metatables --local` uses the SDK's own local server and not this platform; run "
                f"`{EXEC} metatables --json migrations upgrade head`."
            ),
        ),
    ],
)
def test_exec_refuses_sdk_commands_that_miss_the_platform(
    shell: Shell, tmp_path: Path, installed: list[str], command: str, code: int, sentence: str
) -> None:
    shell.environment["PATH"] = str(install(tmp_path / "bin", *installed))
    line = shell.printed_line("exec", "--", *command.split(), code=code)
    assert line == f"msm-local: {sentence}"
    # No platform was started for it.
    assert shell.status(code=3)["status"] == "stopped"


def test_exec_runs_what_either_sdk_has(shell: Shell, tmp_path: Path) -> None:
    """Only a whole command is refused, not a word in it."""
    shell.start()
    programs = install(tmp_path / "bin", "mainsequence", "metatables")
    shell.environment["PATH"] = f"{programs}:{shell.environment['PATH']}"
    for command in (
        "metatables migrations current",
        "metatables serve --local",
        "mainsequence doctor",
        "echo mainsequence migrations",
    ):
        assert shell("exec", "--", *command.split()).stderr == ""


def test_hints_name_the_launcher_of_the_checkout(shell: Shell) -> None:
    shell.environment["MSM_LAUNCHER"] = "../dev run"
    stopped = shell("status", code=3).stdout.splitlines()
    assert stopped[-1].split(maxsplit=2)[2] == f"../dev run msm-local --name {NAME} start"
    shell.start()
    running = shell("status").stdout.splitlines()
    assert running[-1].split(maxsplit=2)[2] == f"../dev run msm-local --name {NAME} stop"
    refused = shell("start", "--port", "1", code=1).stderr
    assert f"run `../dev run msm-local --name {NAME} stop` before" in refused
