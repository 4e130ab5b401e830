"""msm-local by real processes, and what they leave behind."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import psycopg

NAME = "test"


class Shell:
    """Runs msm-local in a folder, away from the variables of whoever runs the tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {
            k: v for k, v in os.environ.items() if not k.startswith(("MSM_", "MAINSEQ", "GIT_"))
        }
        self.environment = kept | {"GIT_CEILING_DIRECTORIES": str(folder.parent)}

    def __call__(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        result = subprocess.run(
            [sys.executable, "-m", "msm_local.cli", "--name", NAME, *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert result.returncode == code, result.stdout + result.stderr
        return result

    def status(self, code: int = 0) -> dict[str, Any]:
        return dict(json.loads(self("status", "--json", code=code).stdout))

    def start(self) -> dict[str, Any]:
        """Start the platform without a word about what happened before; its state."""
        return dict(json.loads(self("start", "--json").stdout))

    def complaint(self, *arguments: str, code: int = 1) -> str:
        """The one sentence that a command ends with, and which is all that it prints."""
        result = self(*arguments, code=code)
        [line] = result.stderr.splitlines()
        assert result.stdout == ""
        assert line.endswith(".")
        return line

    @property
    def state(self) -> Path:
        """The folder of the instance."""
        return self.folder / ".msm-local" / NAME

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
    deadline = time.monotonic() + 10
    while any(map(lives, processes)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def family_of(pid: int) -> list[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]
