"""Commands of the SDK: which one a reset runs, and those that `exec` does not run."""

import sys
from pathlib import Path

import pytest

from msm_local.client.sdk_command import is_sdk_8, migration_command, migration_program, why_not
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


@pytest.mark.parametrize("program", ["metatables", "mainsequence"])
@pytest.mark.parametrize("form", ["--provider wrong.place:migration", "--provider=wrong:migration"])
def test_a_missing_provider_is_refused_before_the_sdk_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, form: str
) -> None:
    programs = install(tmp_path / "bin", program)
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.chdir(tmp_path)
    instance = Instance(tmp_path, NAME, tmp_path / ".msm-local" / NAME)
    command = (program, "migrations", "current", *form.split())
    # Another environment may have the package.
    assert why_not(instance, command) == ""
    monkeypatch.setattr(sys, "executable", str(programs / "python"))
    reference = form.replace("=", " ").split()[1]
    assert why_not(instance, command) == (
        f"--provider is {reference}, and there is no package wrong in {tmp_path} or in this "
        "environment; write `--provider migrations:migration` at the root of the msm repository, "
        "`--provider msm_migrations:migration` where msm-migrations is installed, or the provider "
        "of your project at its root."
    )
    # It is looked for, and not imported.
    (tmp_path / "wrong.py").write_text("raise ImportError")
    assert why_not(instance, command) == ""


WRITE = (
    "; write `--provider migrations:migration` at the root of the msm repository, `--provider "
    "msm_migrations:migration` where msm-migrations is installed, or the provider of your project "
    "at its root."
)


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("current", "The command has no --provider"),
        ("upgrade head --json", "The command has no --provider"),
        (
            "current --provider migrations",
            "--provider is migrations, and has to name a package and its provider",
        ),
        (
            "current --provider=:migration",
            "--provider is :migration, and has to name a package and its provider",
        ),
        ("upgrade --help", None),
        ("scaffold", None),
    ],
)
def test_an_incomplete_provider_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, fault: str | None
) -> None:
    programs = install(tmp_path / "bin", "metatables")
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setattr(sys, "executable", str(programs / "python"))
    monkeypatch.chdir(tmp_path)
    instance = Instance(tmp_path, NAME, tmp_path / ".msm-local" / NAME)
    command = ("metatables", "migrations", *words.split())
    assert why_not(instance, command) == ("" if fault is None else fault + WRITE)


def test_the_sdk_finds_a_project_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = install(tmp_path / "bin", "metatables")
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setattr(sys, "executable", str(programs / "python"))
    monkeypatch.chdir(tmp_path)
    instance = Instance(tmp_path, NAME, tmp_path / ".msm-local" / NAME)
    command = ("metatables", "migrations", "current")
    (tmp_path / "our_project").mkdir()
    for text in ("", "[project", "[project]\nname = 'another'"):
        (tmp_path / "pyproject.toml").write_text(text)
        assert why_not(instance, command) == f"The command has no --provider{WRITE}"
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'our-project'")
    assert why_not(instance, command) == ""


@pytest.mark.parametrize(("version", "is_refused"), [("8.1.25", False), ("9.0.33", True)])
def test_both_sdks_are_left_to_the_sentence_of_msm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, is_refused: bool
) -> None:
    programs = install(tmp_path / "bin", "mainsequence", "metatables")
    facts = tmp_path / f"mainsequence-{version}.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(f"Name: mainsequence\nVersion: {version}\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.setattr(sys, "executable", str(programs / "python"))
    monkeypatch.setenv("PATH", str(programs))
    instance = Instance(tmp_path, NAME, tmp_path / ".msm-local" / NAME)
    refusal = why_not(instance, ("mainsequence", "migrations", "--help"))
    assert ("today's SDK is installed" in refusal) == is_refused


def test_sdk_8_does_not_read_the_variable_of_metatables(shell: Shell) -> None:
    assert is_sdk_8(["mainsequence", "migrations", "current"])
    assert not is_sdk_8(["metatables", "migrations", "current"])
    shell.start()
    programs = install(shell.folder.parent / "sdk 8", "ms")
    shell.environment["PATH"] = f"{programs}:{shell.environment['PATH']}"
    shell.environment["METATABLES_API_URL"] = "http://127.0.0.1:1/metatables"
    assert shell("exec", "--", "ms", "migrations", "current").stderr == ""
    shell.environment["MAINSEQUENCE_ENDPOINT"] = "http://127.0.0.1:1"
    said = shell("exec", "--", "ms", "migrations", "current").stderr
    assert said.startswith("msm-local: MAINSEQUENCE_ENDPOINT is http://127.0.0.1:1, another")


@pytest.mark.slow
def test_hints_name_the_launcher_of_the_checkout(shell: Shell) -> None:
    shell.environment["MSM_LAUNCHER"] = "../dev run"
    stopped = shell("status", code=3).stdout.splitlines()
    assert stopped[-1].split(maxsplit=2)[2] == f"../dev run msm-local --name {NAME} start"
    shell.start()
    running = shell("status").stdout.splitlines()
    assert running[-1].split(maxsplit=2)[2] == f"../dev run msm-local --name {NAME} stop"
    refused = shell("start", "--port", "1", code=1).stderr
    assert f"run `../dev run msm-local --name {NAME} stop` before" in refused
    printed = shell("exec", "--", "sh", "-c", 'echo "$MSM_LOCAL_COMMAND"').stdout
    assert printed == f"../dev run msm-local --name {NAME}\n"
