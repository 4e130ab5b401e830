"""Deleting all rows of a database, between two tests of a project."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import Connection

from msm_local.postgres.cluster import Cluster
from msm_local.testing.emptying import Emptying

# Two tables that refer to each other, one of them to itself too, with keys from sequences.
TABLES = """
CREATE TABLE parent (id serial PRIMARY KEY, child int);
CREATE TABLE child (id serial PRIMARY KEY, parent int NOT NULL REFERENCES parent ON DELETE RESTRICT,
    previous int REFERENCES child ON DELETE CASCADE);
ALTER TABLE parent ADD FOREIGN KEY (child) REFERENCES child ON DELETE RESTRICT;
"""
ROWS = """
INSERT INTO parent DEFAULT VALUES;
INSERT INTO child (parent) VALUES (1);
INSERT INTO child (parent, previous) VALUES (1, 1);
UPDATE parent SET child = 1;
"""
COUNT = "SELECT (SELECT count(*) FROM parent) + (SELECT count(*) FROM child)"


@pytest.fixture
def tables(cluster: Cluster, head_database: Connection) -> Iterator[Connection]:
    """A database at head, with two tables more."""
    url = cluster.platform_url(head_database.info.dbname)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(TABLES)
        yield connection


@pytest.fixture
def emptying(cluster: Cluster, tables: Connection) -> Iterator[Emptying]:
    made = Emptying(cluster.platform_url(tables.info.dbname))
    yield made
    made.close()


def test_rows_go_whatever_their_foreign_keys(tables: Connection, emptying: Emptying) -> None:
    for _ in range(2):
        # The keys begin at 1 each time.
        tables.execute(ROWS)
        assert tables.execute(COUNT).fetchone() == (3,)
        assert emptying.empty()
        assert tables.execute(COUNT).fetchone() == (0,)
    revisions = tables.execute("SELECT count(*) FROM ms_markets__alembic_version")
    assert revisions.fetchone() == (1,)


def test_rows_of_a_migration_are_not_deleted(cluster: Cluster, tables: Connection) -> None:
    tables.execute("INSERT INTO parent DEFAULT VALUES")
    emptying = Emptying(cluster.platform_url(tables.info.dbname))
    assert not emptying.empty()
    emptying.close()
    assert tables.execute(COUNT).fetchone() == (1,)


def test_lost_table_or_session_is_no_error(tables: Connection, emptying: Emptying) -> None:
    tables.execute("DROP TABLE parent, child")
    assert not emptying.empty()
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"
    tables.execute(others, ["msm-local pytest"])
    assert not emptying.empty()
