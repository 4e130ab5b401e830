"""A database that ms-markets 1.0.16 made, and a platform on it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import Connection
from sqlalchemy import make_url

from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from tests.conftest import (
    ROOT,
    RUNTIME_PASSWORD,
    database,
    environment_of,
    platform_on,
)
from tests.support.forked import run_forked
from tests.support.janitor import new_database
from tests.support.published import (
    RECORDED,
    Recorded,
    create_published,
    fill,
    register_published,
)


def owner_of(connection: Connection[Any]) -> str:
    row = connection.execute("SELECT owner_role FROM msm_local.settings").fetchone()
    assert row is not None
    return str(row[0])


@pytest.fixture(scope="session")
def published_template(cluster: Cluster) -> Iterator[str]:
    """A database to copy: made by ms-markets 1.0.16, with rows, and known to the catalog."""
    with _published(cluster, "published_template", RECORDED["0017"]) as name:
        yield name


@contextmanager
def _published(cluster: Cluster, name: str, recorded: Recorded) -> Iterator[str]:
    with new_database(cluster, name):
        url = cluster.platform_url(name)
        with LocalPlatform(url, runtime_password=RUNTIME_PASSWORD) as platform:
            with psycopg.connect(url) as connection:
                create_published(connection, owner_of(connection), recorded)
            fill(make_url(url))
            result = run_forked(
                register_published, recorded, environment=environment_of(platform), folder=ROOT
            )
        assert result.exit_code == 0, result.stderr
        yield name


@pytest.fixture(
    scope="module",
    # 0019 differs from 0020 in nothing that is adopted.
    params=["0018", pytest.param("0019", marks=pytest.mark.long), "0020", "0017 at 0020"],
)
def newest_template(
    cluster: Cluster, request: pytest.FixtureRequest
) -> Iterator[tuple[str, Recorded]]:
    """A database to copy that an ms-markets on metatables left behind, and what it is."""
    recorded = RECORDED[request.param]
    with _published(cluster, "newest_template", recorded) as name:
        yield name, recorded


@pytest.fixture
def published_database(cluster: Cluster, published_template: str) -> Iterator[Connection]:
    with database(cluster, "published", template=published_template) as connection:
        yield connection


@pytest.fixture
def environment(published_database: Connection) -> Iterator[Mapping[str, str]]:
    with platform_on(published_database) as platform:
        yield environment_of(platform)


@pytest.fixture
def superuser(cluster: Cluster, published_database: Connection) -> Iterator[Connection]:
    url = cluster.admin_url(published_database.info.dbname)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection
