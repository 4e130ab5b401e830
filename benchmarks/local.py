"""A local platform for one run of the benchmarks."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import psutil
import psycopg
import requests

from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from msm_local.postgres.paths import LASTING, shared_folder
from msm_local.postgres.temporary import new_home
from tests.support.generation import PROGRAM

from .timing import seconds_of

__all__ = ["BIN", "PROVIDER", "ROOT", "Local", "durable_cluster", "served", "server_of"]

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
PROVIDER = ("--provider", "migrations:migration")
# A copy of a database keeps its roles, so the platforms on copies share this password.
RUNTIME_PASSWORD = "of-the-runtime-role-of-a-benchmark"  # noqa: S105


class Local:
    """msm-local with its own state folder, so that it does not disturb another platform."""

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
        """The state file of the running server."""
        content: dict[str, Any] = json.loads((self.folder / "default" / "state.json").read_text())
        return content

    def start_seconds(self, *, cold: bool) -> float:
        """Stop, delete everything for a cold start, and time the start."""
        if cold:
            self.destroy()
        else:
            self.run("stop")
        return seconds_of(self.verb("start"), os.environ, ROOT)

    def reset_seconds(self) -> float:
        """Reset, and return the duration without the start of the command."""
        # The command measures it: from outside, the start of its interpreter would be included.
        return float(json.loads(self.run("reset", "--json"))["seconds"])

    def destroy(self) -> None:
        """Stop, and delete state and data."""
        self.run("destroy", "--force")

    def environment(self) -> dict[str, str]:
        """Our environment with the variables that point the SDK to the platform."""
        variables: dict[str, str] = json.loads(self.run("env", "--format", "json"))
        return {**os.environ, **variables}

    def megabytes(self) -> float:
        """Memory of the server and all PostgreSQL processes; shared pages counted once (PSS)."""
        server = psutil.Process(self.state()["pid"])
        family = [server, *server.children(recursive=True)]
        return sum(process.memory_full_info().pss for process in family) / 1e6

    def upgrade(self) -> None:
        """Bring the database to head."""
        command = [str(BIN / PROGRAM), "migrations", "upgrade", *PROVIDER, "head"]
        seconds_of(command, self.environment(), ROOT)


def server_of(database_url: str) -> str:
    """The PostgreSQL at a URL, and its fsync: figures with different fsync are not comparable."""
    with psycopg.connect(database_url) as connection:
        version = connection.info.parameter_status("server_version")
        (fsync,) = connection.execute("SHOW fsync").fetchone() or ("unknown",)
    return f"PostgreSQL {version}, fsync {fsync}"


@contextmanager
def durable_cluster() -> Iterator[Cluster]:
    """A PostgreSQL for this run that waits for the disk, as a server in production does."""
    with new_home(shared_folder(LASTING)) as home:
        cluster = Cluster(home)
        try:
            with cluster:
                yield cluster
        finally:
            cluster.destroy()


@contextmanager
def served(cluster: Cluster, database: str) -> Iterator[LocalPlatform]:
    """A platform on a database, after its first call."""
    url = cluster.platform_url(database)
    with LocalPlatform(url, runtime_password=RUNTIME_PASSWORD) as platform:
        # FastAPI builds a route when a call is matched against it. A path that matches none is
        # matched against all of them, so no measured call pays for it.
        answer = requests.get(
            f"{platform.endpoint}/api/v1/nothing-of-this-name/",
            headers={"Authorization": f"Bearer {platform.token}"},
            timeout=30,
        )
        assert answer.status_code == HTTPStatus.NOT_IMPLEMENTED, answer.text
        yield platform
