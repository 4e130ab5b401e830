"""The cost of starting: the SDK's commands with our provider, imports, attaching, msm-local."""

import sys
import tempfile
import time
from pathlib import Path

from tests.support.generation import PROGRAM, module_of
from tests.support.wire import Wire

from .forks import in_fork
from .local import BIN, PROVIDER, ROOT, Local, server_of
from .timing import Figure, Group, Sample, figure, interleave, seconds_of
from .upgrade import bare_environment

__all__ = ["attach_seconds", "measure"]

ALEMBIC, HELP = "alembic --help", "migrations --help"
AT_HEADS = "alembic current --check-heads"
CURRENT, NOTHING = "migrations current", "migrations upgrade, no-op"
TABLES, MSM = "import the SDK's tables", "import msm"
BOTH = "migrations --help, and import the SDK's tables"
REQUESTS = "start_engine, our models: requests"
ATTACH, CHECK, LOCK = "start_engine, our models", "check, our tables", "lock of an upgrade"
COLD, WARM = "msm-local start, cold", "msm-local start, warm"
IDLE, USED = "platform, just started", "platform, after all of these"
REBUILD, RESET = "msm-local reset, rebuilt", "msm-local reset, cloned"


def measure(repeats: int) -> Group:
    """Measure on a local platform for this run."""
    with tempfile.TemporaryDirectory(prefix="msm-benchmarks-") as folder:
        local = Local(Path(folder) / "state")
        try:
            # A cold start deletes the template too, so the first reset after it builds it again.
            platform = interleave(
                {
                    COLD: lambda: local.start_seconds(cold=True),
                    WARM: lambda: local.start_seconds(cold=False),
                    IDLE: local.megabytes,
                    REBUILD: local.reset_seconds,
                    RESET: local.reset_seconds,
                },
                repeats,
            )
            bare = Path(folder) / "bare"
            bare_environment(bare)
            found = _measure_commands(local, bare, repeats)
            # A command of today's SDK loads its tables when it needs them, and --help does not.
            pairs = zip(found[HELP].values, found[TABLES].values, strict=True)
            found[BOTH] = Sample(tuple(sum(pair) for pair in pairs))
            attached = in_fork(attach_requests, environment=local.environment(), folder=ROOT)
            requests = Sample((attached,))
            used = Sample((local.megabytes(),))
            server = server_of(local.state()["database_url"])
        finally:
            local.destroy()
    figures = [
        figure(found, ALEMBIC),
        figure(found, HELP, ALEMBIC),
        figure(found, CURRENT, BOTH, times=1.15),
        figure(found, CURRENT, ALEMBIC),
        figure(found, AT_HEADS),
        figure(found, NOTHING, AT_HEADS, times=1.5),
        figure(found, NOTHING, HELP),
        figure(found, TABLES),
        figure(found, MSM, TABLES, times=1.1),
        figure(found, ATTACH, at_most=0.2),
        Figure(REQUESTS, requests, "", at_most=3),
        figure(found, CHECK, at_most=3),
        figure(found, LOCK, unit="ms", at_most=30),
        figure(platform, COLD, at_most=4),
        figure(platform, WARM, COLD, at_most=2, times=0.3),
        figure(platform, REBUILD),
        figure(platform, RESET, REBUILD, at_most=2, times=0.1),
        figure(platform, IDLE, unit="MB", at_most=120),
        Figure(USED, used, "MB"),
    ]
    return Group(figures, server)


def _measure_commands(local: Local, bare: Path, repeats: int) -> dict[str, Sample]:
    environment, url = local.environment(), local.state()["database_url"]
    sdk = (str(BIN / PROGRAM), "migrations")

    settings = f"[alembic]\nscript_location = {bare}\nsqlalchemy.url = {url.replace('%', '%%')}\n"
    (bare / "alembic.ini").write_text(settings, encoding="utf-8")

    def command(*arguments: str) -> float:
        return seconds_of(arguments, environment, ROOT)

    def alembic(*arguments: str) -> float:
        return command(str(BIN / "alembic"), "--config", str(bare / "alembic.ini"), *arguments)

    def python(code: str) -> float:
        return command(sys.executable, "-c", code)

    return interleave(
        {
            ALEMBIC: lambda: alembic("--help"),
            AT_HEADS: lambda: alembic("current", "--check-heads"),
            HELP: lambda: command(*sdk, "--help"),
            CURRENT: lambda: command(*sdk, "current", *PROVIDER),
            NOTHING: lambda: command(*sdk, "upgrade", *PROVIDER, "head"),
            TABLES: lambda: python(f"import {module_of('migrations')}"),
            MSM: lambda: python("import msm"),
            ATTACH: lambda: in_fork(attach_seconds, environment=environment, folder=ROOT),
            CHECK: lambda: in_fork(check_seconds, environment=environment, folder=ROOT),
            LOCK: lambda: in_fork(lock_milliseconds, url, environment=environment, folder=ROOT),
        },
        repeats,
    )


def attach_seconds() -> float:
    """Seconds of ``start_engine`` with all our models, which are already imported."""
    from migrations.registry import metatable_provider_models
    from msm import start_engine

    models = metatable_provider_models()
    started = time.perf_counter()
    start_engine(models)
    return time.perf_counter() - started


def attach_requests() -> int:
    """How many requests the first ``start_engine`` of a process sends."""
    from migrations.registry import metatable_provider_models
    from msm import start_engine

    with Wire() as wire:
        start_engine(metatable_provider_models())
    return len(wire.requests)


def check_seconds() -> float:
    """Seconds of ``migrations.check`` that finds no difference, after imports."""
    from migrations.check.__main__ import check_database
    from migrations.selection import load_provider

    started = time.perf_counter()
    assert not check_database(load_provider()).differences
    return time.perf_counter() - started


def lock_milliseconds(database_url: str) -> float:
    """Milliseconds of taking and releasing the lock of a migration."""
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    from migrations.run.lock import MigrationLock
    from migrations.run.progress import Progress

    engine = create_engine(database_url, poolclass=NullPool)
    # The first connection of a process costs more, and a migration opens one in any case.
    engine.connect().close()
    started = time.perf_counter()
    lock = MigrationLock(engine, "public.ms_markets__alembic_version")
    lock.acquire(0)
    lock.assert_held(Progress())
    lock.release()
    return (time.perf_counter() - started) * 1000
