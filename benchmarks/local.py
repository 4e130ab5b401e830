"""A local platform that belongs to one run of the benchmarks."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import psycopg

from .timing import seconds_of

__all__ = ["BIN", "PROVIDER", "ROOT", "Local"]

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
PROVIDER = ("--provider", "migrations:migration")


class Local:
    """msm-local on a state folder of its own, so that nobody's platform is disturbed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def verb(self, *words: str) -> list[str]:
        """The command line of a verb of msm-local."""
        return [str(BIN / "msm-local"), "--state-dir", str(self.folder), *words]

    def run(self, *words: str) -> str:
        """Run a verb of msm-local and return what it printed."""
        return subprocess.run(
            self.verb(*words), cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout

    def state(self) -> dict[str, Any]:
        """What the running server wrote down."""
        content: dict[str, Any] = json.loads((self.folder / "default" / "state.json").read_text())
        return content

    def start_seconds(self, *, cold: bool) -> float:
        """Stop, forget everything if the start shall be a cold one, and time the start."""
        if cold:
            self.destroy()
        else:
            self.run("stop")
        return seconds_of(self.verb("start"), os.environ, ROOT)

    def destroy(self) -> None:
        """Stop, and delete state and data."""
        self.run("destroy", "--force")

    def environment(self) -> dict[str, str]:
        """Our environment with what leads the SDK to the platform."""
        variables: dict[str, str] = json.loads(self.run("env", "--format", "json"))
        return {**os.environ, **variables}

    def megabytes(self) -> float:
        """Memory of the server and all PostgreSQL processes; shared pages counted once (PSS)."""
        server = psutil.Process(self.state()["pid"])
        family = [server, *server.children(recursive=True)]
        return sum(process.memory_full_info().pss for process in family) / 1e6

    def fsync(self) -> str:
        """The setting of fsync, without which start-up figures cannot be compared."""
        with psycopg.connect(self.state()["database_url"]) as connection:
            row = connection.execute("SHOW fsync").fetchone()
        return str(row[0]) if row else "unknown"

    def upgrade(self) -> None:
        """Bring the database to head."""
        command = [str(BIN / "mainsequence"), "migrations", "upgrade", *PROVIDER, "head"]
        seconds_of(command, self.environment(), ROOT)
