"""The databases of the tests: made and dropped by pytest-postgresql's janitor, as the superuser."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from msm_local.postgres.cluster import PLATFORM_ROLE, Cluster
from tests.conftest import database
from tests.support.janitor import new_database

ROLE, PASSWORD = "leaver", "of a test role"


@pytest.fixture
def role(cluster: Cluster) -> Iterator[str]:
    """A role of its own, whose sessions the platform role may not end."""
    with psycopg.connect(cluster.admin_url(), autocommit=True) as superuser:
        superuser.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(ROLE), PASSWORD)
        )
        yield ROLE
        superuser.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(ROLE)))


def facts_of(cluster: Cluster, name: str) -> object:
    """Everything that CREATE DATABASE decides, but for name and number."""
    with psycopg.connect(cluster.admin_url()) as superuser:
        query = """
            SELECT to_jsonb(pg_database) - ARRAY['oid', 'datname', 'datfrozenxid', 'datminmxid']
            FROM pg_database WHERE datname = %s
        """
        return superuser.execute(query, [name]).fetchone()


@pytest.mark.parametrize("times", [5, pytest.param(50, marks=pytest.mark.slow)])
def test_a_database_is_dropped_while_sessions_leave(
    cluster: Cluster, role: str, times: int
) -> None:
    """As the platform role, the janitor failed here, and so did every later test."""
    for _ in range(times):
        with new_database(cluster, "left") as name:
            url = make_conninfo(cluster.admin_url(name), user=role, password=PASSWORD)
            staying, leaving = psycopg.connect(url), psycopg.connect(url)
            # PostgreSQL takes its time to end a session that its client has closed.
            leaving.close()
        with pytest.raises(psycopg.OperationalError):
            staying.execute("SELECT 1")
        staying.close()
    assert "left" not in cluster.databases()


@pytest.mark.parametrize("template", [None, "original"])
def test_a_database_is_like_one_of_the_cluster(cluster: Cluster, template: str | None) -> None:
    with new_database(cluster, "original"):
        cluster.create_database("expected", template=template)
        try:
            with new_database(cluster, "made", template=template or "template0"):
                assert facts_of(cluster, "made") == facts_of(cluster, "expected")
        finally:
            cluster.drop_database("expected")


def test_a_copy_holds_what_its_template_holds(cluster: Cluster) -> None:
    with database(cluster, "original") as original:
        original.execute("CREATE TABLE kept AS SELECT 1 AS n")
        original.commit()
        with database(cluster, "copied", template="original") as copy:
            assert copy.execute("SELECT n FROM kept").fetchall() == [(1,)]
            assert copy.info.user == PLATFORM_ROLE
