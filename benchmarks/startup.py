"""The cost of starting: the SDK's commands, imports, attaching, msm-local, tests of a project."""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from msm_local.client.git_context import make_stand_in
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
ALONE = "migrations current, the SDK's provider of no tables"
MAPPED = "migrations current, the SDK's provider of our tables"
BUILT = "31 tests of a project, its template built"
KEPT = "31 tests of a project, its template kept"
REQUESTS = "start_engine, our models: requests"
ATTACH, CHECK, LOCK = "start_engine, our models", "check, our tables", "lock of an upgrade"
COLD, WARM = "msm-local start, cold", "msm-local start, warm"
IDLE, USED = "platform, just started", "platform, after all of these"
REBUILD, RESET = "msm-local reset, rebuilt", "msm-local reset, cloned"
# What the SDK's own `migrations scaffold` writes, in one file.
PROVIDER_OF_SDK = """
from sqlalchemy import MetaData
from {sdk} import build_alembic_version_metatable, build_metatable_migration_provider

{tables}
migration = build_metatable_migration_provider(
    package="{name}",
    migration_namespace="benchmarks.{name}",
    script_location="{name}:",
    version_location_prefix="{name}:versions",
    target_metadata=metadata,
    alembic_registry=build_alembic_version_metatable(
        class_name="Version",
        namespace="benchmarks.{name}",
        identifier="{name}.version",
        schema="public",
        table_name="{name}_version",
    ),
    metatable_models=models,
)
"""
ENVIRONMENT_OF_SDK = """
from {sdk} import run_mainsequence_alembic_env

run_mainsequence_alembic_env()
"""
TABLES_OF_SDK = {
    "alone": "metadata, models = MetaData(), []",
    "mapped": """
import msm_portfolio, msm_pricing
from msm.base import MarketsBase

metadata, models = MarketsBase.metadata, list(MarketsBase.models())
""",
}
# What a project writes to test itself with the plugin.
PROJECT = """
[tool.pytest.ini_options]
msm_providers = ["migrations:migration"]
msm_models = ["msm.models:Asset"]
addopts = "-p no:schemathesis"
"""
TESTS = """
import pytest
from sqlalchemy import select

from msm.models import Asset


@pytest.mark.parametrize("count", range(31))
def test_rows_are_written_and_read(msm_runtime, count):
    rows = [{"unique_identifier": f"XNAS:A{n}"} for n in range(count + 1)]
    assert msm_runtime.upsert(Asset, rows) == len(rows)
    assert len(msm_runtime.scalars(select(Asset.unique_identifier)).all()) == len(rows)
"""


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
        figure(found, ALONE, BOTH),
        figure(found, MAPPED, BOTH),
        figure(found, CURRENT, MAPPED),
        figure(found, CURRENT, ALEMBIC),
        figure(found, AT_HEADS),
        figure(found, NOTHING, AT_HEADS, times=1.5),
        figure(found, NOTHING, HELP),
        figure(found, TABLES),
        figure(found, MSM, TABLES, times=1.1),
        # Most of it is the import of the SDK.
        figure(found, BUILT, MSM, at_most=8),
        figure(found, KEPT, MSM, at_most=4),
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
    _write_projects(bare)
    elsewhere = environment | {"GIT_DIR": str(bare / "stand-in")}
    settings = f"[alembic]\nscript_location = {bare}\nsqlalchemy.url = {url.replace('%', '%%')}\n"
    (bare / "alembic.ini").write_text(settings, encoding="utf-8")

    def command(*arguments: str) -> float:
        return seconds_of(arguments, environment, ROOT)

    def alembic(*arguments: str) -> float:
        return command(str(BIN / "alembic"), "--config", str(bare / "alembic.ini"), *arguments)

    def of_sdk(name: str) -> float:
        words = [*sdk, "current", "--provider", f"{name}:migration"]
        return seconds_of(words, elsewhere, bare)

    def tests(*options: str) -> float:
        return seconds_of([sys.executable, "-m", "pytest", *options], os.environ, bare / "project")

    def python(code: str) -> float:
        return command(sys.executable, "-c", code)

    # The first run keeps what the measured ones find.
    tests("--msm-keep")
    return interleave(
        {
            ALEMBIC: lambda: alembic("--help"),
            AT_HEADS: lambda: alembic("current", "--check-heads"),
            HELP: lambda: command(*sdk, "--help"),
            CURRENT: lambda: command(*sdk, "current", *PROVIDER),
            ALONE: lambda: of_sdk("alone"),
            MAPPED: lambda: of_sdk("mapped"),
            NOTHING: lambda: command(*sdk, "upgrade", *PROVIDER, "head"),
            TABLES: lambda: python(f"import {module_of('migrations')}"),
            MSM: lambda: python("import msm"),
            BUILT: tests,
            KEPT: lambda: tests("--msm-keep"),
            ATTACH: lambda: in_fork(attach_seconds, environment=environment, folder=ROOT),
            CHECK: lambda: in_fork(check_seconds, environment=environment, folder=ROOT),
            LOCK: lambda: in_fork(lock_milliseconds, url, environment=environment, folder=ROOT),
        },
        repeats,
    )


def _write_projects(bare: Path) -> None:
    """Write the providers of the SDK, and a project with tests."""
    for name, tables in TABLES_OF_SDK.items():
        (bare / name / "versions" / f"benchmarks_{name}").mkdir(parents=True)
        text = {"sdk": module_of("migrations"), "name": name, "tables": tables}
        provider = PROVIDER_OF_SDK.format(**text)
        (bare / name / "__init__.py").write_text(provider, encoding="utf-8")
        (bare / name / "env.py").write_text(ENVIRONMENT_OF_SDK.format(**text), encoding="utf-8")
    make_stand_in(bare / "stand-in", ROOT)
    project = bare / "project"
    project.mkdir()
    shutil.copytree(ROOT / "migrations", project / "migrations")
    (project / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (project / "test_rows.py").write_text(TESTS, encoding="utf-8")


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
