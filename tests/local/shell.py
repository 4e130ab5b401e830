"""Runs msm-local as real processes, and looks at the processes that it starts."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg

from msm_local.errors import MsmLocalError
from msm_local.system.processes import SERVER_MODULE
from tests.support.ports import own_port
from tests.support.waiting import soon

NAME = "test"
PHASES = (
    "starting",
    "making the database cluster",
    "starting PostgreSQL",
    "preparing the catalog",
    "ready",
)
DOCUMENTED = (Path(__file__).parents[2] / "docs" / "local.md").read_text(encoding="utf-8")


class Shell:
    """Runs msm-local in a folder, without the variables of the user who runs the tests.

    Attributes:
        port: the port that the first start asks for, and that no other test uses; None leaves it to
            msm-local, as every later start does.
    """

    def __init__(self, folder: Path, name: str = NAME) -> None:
        self.folder = folder
        self.name = name
        foreign = ("MSM_", "MAINSEQ", "METATABLES_", "GIT_")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(foreign)}
        self.environment = kept | {
            "GIT_CEILING_DIRECTORIES": str(folder.parent),
            "XDG_STATE_HOME": str(folder.parent / "user state"),
        }
        self.port: int | None = own_port()

    def __call__(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        result = subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self._asking_for_a_port() | self.environment,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert result.returncode == code, result.stdout + result.stderr
        return result

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "msm_local.cli", "--name", self.name, *arguments]

    def status(self, code: int = 0) -> dict[str, Any]:
        return dict(json.loads(self("status", "--json", code=code).stdout))

    def start(self) -> dict[str, Any]:
        """Start the platform; its status as JSON."""
        return dict(json.loads(self("start", "--json").stdout))

    def refused(self, error: type[MsmLocalError], *arguments: str) -> str:
        """Run a command that ends in this error; its sentence.

        The second line has the code of the error, its effect, and the log if there is one.
        """
        result = self(*arguments, code=error.exit_code)
        lines = result.stderr.splitlines()
        # Reports about slow steps come before.
        sentence, second = (line for line in lines if not line.startswith("msm-local: "))
        assert result.stdout == ""
        assert sentence.startswith("Error: ")
        assert sentence.endswith(".")
        log = r"( Log: /.*(server|template)\.log)?"
        line = rf"\[{re.escape(error.code())}\] {re.escape(error.effect)}{log}"
        assert re.fullmatch(line, second), second
        assert f"| `{error.code()}` |" in DOCUMENTED
        return sentence.removeprefix("Error: ")

    def printed_line(self, *arguments: str, code: int) -> str:
        """The one line that a command prints to standard error, and nothing else."""
        result = self(*arguments, code=code)
        [line] = result.stderr.splitlines()
        assert result.stdout == ""
        assert line.endswith(".")
        return line

    def popen(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command and do not wait for it."""
        return subprocess.Popen(
            self.command(*arguments),
            cwd=self.folder,
            env=self._asking_for_a_port() | self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def state(self) -> Path:
        """The folder of the instance."""
        return self.folder / ".msm-local" / self.name

    def _asking_for_a_port(self) -> dict[str, str]:
        started_before = (self.state / "ports.json").exists()
        asks = self.port is not None and not started_before
        return {"MSM_LOCAL_PORT": str(self.port)} if asks else {}

    def write_row(self) -> None:
        with self._connect() as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS kept (at timestamptz DEFAULT now())")
            connection.execute("INSERT INTO kept DEFAULT VALUES")

    def count_rows(self) -> int:
        with self._connect() as connection:
            row = connection.execute("SELECT count(*) FROM kept").fetchone()
        assert row is not None
        return int(row[0])

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        state = json.loads((self.state / "state.json").read_text())
        return psycopg.connect(state["database_url"])


def gone(processes: list[psutil.Process]) -> bool:
    return soon(lambda: not any(map(lives, processes)))


def lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@contextmanager
def like_a_server(folder: Path) -> Iterator[psutil.Process]:
    """A process that looks like the server of an instance folder, for as long as the context."""
    command = [sys.executable, "-c", "import sys; sys.stdin.read()", SERVER_MODULE]
    with subprocess.Popen(command, stdin=subprocess.PIPE, cwd=folder) as process:
        yield psutil.Process(process.pid)


def family_of(pid: int) -> list[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def hold(pid: int) -> None:
    """Stop a process, until it is sent SIGCONT.

    A signal that is sent before it has stopped would be handled at once, and not after SIGCONT.
    """
    os.kill(pid, signal.SIGSTOP)
    assert soon(lambda: psutil.Process(pid).status() == psutil.STATUS_STOPPED)


def is_pending(pid: int, number: signal.Signals) -> bool:
    """Whether the signal waits for a process that is held."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("ShdPnd:"):
            return bool(int(line.split()[1], 16) & 1 << number - 1)
    raise AssertionError("the system does not list pending signals")


@contextmanager
def server_held_in(shell: Shell, phase: str) -> Iterator[int]:
    """The pid of the starting server, held in this phase or just after it."""
    pid = _server_in(shell, phase)
    hold(pid)
    try:
        yield pid
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def _server_in(shell: Shell, phase: str) -> int:
    later = PHASES[PHASES.index(phase) :]
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            state = json.loads((shell.state / "state.json").read_text())
        except FileNotFoundError:
            continue
        if state["phase"] in later:
            return int(state["pid"])
    raise AssertionError(f"the server did not reach the phase {phase!r}")
