"""A platform that the tests of a module share, for those that do not mind each other's rows."""

from collections.abc import Iterator, Mapping

import psycopg
import pytest
from psycopg import Connection
from pytest_postgresql.executors import NoopExecutor
from pytest_postgresql.janitor import DatabaseJanitor

from msm_local.cluster import Cluster
from msm_local.platform import LocalPlatform
from tests.conftest import RUNTIME_PASSWORD, environment_of

SHARED = "shared"


@pytest.fixture(scope="module")
def shared_database(head_server: NoopExecutor, cluster: Cluster) -> Iterator[Connection]:
    """A superuser's connection to a database at head, without rows when the module begins."""
    janitor = DatabaseJanitor(
        user=head_server.user,
        host=head_server.host,
        port=head_server.port,
        dbname=SHARED,
        template_dbname=head_server.template_dbname,
        password=head_server.password,
    )
    with janitor, psycopg.connect(cluster.admin_url(SHARED), autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def shared_environment(
    cluster: Cluster, shared_database: Connection
) -> Iterator[Mapping[str, str]]:
    """What a forked SDK process needs to use the platform on ``shared_database``."""
    url = cluster.platform_url(shared_database.info.dbname)
    with LocalPlatform(url, runtime_password=RUNTIME_PASSWORD) as platform:
        yield environment_of(platform)
