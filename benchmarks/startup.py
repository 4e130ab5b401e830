"""What starting costs: the SDK's commands with our provider, imports, attaching, msm-local."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import psutil

from .timing import Figure, Sample, figure, interleave, seconds_of

__all__ = ["measure"]

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
PROVIDER = ("--provider", "migrations:migration")
ATTACH = """
import time
from msm import start_engine
from msm.models import markets_sqlalchemy_models
from msm_portfolio import portfolio_sqlalchemy_models
from msm_pricing import pricing_sqlalchemy_models
models = [
    *markets_sqlalchemy_models(), *portfolio_sqlalchemy_models(), *pricing_sqlalchemy_models()
]
started = time.perf_counter()
start_engine(models)
print(time.perf_counter() - started)
"""
CHECK = """
import time
from migrations.check.__main__ import look
started = time.perf_counter()
assert not look().differences
print(time.perf_counter() - started)
"""
# In milliseconds. The first connection of a process costs more, and a migration has one anyway.
LOCK = """
import sys
import time
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool
from migrations.lock import MigrationLock
from migrations.progress import Progress
engine = create_engine(sys.argv[1], poolclass=NullPool)
engine.connect().close()
started = time.perf_counter()
lock = MigrationLock(engine, "public.ms_markets__alembic_version")
lock.acquire(0)
lock.assert_held(Progress())
lock.release()
print((time.perf_counter() - started) * 1000)
"""


class Local:
    """msm-local on a state folder of its own, so that nobody's platform is disturbed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.start = [str(BIN / "msm-local"), "--state-dir", str(folder), "start"]

    def run(self, verb: str, *options: str) -> str:
        """Run a verb of msm-local and return what it printed."""
        command = [*self.start[:-1], verb, *options]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

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
        return seconds_of(self.start, os.environ, ROOT)

    def destroy(self) -> None:
        """Stop, and delete state and data; the data may lie where PostgreSQL's user can get to."""
        if self.folder.exists():
            data = self.state()["data_folder"]
            self.run("stop")
            shutil.rmtree(data)
            shutil.rmtree(self.folder)

    def environment(self) -> dict[str, str]:
        """Our environment with what leads the SDK to the platform."""
        variables: dict[str, str] = json.loads(self.run("env", "--format", "json"))
        return {**os.environ, **variables}

    def megabytes(self) -> float:
        """Memory of the server and all PostgreSQL processes; shared pages counted once (PSS)."""
        server = psutil.Process(self.state()["pid"])
        family = [server, *server.children(recursive=True)]
        return sum(process.memory_full_info().pss for process in family) / 1e6


def measure(repeats: int) -> list[Figure]:
    """Measure on a local platform of this run's own, with fsync on."""
    with tempfile.TemporaryDirectory(prefix="msm-benchmarks-") as folder:
        local = Local(Path(folder) / "state")
        starts = interleave(
            {
                "msm-local start, cold": lambda: local.start_seconds(cold=True),
                "msm-local start, warm": lambda: local.start_seconds(cold=False),
            },
            repeats,
        )
        environment = local.environment()
        sdk = [str(BIN / "mainsequence"), "migrations"]
        seconds_of([*sdk, "upgrade", *PROVIDER, "head"], environment, ROOT)

        def command(*arguments: str) -> float:
            return seconds_of(arguments, environment, ROOT)

        def printed_by(script: str, *arguments: str) -> float:
            printed = subprocess.run(
                [sys.executable, "-c", script, *arguments], env=environment, cwd=ROOT,
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            return float(printed.stdout)

        database_url = local.state()["database_url"]

        found = interleave(
            {
                "migrations --help": lambda: command(*sdk, "--help"),
                "migrations current": lambda: command(*sdk, "current", *PROVIDER),
                "migrations upgrade, no-op": lambda: command(*sdk, "upgrade", *PROVIDER, "head"),
                "import the SDK's tables": lambda: command(
                    sys.executable, "-c", "import mainsequence.meta_tables"
                ),
                "import msm": lambda: command(sys.executable, "-c", "import msm"),
                "start_engine, 61 models": lambda: printed_by(ATTACH),
                "check, 61 tables": lambda: printed_by(CHECK),
                "lock of an upgrade": lambda: printed_by(LOCK, database_url),
            },
            repeats,
        )
        memory = Sample(tuple(local.megabytes() for _ in range(repeats)))
        local.destroy()
    return [
        figure(found, "migrations --help"),
        figure(found, "migrations current", "migrations --help", bound="1.2 times"),
        figure(found, "migrations upgrade, no-op", "migrations --help"),
        figure(found, "import the SDK's tables"),
        figure(found, "import msm", "import the SDK's tables", bound="1.1 times"),
        figure(found, "start_engine, 61 models", bound="0.2 s"),
        figure(found, "check, 61 tables", bound="3 s"),
        figure(found, "lock of an upgrade", bound="30 ms", unit="ms"),
        figure(starts, "msm-local start, cold", bound="4 s"),
        figure(starts, "msm-local start, warm", "msm-local start, cold", bound="2 s"),
        Figure("idle platform", memory, "MB", bound="120 MB"),
    ]
