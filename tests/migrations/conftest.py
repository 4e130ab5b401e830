"""A provider to write revisions into, and somebody who changes the database by hand."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import Connection

from msm_local.cluster import Cluster
from tests.conftest import ROOT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder that holds a copy of the provider, to write revisions into."""
    shutil.copytree(ROOT / "migrations", tmp_path / "migrations")
    return tmp_path


@pytest.fixture
def superuser(cluster: Cluster, head_database: Connection) -> Iterator[Connection]:
    """A superuser's connection to the database at head, which autocommits."""
    url = cluster.admin_url(head_database.info.dbname)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def watcher(cluster: Cluster, empty_database: Connection) -> Iterator[Connection]:
    """A superuser's connection to the empty database, which autocommits."""
    url = cluster.admin_url(empty_database.info.dbname)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection
