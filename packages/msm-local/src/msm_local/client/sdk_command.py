"""The migration commands of the SDK: each generation has one, and this package imports neither."""

import shlex
import shutil
import sys
import tomllib
from collections.abc import Sequence
from importlib import metadata
from importlib.machinery import PathFinder
from itertools import takewhile
from pathlib import Path

from msm_local.errors import ProgramMissingError
from msm_local.instances.instance import Instance

__all__ = ["INSTALL", "is_sdk_8", "migration_command", "migration_program", "why_not"]

METATABLES = "metatables"
MAINSEQUENCE = "mainsequence"
# The second is the SDK's own short name for it.
MAINSEQUENCE_NAMES = (MAINSEQUENCE, "ms")
# Those of its commands for migrations that need a provider, and where it looks for one.
VERBS = frozenset({"current", "downgrade", "revision", "upgrade"})
DEFAULT_PACKAGE = "mainsequence_migrations"
INSTALL = '`pip install "msm-core[metatables]"`'


def migration_program() -> Path:
    """The program with the migrations of the installed SDK: the one next to msm-local, or on PATH.

    Raises:
        ProgramMissingError: neither generation is installed.
    """
    program = _find_migration_program()
    if program is None:
        raise ProgramMissingError(
            "No SDK is installed to run the revisions with: there is neither `metatables` nor "
            f"`mainsequence` next to msm-local or on PATH; run {INSTALL}, and reset again."
        )
    return program


def migration_command(instance: Instance, *words: str) -> str:
    """The command with which the installed SDK migrates the database of an instance."""
    program = _find_migration_program() or Path(METATABLES)
    return _exec(instance, [program.name, "migrations", *words])


def is_sdk_8(command: Sequence[str]) -> bool:
    """Whether a command is one of SDK 8, by its words."""
    return Path(command[0]).name in MAINSEQUENCE_NAMES and tuple(command[1:2]) == ("migrations",)


def why_not(instance: Instance, command: Sequence[str]) -> str:
    """Why a command of the SDK would miss the platform, in one sentence; otherwise empty.

    Args:
        instance: the instance of the platform.
        command: the words of the command; of any program.
    """
    program, words = Path(command[0]).name, list(command[1:])
    found = shutil.which(command[0])
    options = takewhile(lambda word: word.startswith("-"), words)
    if program == METATABLES and "--local" in options:
        words.remove("--local")
        return (
            "`metatables --local` uses the SDK's own local server and not this platform; run "
            f"`{_exec(instance, [METATABLES, *words])}`."
        )
    if program == METATABLES and found is None and shutil.which(MAINSEQUENCE) is not None:
        return (
            "There is no command `metatables`, but there is `mainsequence`; if that is SDK 8, run "
            f"`{_exec(instance, [MAINSEQUENCE, *words])}`, otherwise run {INSTALL}."
        )
    # Another environment has packages that are not known here.
    is_ours = found is not None and Path(found).parent == Path(sys.executable).parent
    has_metatables = found is not None and Path(found).resolve().with_name(METATABLES).exists()
    # If both are installed, `import msm` says what to do, and not which command to run.
    if is_sdk_8(command) and has_metatables and not (is_ours and _has_sdk_8()):
        return (
            f"`{program} migrations` is a command of SDK 8, and today's SDK is installed; run "
            f"`{_exec(instance, [METATABLES, *words])}`."
        )
    return _wrong_provider(program, words) if is_ours else ""


def _has_sdk_8() -> bool:
    installed = metadata.distributions(name=MAINSEQUENCE)
    return any(found.version.startswith("8.") for found in installed)


def _wrong_provider(program: str, words: Sequence[str]) -> str:
    """Why a migration command cannot find its provider; otherwise empty."""
    if program not in (METATABLES, *MAINSEQUENCE_NAMES) or "migrations" not in words:
        return ""
    # In both forms, `--provider X` and `--provider=X`.
    split = [part for word in words for part in word.split("=", 1)]
    _, _, named = " ".join(split).partition("--provider ")
    reference = named.partition(" ")[0]
    module, _, attribute = reference.partition(":")
    package = module.partition(".")[0]
    if not reference and VERBS.intersection(words) and "--help" not in words:
        wrong = "" if any(map(_is_there, _default_packages())) else "The command has no --provider"
    elif reference and not (package and attribute):
        wrong = f"--provider is {reference}, and has to name a package and its provider"
    elif package and not _is_there(package):
        wrong = (
            f"--provider is {reference}, and there is no package {package} in {Path.cwd()} or in "
            "this environment"
        )
    else:
        wrong = ""
    return wrong and (
        f"{wrong}; write `--provider migrations:migration` at the root of the msm repository, "
        "`--provider msm_migrations:migration` where msm-migrations is installed, or the provider "
        "of your project at its root."
    )


def _is_there(package: str) -> bool:
    return PathFinder.find_spec(package, [str(Path.cwd()), *sys.path]) is not None


def _default_packages() -> list[str]:
    """Where the SDK looks for a provider that is not named."""
    try:
        project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
        return [DEFAULT_PACKAGE, project["name"].replace("-", "_")]
    except (FileNotFoundError, LookupError, tomllib.TOMLDecodeError):
        # The SDK does without it, too.
        return [DEFAULT_PACKAGE]


def _find_migration_program() -> Path | None:
    for path in (str(Path(sys.executable).parent), None):
        # In this order: today's SDK has a `mainsequence` too, without migrations.
        for name in (METATABLES, MAINSEQUENCE):
            found = shutil.which(name, path=path)
            if found is not None:
                return Path(found)
    return None


def _exec(instance: Instance, command: Sequence[str]) -> str:
    return instance.command(f"exec -- {shlex.join(command)}")
