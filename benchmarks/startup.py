"""What starting costs: the SDK's commands with our provider, imports, attaching, msm-local."""

import subprocess
import sys
import tempfile
from pathlib import Path

from .local import BIN, PROVIDER, ROOT, Local
from .timing import Figure, Sample, figure, interleave, seconds_of

__all__ = ["measure"]

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
        local.upgrade()
        # The first one builds the template, with the SDK's CLI; what follows are clones.
        build = Sample((seconds_of(local.verb("reset"), environment, ROOT),))

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
                "msm-local reset": lambda: seconds_of(local.verb("reset"), environment, ROOT),
            },
            repeats,
        )
        resets = found | {"msm-local reset, first": build}
        memory = Sample(tuple(local.megabytes() for _ in range(repeats)))
        local.run("destroy", "--force")
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
        figure(resets, "msm-local reset, first"),
        figure(resets, "msm-local reset", "msm-local reset, first", bound="2 s"),
        Figure("idle platform", memory, "MB", bound="120 MB"),
    ]
