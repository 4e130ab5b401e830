"""What the SDK's CLI and our provider add to bare Alembic, with the same revisions and server."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from alembic import command

from msm_local.client.git_context import make_stand_in
from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from tests.support.janitor import new_database

from .forks import bare_config, in_fork, sdk_cli, seconds_in_fork, statements_in_fork
from .local import PROVIDER, ROOT, durable_cluster, served, server_of
from .timing import Figure, Group, Sample, figure, interleave

__all__ = ["bare_check", "bare_environment", "measure"]

REVISIONS = ROOT / "migrations" / "versions" / "mainsequence_markets"
UPGRADE = ("migrations", "upgrade", *PROVIDER, "head")
PLAIN_UPGRADE = ("migrations", "upgrade", "--provider", "plain:migration", "head")
ENVIRONMENT = """
from alembic import context
from sqlalchemy import create_engine

with create_engine(context.config.get_main_option("sqlalchemy.url")).connect() as connection:
    context.configure(connection=connection, version_table="ms_markets__alembic_version")
    with context.begin_transaction():
        context.run_migrations()
"""
# Our provider without our env.py: the cost of the SDK's CLI alone.
PLAIN_PROVIDER = """
from dataclasses import fields

from migrations import migration as ours
from msm.sdk.migrations import AlembicMetaTableMigration

hooks = {"before_look", "after_run"}
names = [field.name for field in fields(AlembicMetaTableMigration) if field.init]
stated = {name: getattr(ours, name) for name in names if name not in hooks}
stated |= {"script_location": f"{__name__}:", "after_register_metatables": None}
migration = AlembicMetaTableMigration(**stated)
"""
PLAIN_ENVIRONMENT = """
from msm.sdk.migrations import run_mainsequence_alembic_env

run_mainsequence_alembic_env()
"""
BARE, OURS = "alembic upgrade heads", "migrations upgrade head"
PLAIN = "migrations upgrade head, the SDK's own env.py"
CHECK, NOTHING = "alembic current --check-heads", "migrations upgrade head, no-op"


def measure(repeats: int) -> Group:
    """A whole upgrade of an empty database, and an upgrade that has nothing to do."""
    with (
        tempfile.TemporaryDirectory() as folder,
        durable_cluster() as cluster,
        ExitStack() as databases,
    ):
        bench = Bench(Path(folder), cluster, databases)
        found = interleave(bench.ways(seconds_in_fork), repeats)
        counts = interleave(bench.ways(statements_in_fork), 1)
        server = server_of(cluster.admin_url())
    figures = [
        figure(found, BARE),
        figure(found, PLAIN, BARE),
        figure(found, OURS, BARE, times=1.3),
        figure(found, OURS, PLAIN),
        figure(found, CHECK),
        figure(found, NOTHING, CHECK),
    ]
    return Group([*figures, *_counted(counts)], server)


def _counted(counts: dict[str, Sample]) -> list[Figure]:
    named = {f"{what}: statements": sample for what, sample in counts.items()}
    bare, plain, ours, check, nothing = named
    return [
        figure(named, bare, unit=""),
        figure(named, plain, bare, unit=""),
        figure(named, ours, bare, unit=""),
        figure(named, check, unit=""),
        figure(named, nothing, check, unit=""),
    ]


def bare_environment(folder: Path) -> None:
    """Write the env.py and the revisions that bare Alembic runs."""
    folder.mkdir(exist_ok=True)
    (folder / "env.py").write_text(ENVIRONMENT, encoding="utf-8")
    shutil.copytree(REVISIONS, folder / "versions")


class Bench:
    """An empty database and one at head; each measurement works on a copy of one of them.

    Args:
        folder: for bare Alembic's environment.
        cluster: a running PostgreSQL.
        databases: keeps the two until it is closed.
    """

    def __init__(self, folder: Path, cluster: Cluster, databases: ExitStack) -> None:
        self._folder = folder
        self._cluster = cluster
        bare_environment(folder)
        plain = folder / "plain"
        plain.mkdir()
        (plain / "__init__.py").write_text(PLAIN_PROVIDER, encoding="utf-8")
        (plain / "env.py").write_text(PLAIN_ENVIRONMENT, encoding="utf-8")
        make_stand_in(folder / "stand-in", ROOT)
        databases.enter_context(new_database(cluster, "empty"))
        with served(cluster, "empty"):
            pass
        databases.enter_context(new_database(cluster, "head", template="empty"))
        with served(cluster, "head") as platform:
            environment = self._environment(platform)
            in_fork(sdk_cli, *UPGRADE, environment=environment, folder=ROOT)

    def ways(self, measured: Callable[..., float]) -> dict[str, Callable[[], float]]:
        """Everything that is measured, each on its own copy of one of the two databases."""
        return {
            BARE: lambda: self._bare(measured, "empty", bare_upgrade),
            PLAIN: lambda: self._sdk(measured, "empty", PLAIN_UPGRADE, self._folder),
            OURS: lambda: self._sdk(measured, "empty", UPGRADE, ROOT),
            CHECK: lambda: self._bare(measured, "head", bare_check),
            NOTHING: lambda: self._sdk(measured, "head", UPGRADE, ROOT),
        }

    def _bare(
        self, measured: Callable[..., float], template: str, work: Callable[..., Any]
    ) -> float:
        with self._copy(template) as (environment, url):
            folder = str(self._folder)
            return measured(work, folder, url, environment=environment, folder=self._folder)

    def _sdk(
        self, measured: Callable[..., float], template: str, command: Sequence[str], folder: Path
    ) -> float:
        with self._copy(template) as (environment, _):
            return measured(sdk_cli, *command, environment=environment, folder=folder)

    @contextmanager
    def _copy(self, template: str) -> Iterator[tuple[dict[str, str], str]]:
        with (
            new_database(self._cluster, "copy", template=template) as name,
            served(self._cluster, name) as platform,
        ):
            yield self._environment(platform), self._cluster.platform_url(name)

    def _environment(self, platform: LocalPlatform) -> dict[str, str]:
        return platform.environment() | {"GIT_DIR": str(self._folder / "stand-in")}


def bare_upgrade(folder: str, url: str) -> None:
    """``alembic upgrade heads``."""
    command.upgrade(bare_config(folder, url), "heads")


def bare_check(folder: str, url: str) -> None:
    """``alembic current --check-heads``."""
    command.current(bare_config(folder, url), check_heads=True)
