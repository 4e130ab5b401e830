"""The SQL and the dumps of docs/from-sdk8.md, on a PostgreSQL with the roles of both platforms."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import Connection, sql

from msm_local.postgres.cluster import Cluster
from msm_local.repositories.settings import Settings, read_settings
from tests.conftest import environment_of, platform_on
from tests.support.history import HEAD, TABLES
from tests.support.janitor import new_database
from tests.support.migrating import migrate
from tests.support.moving import blocks_for, type_in
from tests.support.tools import differences

# Of the vendor's server: it logs in as the first, and gives tables to the second.
LOGIN, OWNER = "metatables", "mt_owner"
ASSET = "INSERT INTO ms_markets__asset (unique_identifier) VALUES ('XNAS:AAPL')"
OWNERS = """
SELECT tableowner, count(*) FROM pg_tables WHERE schemaname = 'public' GROUP BY tableowner
"""
GRANTED = """
SELECT count(*) FROM information_schema.role_table_grants
WHERE grantee = %s AND table_schema = 'public'
"""
# The tables, and the version table.
RELATIONS = len(TABLES) + 1


@pytest.fixture(autouse=True)
def _server_roles(cluster: Cluster) -> Iterator[None]:
    with psycopg.connect(cluster.admin_url(), autocommit=True) as superuser:
        # Where tests of the vendor's server have run in this cluster, its own are there.
        names = "SELECT rolname FROM pg_roles WHERE rolname IN (%s, %s)"
        present = {name for (name,) in superuser.execute(names, [LOGIN, OWNER])}
        made = {LOGIN: "LOGIN CREATEROLE", OWNER: "NOLOGIN"}
        for name in made.keys() - present:
            superuser.execute(f"CREATE ROLE {name} {made[name]}".encode())
        yield
        for name in made.keys() - present:
            superuser.execute(f"DROP ROLE {name}".encode())


@pytest.fixture
def moved(cluster: Cluster) -> Iterator[Connection]:
    """An empty database, as the server needs it; a superuser's connection to it."""
    with (
        new_database(cluster, "moved") as name,
        psycopg.connect(cluster.admin_url(name), autocommit=True) as superuser,
    ):
        superuser.execute(f"GRANT CREATE ON DATABASE {name} TO {LOGIN}".encode())
        superuser.execute(
            f"GRANT CREATE, USAGE ON SCHEMA public TO {LOGIN} WITH GRANT OPTION".encode()
        )
        yield superuser


def run_as_administrator(superuser: Connection, statements: str, settings: Settings) -> None:
    for word, role in (("OLD_OWNER", settings.owner_role), ("OLD_RUNTIME", settings.runtime_role)):
        statements = statements.replace(word, sql.Identifier(role).as_string())
    superuser.execute(statements.encode())


def settings_of(connection: Connection) -> Settings:
    found = read_settings(connection)
    assert found is not None
    return found


def test_the_dump_gives_the_tables_to_the_server(
    cluster: Cluster, superuser: Connection, moved: Connection, tmp_path: Path
) -> None:
    superuser.execute(ASSET)
    [script] = blocks_for("test_the_dump_gives_the_tables_to_the_server")
    old, new = (cluster.admin_url(each.info.dbname) for each in (superuser, moved))
    type_in(tmp_path, script, OLD_DATABASE_URL=old, NEW_DATABASE_URL=new)
    assert moved.execute(OWNERS).fetchall() == [(LOGIN, RELATIONS)]
    assert moved.execute("SELECT unique_identifier FROM ms_markets__asset").fetchall() == [
        ("XNAS:AAPL",)
    ]
    version = moved.execute("SELECT version_num FROM ms_markets__alembic_version").fetchall()
    assert version == [(HEAD,)]


def test_tables_change_their_owner_and_go_back(
    head_database: Connection, superuser: Connection
) -> None:
    forth, back = blocks_for("test_tables_change_their_owner_and_go_back")
    settings = settings_of(head_database)
    head_database.rollback()
    run_as_administrator(superuser, forth, settings)
    assert superuser.execute(OWNERS).fetchall() == [(OWNER, RELATIONS)]
    assert superuser.execute(GRANTED, [settings.runtime_role]).fetchone() == (0,)

    run_as_administrator(superuser, back, settings)
    assert superuser.execute(OWNERS).fetchall() == [(settings.owner_role, RELATIONS)]
    with platform_on(head_database) as platform:
        assert differences(environment_of(platform)) == []


def test_the_dump_goes_back_without_a_stamp(
    cluster: Cluster, superuser: Connection, empty_database: Connection, tmp_path: Path
) -> None:
    superuser.execute(ASSET)
    [script] = blocks_for("test_the_dump_goes_back_without_a_stamp")
    new, old = (cluster.admin_url(each.info.dbname) for each in (superuser, empty_database))
    with platform_on(empty_database) as platform:
        owner = settings_of(empty_database).owner_role
        empty_database.rollback()
        type_in(tmp_path, script, OLD_DATABASE_URL=old, NEW_DATABASE_URL=new, OLD_OWNER=owner)
        environment = environment_of(platform)
        upgraded = migrate("upgrade", "head", environment=environment)
        assert upgraded.exit_code == 0, upgraded.stderr
        assert "Running upgrade" not in upgraded.stderr
        assert differences(environment) == []
