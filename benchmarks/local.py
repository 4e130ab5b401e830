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

__all__ = ["BIN", "PROVIDER", "ROOT", "Local", "server_of"]

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

    def reset_seconds(self) -> float:
        """Reset, and return what that took without the start of the command."""
        return float(json.loads(self.run("reset", "--json"))["seconds"])

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

    def upgrade(self) -> None:
        """Bring the database to head."""
        command = [str(BIN / "mainsequence"), "migrations", "upgrade", *PROVIDER, "head"]
        seconds_of(command, self.environment(), ROOT)


def server_of(database_url: str) -> str:
    """The PostgreSQL behind a URL, and its fsync: without that no two figures can be compared."""
    with psycopg.connect(database_url) as connection:
        version = connection.info.parameter_status("server_version")
        (fsync,) = connection.execute("SHOW fsync").fetchone() or ("unknown",)
    return f"PostgreSQL {version}, fsync {fsync}"
