"""A platform that the tests of a module share, for those that do not mind each other's rows."""

from collections.abc import Iterator, Mapping

import psycopg
import pytest
from psycopg import Connection

from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from tests.conftest import RUNTIME_PASSWORD, environment_of
from tests.support.janitor import new_database

SHARED = "shared"


@pytest.fixture(scope="module")
def shared_database(cluster: Cluster, head_template: str) -> Iterator[Connection]:
    """A superuser's connection to a database at head, without rows when the module begins."""
    with (
        new_database(cluster, SHARED, template=head_template),
        psycopg.connect(cluster.admin_url(SHARED), autocommit=True) as connection,
    ):
        yield connection


@pytest.fixture(scope="module")
def shared_environment(
    cluster: Cluster, shared_database: Connection
) -> Iterator[Mapping[str, str]]:
    """What a forked SDK process needs to use the platform on ``shared_database``."""
    url = cluster.platform_url(shared_database.info.dbname)
    with LocalPlatform(url, runtime_password=RUNTIME_PASSWORD) as platform:
        yield environment_of(platform)
