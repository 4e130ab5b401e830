"""The cost of 250 and 1,000 tables, in addition to our own: autogenerate, check and attach.

The tables are generated: two projects with their own migration history, each a package of models
and a package of migrations, with its tables in its own database. The SDK's CLI generates their one
revision, runs it and finalizes the catalog, as it does for a project of that size.
"""

import importlib
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from msm_local.client.git_context import make_stand_in
from msm_local.postgres.cluster import Cluster
from tests.support.janitor import new_database
from tests.support.migrating import unload_ours

from .forks import in_fork, sdk_cli, seconds_in_fork, statements_in_fork
from .local import ROOT, served, server_of
from .timing import Figure, Group, Sample, figure, interleave

__all__ = [
    "Site",
    "attach_seconds",
    "check",
    "measure",
    "new_site",
    "provider_of",
    "workshop",
    "write_project",
]

SIZES = (250, 1000)
# Stands for the size of our own graphs.
OURS = 0
NOTHING = "nothing"
COMPARE, AUTOGENERATE = "alembic compare_metadata", "migrations revision, nothing found"
CHECK, ATTACH = "check", "start_engine"
BASES = '''"""Generated models."""

import datetime
import uuid

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from msm import MarketsMetaTable, MarketsTimeIndexMetaTable
from msm.models import Asset
from msm.types import Str16, Str255, UuidKey
'''
RELATIONAL = '''

class Fact{n}(MarketsMetaTable):
    """Facts of kind {n} about an asset."""

    __application__ = "{project}"

    uid: Mapped[UuidKey]
    asset_uid: Mapped[uuid.UUID] = mapped_column(ForeignKey(Asset.uid, ondelete="CASCADE"))
    grade: Mapped[Str16] = mapped_column(index=True, comment="From AAA, the best, to D.")
    weight: Mapped[float | None]
    since: Mapped[datetime.datetime]

    __table_args__ = (UniqueConstraint("asset_uid"),)
'''
TIME_INDEXED = '''

class Series{n}(MarketsTimeIndexMetaTable):
    """Observations of kind {n}."""

    __application__ = "{project}"
    __identity_dimensions__ = ("asset_identifier",)

    time_index: Mapped[datetime.datetime]
    asset_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Asset.unique_identifier, ondelete="RESTRICT")
    )
    low: Mapped[float]
    high: Mapped[float]
    volume: Mapped[int | None]
'''
MIGRATIONS = '''"""The migrations of the generated models."""

import {project}
from migrations.downstream import stand_beside
from msm.base import MarketsBase

models = [model for model in MarketsBase.models() if model.__module__ == {project}.__name__]
migration = stand_beside(__name__, models)
'''


def write_project(folder: Path, project: str, tables: int) -> None:
    """Write a package of ``tables`` models, every third one time-indexed, and its migrations."""
    kinds = (TIME_INDEXED if n % 3 == 2 else RELATIONAL for n in range(tables))
    models = (kind.format(project=project, n=n) for n, kind in enumerate(kinds))
    migrations = MIGRATIONS.format(project=project)
    for package, text in (
        (project, BASES + "".join(models)),
        (f"{project}_migrations", migrations),
    ):
        (folder / package).mkdir(exist_ok=True)
        (folder / package / "__init__.py").write_text(text, encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Site:
    """A provider, and a platform whose database is at its head.

    Attributes:
        folder: holds the packages of all sites; commands run there.
        package: the migration package.
        database: the name of its database.
        url: logs in to the database as the owner of its tables.
        environment: leads the SDK to the platform.
        slug: of the namespace; the folder of its revisions.
        measured: runs a function in a process of the site, and returns the seconds of that.
    """

    folder: Path
    package: str
    database: str
    url: str
    environment: Mapping[str, str]
    slug: str = "mainsequence_markets"
    measured: Callable[..., float] = seconds_in_fork

    @property
    def versions(self) -> Path:
        """The folder of its revisions."""
        return self.folder / self.package / "versions" / self.slug

    def migrate(self, *arguments: str, measured: Callable[..., float] | None = None) -> float:
        """Measure ``metatables migrations ARGUMENTS`` on the provider."""
        measured = measured or self.measured
        verb, *rest = arguments
        words = ("migrations", verb, "--provider", f"{self.package}:migration", *rest)
        return measured(sdk_cli, *words, environment=self.environment, folder=self.folder)

    def autogenerate(self) -> float:
        """Seconds of a ``revision`` that finds no difference."""
        seconds = self.migrate("revision", "--autogenerate", "-m", NOTHING)
        (made,) = self.versions.glob(f"*_{NOTHING}.py")
        assert "op." not in made.read_text(encoding="utf-8"), made
        # Left there, it would be a head that the database is not at, and the next run would fail.
        made.unlink()
        return seconds

    def run(self, work: Callable[..., Any], *arguments: str) -> float:
        """Measure a function that takes the package in a process of the site."""
        words = (self.package, *arguments)
        return self.measured(work, *words, environment=self.environment, folder=self.folder)

    def ask(self, work: Callable[[str], float]) -> float:
        """What a function that takes the package measures in a process of the site."""
        return float(in_fork(work, self.package, environment=self.environment, folder=self.folder))


def measure(repeats: int) -> Group:
    """Measure on one PostgreSQL that has, for each size, a database with its own platform."""
    with workshop() as (folder, cluster), ExitStack() as all_:
        sites = {OURS: all_.enter_context(new_site(folder, "migrations", cluster, "migrations"))}
        upgrades = {OURS: sites[OURS].migrate("upgrade", "head")}
        for size in SIZES:
            project = f"scale{size}"
            write_project(folder, project, size)
            sites[size] = all_.enter_context(
                new_site(folder, f"{project}_migrations", cluster, project)
            )
            replace(sites[size], package="migrations").migrate("upgrade", "head")
            sites[size].migrate("revision", "--autogenerate", "-m", "create")
            upgrades[size] = sites[size].migrate("upgrade", "head")
        found = interleave(_ways(sites), repeats)
        counts = {
            size: site.migrate("upgrade", "head", measured=statements_in_fork)
            for size, site in sites.items()
        }
        server = server_of(cluster.admin_url())
    return Group([*_figures(found), *_once(upgrades, "s"), *_once(counts, "statements")], server)


@contextmanager
def workshop() -> Iterator[tuple[Path, Cluster]]:
    """A folder with our provider and a Git context, for the packages of sites; and a PostgreSQL."""
    with tempfile.TemporaryDirectory() as name, Cluster.temporary() as cluster:
        folder = Path(name)
        shutil.copytree(ROOT / "migrations", folder / "migrations")
        make_stand_in(folder / "stand-in", ROOT)
        yield folder, cluster


@contextmanager
def new_site(folder: Path, package: str, cluster: Cluster, database: str) -> Iterator[Site]:
    """A platform on a new database, and the provider of a package that migrates it.

    Args:
        folder: holds the package, and a folder ``stand-in`` with a Git context.
        package: the migration package.
        cluster: where the database is made.
        database: its name.
    """
    with new_database(cluster, database), served(cluster, database) as platform:
        environment = platform.environment() | {"GIT_DIR": str(folder / "stand-in")}
        yield Site(folder, package, database, cluster.platform_url(database), environment)


def _ways(sites: Mapping[int, Site]) -> dict[str, Callable[[], float]]:
    ways: dict[str, Callable[[], float]] = {}
    for size, site in sites.items():
        # The first three include mapping the generated models; the last does not.
        ways[_named(COMPARE, size)] = partial(site.run, compare, site.url)
        ways[_named(AUTOGENERATE, size)] = site.autogenerate
        ways[_named(CHECK, size)] = partial(site.run, check)
        ways[_named(ATTACH, size)] = partial(site.ask, attach_seconds)
    return ways


def _figures(found: Mapping[str, Sample]) -> list[Figure]:
    some, many = SIZES
    figures = []
    for size in (OURS, *SIZES):
        bare, ours, checked, attached = (
            _named(what, size) for what in (COMPARE, AUTOGENERATE, CHECK, ATTACH)
        )
        figures += [
            figure(found, bare),
            figure(found, ours, bare, times=1.2),
            figure(found, checked, bare),
            figure(found, attached, at_most=1.5 if size == many else None),
        ]
    return figures + [
        figure(found, _named(what, many), _named(what, some), times=times)
        for what, times in ((COMPARE, None), (AUTOGENERATE, 4.5), (CHECK, 4.5), (ATTACH, 4.5))
    ]


def _once(measured: Mapping[int, float], unit: str) -> list[Figure]:
    what = "migrations upgrade, whole" if unit == "s" else "migrations upgrade, no-op"
    return [Figure(_named(what, size), Sample((n,)), unit) for size, n in measured.items()]


def _named(what: str, size: int) -> str:
    return f"our tables, {what}" if size == OURS else f"{size:,} tables, {what}"


def attach_seconds(package: str) -> float:
    """Seconds of ``start_engine`` with the models of a provider, which are already imported."""
    # The namespace of this process may be another one than that of the process it comes from.
    unload_ours()
    import msm

    models = provider_of(package).metatable_models
    started = time.perf_counter()
    msm.start_engine(models)
    return time.perf_counter() - started


def check(package: str) -> None:
    """``migrations.check`` that finds no difference."""
    provider = provider_of(package)
    tool = importlib.import_module("migrations.check.__main__")
    assert not tool.check_database(provider).differences


def compare(package: str, url: str) -> None:
    """Alembic's part of ``revision --autogenerate``, with the options that the SDK sets."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext
    from sqlalchemy import create_engine

    provider = provider_of(package)
    options = {
        "target_metadata": provider.target_metadata,
        "include_name": provider.include_name,
        "include_object": provider.include_object,
        "version_table": provider.version_table,
        "compare_type": True,
        "compare_server_default": True,
    }
    with create_engine(url).connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, provider.target_metadata) == []


def provider_of(package: str) -> Any:
    """The provider of a package in the working folder, as the SDK's CLI finds it."""
    sys.path.insert(0, str(Path.cwd()))
    return importlib.import_module(package).migration
