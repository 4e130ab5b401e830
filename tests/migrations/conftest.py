"""A copy of the provider, a view of the database from outside, and an undisturbed upgrade."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import Connection

from migrations.run.lock import MigrationLock
from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from tests.conftest import ROOT, RUNTIME_PASSWORD, environment_of
from tests.support.alembic import engine_of
from tests.support.crashing import Clean, run_clean
from tests.support.janitor import new_database
from tests.support.migrating import LOCK_TABLE, Background
from tests.support.urls import url_of


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder that holds a copy of the provider, to write revisions into."""
    shutil.copytree(ROOT / "migrations", tmp_path / "migrations")
    return tmp_path


@pytest.fixture
def formatted_checkout(checkout: Path) -> Path:
    """A copy of the provider, with the settings of the formatter."""
    shutil.copy(ROOT / "pyproject.toml", checkout)
    return checkout


@pytest.fixture
def held(head_database: Connection) -> Iterator[MigrationLock]:
    """The lock of the database at head, held by this process."""
    lock = MigrationLock(engine_of(head_database), LOCK_TABLE)
    lock.acquire(0)
    yield lock
    lock.release()


@pytest.fixture
def watcher(cluster: Cluster, empty_database: Connection) -> Iterator[Connection]:
    """A superuser's connection to the empty database, which autocommits."""
    url = cluster.admin_url(empty_database.info.dbname)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def background(watcher: Connection) -> Iterator[Background]:
    """Migrations that run in parallel to the test, in the empty database."""
    with Background(watcher) as running:
        yield running


@pytest.fixture
def empty_url(empty_database: Connection) -> str:
    """The URL of the empty database."""
    return url_of(empty_database).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def clean(cluster: Cluster) -> Clean:
    """An upgrade from nothing to head without any disturbance."""
    with new_database(cluster, "undisturbed") as name:
        url = cluster.platform_url(name)
        with LocalPlatform(url, runtime_password=RUNTIME_PASSWORD) as platform:
            return run_clean(environment_of(platform), url)
