"""What the SDK's CLI and our provider add to bare Alembic, on the same revisions and server.

Both run in processes forked from one that has imported the SDK and Alembic, so that interpreter
start and imports of libraries are in neither; mapping our models is in ours.
"""

import io
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config

from msm_local.cluster import Cluster
from msm_local.git_context import make_stand_in
from msm_local.platform import LocalPlatform
from tests.support.forked import Finished, run_forked, run_sdk_cli

from .timing import Figure, figure, interleave, timed

__all__ = ["measure"]

ROOT = Path(__file__).parents[1]
REVISIONS = ROOT / "migrations" / "versions" / "mainsequence_markets"
PASSWORD = "of-the-runtime-role-of-a-benchmark"  # noqa: S105
UPGRADE = ("migrations", "upgrade", "--provider", "migrations:migration", "head")
ENVIRONMENT = """
from alembic import context
from sqlalchemy import create_engine

with create_engine(context.config.get_main_option("sqlalchemy.url")).connect() as connection:
    context.configure(connection=connection, version_table="ms_markets__alembic_version")
    with context.begin_transaction():
        context.run_migrations()
"""


def measure(repeats: int) -> list[Figure]:
    """A whole upgrade of an empty database, and one that finds nothing to do."""
    with tempfile.TemporaryDirectory() as folder, Cluster.temporary() as cluster:
        bench = Bench(Path(folder), cluster)
        found = interleave(
            {
                "alembic upgrade heads": lambda: bench.bare("empty", bare_upgrade),
                "migrations upgrade head": lambda: bench.ours("empty"),
                "alembic current --check-heads": lambda: bench.bare("head", bare_check),
                "migrations upgrade head, no-op": lambda: bench.ours("head"),
            },
            repeats,
        )
    bare, ours, check, nothing = found
    return [
        figure(found, bare),
        figure(found, ours, bare, bound="1.3 times"),
        figure(found, check),
        figure(found, nothing, check),
    ]


class Bench:
    """An empty database and one at head, to be copied for each measurement.

    Args:
        folder: for bare Alembic's environment.
        cluster: a running PostgreSQL.
    """

    def __init__(self, folder: Path, cluster: Cluster) -> None:
        self._folder = folder
        self._cluster = cluster
        (folder / "env.py").write_text(ENVIRONMENT, encoding="utf-8")
        shutil.copytree(REVISIONS, folder / "versions")
        make_stand_in(folder / "stand-in", ROOT)
        cluster.create_database("empty")
        with LocalPlatform(cluster.platform_url("empty"), runtime_password=PASSWORD):
            pass
        cluster.create_database("head", template="empty")
        with LocalPlatform(cluster.platform_url("head"), runtime_password=PASSWORD) as platform:
            self._upgrade(platform)

    def bare(self, template: str, work: Callable[[str, str], None]) -> float:
        """Seconds of bare Alembic on a copy of a template."""
        with self._copy(template) as (platform, url):
            folder = str(self._folder)
            environment = platform.environment()
            return timed(
                lambda: succeed(
                    run_forked(work, folder, url, environment=environment, folder=self._folder)
                )
            )

    def ours(self, template: str) -> float:
        """Seconds of the SDK's CLI with our provider on a copy of a template."""
        with self._copy(template) as (platform, _):
            return timed(lambda: self._upgrade(platform))

    def _upgrade(self, platform: LocalPlatform) -> None:
        environment = platform.environment() | {"GIT_DIR": str(self._folder / "stand-in")}
        succeed(run_sdk_cli(*UPGRADE, environment=environment, folder=ROOT))

    @contextmanager
    def _copy(self, template: str) -> Iterator[tuple[LocalPlatform, str]]:
        self._cluster.create_database("copy", template=template)
        url = self._cluster.platform_url("copy")
        with LocalPlatform(url, runtime_password=PASSWORD) as platform:
            yield platform, url
        self._cluster.drop_database("copy")


def bare_upgrade(folder: str, url: str) -> None:
    """``alembic upgrade heads``."""
    command.upgrade(_config(folder, url), "heads")


def bare_check(folder: str, url: str) -> None:
    """``alembic current --check-heads``."""
    command.current(_config(folder, url), check_heads=True)


def _config(folder: str, url: str) -> Config:
    config = Config(stdout=io.StringIO())
    config.set_main_option("script_location", folder)
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def succeed(run: Finished) -> None:
    """Fail where a measured run failed.

    Raises:
        RuntimeError: it did; a failure has no duration worth knowing.
    """
    if run.exit_code != 0:
        raise RuntimeError(run.stderr)
