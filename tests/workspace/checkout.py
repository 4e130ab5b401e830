"""A copy of ./dev in a folder with spaces, with a fake uv and with fake programs of the SDK."""

import shlex
import shutil
import subprocess
import time
from pathlib import Path

from tests.support.wheels import PYTHON

__all__ = [
    "DEV",
    "ENVIRONMENTS",
    "USING",
    "UV",
    "Checkout",
    "sentence_of",
    "within_two_seconds",
    "write_activate",
    "write_program",
]

DEV = Path(__file__).parents[2] / "dev"
TOOLS = ("sh", "cat", "cp", "dirname", "env", "grep", "head", "id", "rm", "sed")
# What each generation of the SDK installs.
PROGRAMS = {
    ".venv": ("mainsequence", "metatables", "msm-local"),
    ".venv-mainsequence8": ("mainsequence", "ms", "msm-local"),
}
# Logs its calls. FAKE_SYNC says when `sync` works: always, offline (with --offline) or never.
UV = """#!/bin/sh
[ "$1" = --version ] && { echo "uv ${FAKE_VERSION:-0.9.1}"; exit; }
echo "$UV_PYTHON: $*" >>"$FAKE_LOG"
[ "$1" = sync ] || exit 2
case "$FAKE_SYNC $*" in
always*|offline*--offline*)
    [ -d "$UV_PROJECT_ENVIRONMENT" ] ||
        cp -RP "$FAKE_INSTALLED/${UV_PROJECT_ENVIRONMENT##*/}" "$UV_PROJECT_ENVIRONMENT"
    exit 0
    ;;
esac
echo "uv says: no route to host" >&2
exit 2
"""
ENVIRONMENTS = {"metatables": ".venv", "mainsequence8": ".venv-mainsequence8"}
# The line that says which SDK a task uses.
USING = {sdk: f"./dev: using the SDK {sdk}, in {name}\n" for sdk, name in ENVIRONMENTS.items()}
PROGRAM = '#!/bin/sh\necho "reached {name} in {environment}"\nexit 7\n'


class Checkout:
    """A folder with ./dev, both environments, and a PATH with no more than a test needs."""

    def __init__(self, folder: Path) -> None:
        # A shell script that forgets quotes fails in such a folder.
        self.folder = folder / "it's a checkout é"
        self.bin = folder / "bin"
        self.log = folder / "uv.log"
        self.installed = folder / "installed"
        self.environment = {
            "PATH": str(self.bin),
            "HOME": str(folder / "home"),
            "FAKE_LOG": str(self.log),
            "FAKE_INSTALLED": str(self.installed),
            "FAKE_SYNC": "always",
        }
        self.bin.mkdir()
        self.folder.mkdir()
        for name in TOOLS:
            program = shutil.which(name)
            assert program is not None
            (self.bin / name).symlink_to(program)
        write_program(self.bin / "uv", UV)
        shutil.copy(DEV, self.folder / "dev")
        for environment, programs in PROGRAMS.items():
            self.install(environment, programs)
            shutil.copytree(self.installed / environment, self.folder / environment, symlinks=True)

    def install(self, environment: str, programs: tuple[str, ...]) -> None:
        """Prepare an environment for `uv sync`."""
        place = self.installed / environment / "bin"
        place.mkdir(parents=True)
        (place / "python").symlink_to(PYTHON)
        write_activate(place.parent, self.folder)
        for name in programs:
            write_program(place / name, PROGRAM.format(name=name, environment=environment))

    def without_environments(self) -> None:
        for environment in PROGRAMS:
            self.remove(environment)

    def remove(self, environment: str) -> None:
        shutil.rmtree(self.folder / environment)

    def dev(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "./dev", *arguments],
            cwd=self.folder,
            env=self.environment | variables,
            capture_output=True,
            text=True,
            check=False,
        )

    def calls(self) -> list[str]:
        """Every call of uv so far, but for the questions after its version."""
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        return [line.partition(": ")[2] for line in lines]

    def used_python(self) -> str:
        """The Python that the last call of uv was told to use."""
        return self.log.read_text(encoding="utf-8").splitlines()[-1].partition(": ")[0]


def write_program(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def write_activate(environment: Path, folder: Path) -> None:
    """Write into an environment which folder it was made for, as uv does."""
    path = shlex.quote(f"{folder}/{environment.name}")
    (environment / "bin" / "activate").write_text(f"VIRTUAL_ENV={path}\n", encoding="utf-8")


def within_two_seconds(
    checkout: Checkout, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """The result of a task that must end within two seconds."""
    started = time.monotonic()
    result = checkout.dev(*arguments, **variables)
    assert time.monotonic() - started < 2
    return result


def sentence_of(result: subprocess.CompletedProcess[str]) -> str:
    """The only line that a failed task prints, but for the one that says the SDK."""
    assert result.returncode == 1
    assert result.stdout == ""
    *before, line = result.stderr.splitlines()
    assert before in ([], *([each.rstrip()] for each in USING.values()))
    return line
