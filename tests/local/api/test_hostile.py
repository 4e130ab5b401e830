"""Hostile statements are refused, by our reading of the parse tree or by PostgreSQL itself."""

from contextlib import closing
from typing import Any

import psycopg
import pytest

from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from tests.local.api.hostile_statements import HOSTILE, OUT_OF_REACH
from tests.local.conftest import Client, new_client

TOUCHABLE = ("thing", "other", "read_only")


CHANGEABLE = (
    """
    SELECT oid::regclass::text, relowner, relacl::text FROM pg_class
    WHERE relnamespace = 'public'::regnamespace ORDER BY 1
    """,
    "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1",
    "SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg%temp%' ORDER BY 1",
    "SELECT rolname, rolsuper, rolcreaterole, rolcanlogin, rolconfig FROM pg_roles ORDER BY 1",
    "SELECT member::regrole::text, roleid::regrole::text FROM pg_auth_members ORDER BY 1, 2",
    "SELECT count(*) FROM pg_largeobject_metadata",
    "SELECT * FROM msm_local.settings",
    *(f"SELECT * FROM {table} ORDER BY id" for table in TOUCHABLE),
)


def traces(client: Client) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that a hostile statement might have changed."""
    with psycopg.connect(client.admin_url) as admin:
        return {query: admin.execute(query.encode()).fetchall() for query in CHANGEABLE}


@pytest.fixture(scope="module")
def before(shared_client: Client, scope: list[dict[str, str]]) -> dict[str, Any]:
    assert len(scope) == 2
    return traces(shared_client)


@pytest.fixture(scope="module")
def scope(shared_client: Client) -> list[dict[str, str]]:
    """One table to write and one to read; there are others, which no operation here declares."""
    thing = shared_client.active(
        "thing",
        "CREATE TABLE thing (id bigint PRIMARY KEY, s text)",
        "CREATE TABLE child () INHERITS (thing)",
        "CREATE SEQUENCE counter",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION of_row(thing) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION of_any(anyelement) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    )
    other = shared_client.active("other", "CREATE TABLE other (id bigint, s text)")
    shared_client.migrate(other, "CREATE VIEW view_of_other AS SELECT * FROM other")
    read_only = shared_client.active("read_only", "CREATE TABLE read_only (id bigint)")
    for table in TOUCHABLE:
        shared_client.migrate(other, f"INSERT INTO {table} (id) VALUES (1), (2)")
    return [
        {"meta_table_uid": thing, "access": "write"},
        {"meta_table_uid": read_only, "access": "read"},
    ]


@pytest.mark.usefixtures("before")
@pytest.mark.parametrize(("operation", "sql"), HOSTILE, ids=[f"{o}: {s[:60]}" for o, s in HOSTILE])
def test_a_hostile_statement_is_refused(
    shared_client: Client, scope: list[dict[str, str]], operation: str, sql: str
) -> None:
    body = {
        "operation": operation,
        "statement": {"sql": sql, "parameters": {"a": 1}},
        "scope": {"tables": scope},
    }
    answer = shared_client.http.post("/meta-tables/execute-operation/", json=body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"] in {"StatementRefusedError", "InvalidRequestError"}


def test_hostile_statements_changed_nothing(shared_client: Client, before: dict[str, Any]) -> None:
    assert traces(shared_client) == before
    assert [before[query] for query in CHANGEABLE[-3:-1]] == [[(1, None), (2, None)]] * 2


@pytest.mark.parametrize("sql", ["SELECT * FROM thing FOR UPDATE", "SELECT * FROM thing FOR SHARE"])
def test_a_select_runs_in_a_read_only_transaction(
    shared_client: Client, scope: list[dict[str, str]], sql: str
) -> None:
    answer = shared_client.execute("select", sql, [scope[0]["meta_table_uid"]])
    assert (answer.status_code, answer.json()["sqlstate"]) == (400, "25006")


def test_the_row_type_of_scope_tables_is_allowed(
    shared_client: Client, scope: list[dict[str, str]]
) -> None:
    sql = """SELECT id FROM jsonb_populate_recordset(NULL::thing, '[{"id": 7}]')"""
    answer = shared_client.execute("select", sql, [scope[0]["meta_table_uid"]])
    assert answer.json()["rows"] == [{"id": 7}]


def test_a_query_reads_only_its_own_table(
    shared_client: Client, scope: list[dict[str, str]]
) -> None:
    path = f"/meta-tables/{scope[0]['meta_table_uid']}/run-query/"
    assert shared_client.http.post(path, json="SELECT * FROM thing").status_code == 200
    for sql in ("TABLE other", "DELETE FROM thing", "SELECT 1; SELECT 2", "SELECT version()"):
        assert shared_client.http.post(path, json=sql).status_code == 400


def test_a_literal_is_one_for_parser_and_server(cluster: Cluster, database: str) -> None:
    """Even if the role has other settings, as on the user's own server."""
    runtime = f'"{database}_runtime"'
    # Without the query, in which our own URLs set it.
    url = cluster.platform_url(database).partition("?")[0]
    with new_client(cluster, database) as client:
        uid = client.active("thing", "CREATE TABLE thing (id bigint)")
    with psycopg.connect(cluster.admin_url(database)) as admin:
        for setting in (
            *("standard_conforming_strings = off", "client_encoding = latin1"),
            *("intervalstyle = iso_8601", "datestyle = 'German'", "bytea_output = escape"),
        ):
            admin.execute(f"ALTER ROLE {runtime} SET {setting}".encode())
    literal = r"\' , pg_sleep(100) --"
    sql = f"SELECT '{literal.replace("'", "''")}', 'é' AS e, CAST(interval '1 day' AS text) AS i"
    with LocalPlatform(url) as platform:
        client = Client(platform, url, "")
        with closing(client.http):
            answer = client.execute("select", sql, [uid])
    assert answer.json()["rows"] == [{"?column?": literal, "e": "é", "i": "1 day"}]


def test_the_runtime_role_itself_has_no_other_rights(cluster: Cluster, database: str) -> None:
    password = "only for this test"  # noqa: S105 - a database of this test alone
    url = cluster.platform_url(database)
    with LocalPlatform(url, runtime_password=password) as platform:
        client = Client(platform, url, cluster.admin_url(database))
        client.active("thing", "CREATE TABLE thing (uid uuid)")
        client.http.close()
        login = f"host=127.0.0.1 port={cluster.port} dbname={database} user={database}_runtime"
        with psycopg.connect(login, password=password, autocommit=True) as connection:
            for sql in (*OUT_OF_REACH, f'SET ROLE "{database}_owner"'):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(sql.encode())
            granted = "SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = "
            row = connection.execute(f"{granted} current_user".encode()).fetchone()
            assert row == (False, False, False)
