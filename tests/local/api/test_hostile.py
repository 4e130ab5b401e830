"""Hostile statements: each is refused, by the parser's tree or by PostgreSQL itself."""

from contextlib import closing
from typing import Any

import psycopg
import pytest

from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from tests.local.conftest import Client, new_client

STACKED = [
    "SELECT 1; DELETE FROM thing",
    "SELECT 1; SELECT 2",
    "SELECT 1;; SELECT 2",
    "SELECT %(a)s; DROP TABLE thing",
    "SELECT 1 /* ; */ ; /* */ DROP TABLE thing --",
    "SELECT 1 -- ;\n; DROP TABLE thing",
    "SELECT 'a'';' ; DROP TABLE thing",
    "SELECT $$;$$; DROP TABLE thing",
    "BEGIN; SELECT 1",
    "COMMIT; DROP TABLE thing",
]
OTHER_KINDS = [
    "DROP TABLE thing",
    "TRUNCATE thing",
    "ALTER TABLE thing ADD COLUMN x int",
    "CREATE TABLE mine (a int)",
    "CREATE TEMP TABLE mine AS SELECT 1",
    "CREATE VIEW mine AS SELECT * FROM other",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "COPY thing TO PROGRAM 'true'",
    "COPY thing FROM PROGRAM 'true'",
    "COPY thing TO '/tmp/x'",
    "COPY (SELECT 1) TO STDOUT",
    "SET ROLE msm_platform",
    "SET SESSION AUTHORIZATION msm_superuser",
    "RESET ROLE",
    "SET search_path TO msm_local",
    "SHOW all",
    "GRANT ALL ON thing TO PUBLIC",
    "DO $$ BEGIN PERFORM 1; END $$",
    "CALL mine()",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "DEALLOCATE ALL",
    "DISCARD ALL",
    "LISTEN channel",
    "NOTIFY channel",
    "LOCK TABLE thing",
    "VACUUM thing",
    "EXPLAIN SELECT * FROM thing",
    "EXPLAIN ANALYZE DELETE FROM thing",
    "DECLARE c CURSOR FOR SELECT 1",
    "FETCH ALL FROM msm_result",
    "MERGE INTO thing USING thing t ON true WHEN MATCHED THEN DELETE",
    "LOAD 'auto_explain'",
    "COMMENT ON TABLE thing IS 'x'",
]
FUNCTIONS = [
    "set_config('role', 'msm_platform', false)",
    "pg_catalog.set_config('role', 'msm_platform', false)",
    "\"set_config\"('role', 'msm_platform', false)",
    "U&\"set\\005fconfig\"('role', 'msm_platform', false)",
    "current_setting('role')",
    "pg_read_file('/etc/passwd')",
    "pg_read_binary_file('/etc/passwd')",
    "pg_ls_dir('/')",
    "pg_stat_file('/etc/passwd')",
    "lo_import('/etc/passwd')",
    "lo_export(1, '/tmp/x')",
    "lo_create(0)",
    "lo_from_bytea(0, 'x')",
    "lo_unlink(1)",
    "nextval('counter')",
    "setval('counter', 1)",
    "currval('counter')",
    "pg_notify('channel', 'x')",
    "pg_sleep(10)",
    "pg_terminate_backend(1)",
    "pg_cancel_backend(1)",
    "pg_reload_conf()",
    "pg_advisory_lock(1)",
    "pg_try_advisory_lock(1)",
    "pg_logical_emit_message(false, 'a', 'b')",
    "pg_get_viewdef('thing')",
    "pg_get_functiondef(1)",
    "to_regclass('pg_authid')",
    "has_table_privilege('other', 'select')",
    "obj_description(1)",
    "inet_server_addr()",
    "version()",
    "txid_current()",
    "query_to_xml('SELECT * FROM other', true, true, '')",
    "table_to_xml('other', true, true, '')",
    "database_to_xml(true, true, '')",
    "cursor_to_xml('msm_result', 1, true, true, '')",
    "ts_stat('SELECT s FROM other')",
    "ts_rewrite('a'::tsquery, 'SELECT 1')",
    "ts_headline('a', 'a'::tsquery)",
    "dblink('', 'SELECT 1')",
    "crosstab('SELECT 1')",
    "xpath('/a', '<a/>')",
    "public.mine()",
    "mine()",
]
VALUES = [
    "current_user",
    "session_user",
    "current_role",
    "user",
    "current_catalog",
    "current_schema",
    "xmlelement(name a)",
    "xmlparse(document '<a/>')",
    "1 OPERATOR(public.+) 2",
]
TYPES = [
    "'pg_authid'::regclass",
    "'pg_authid'::pg_catalog.regclass::oid",
    "CAST('pg_authid' AS regclass)",
    "regclass 'pg_authid'",
    "'{pg_authid}'::regclass[]",
    "'{pg_authid}'::_regclass",
    "'pg_read_file'::regproc",
    "'pg_read_file(text)'::regprocedure",
    "'msm_superuser'::regrole",
    "'msm_local'::regnamespace",
    "'int4'::regtype",
    "'=(int,int)'::regoperator",
    "'english'::regconfig",
    "'msm_superuser=r/msm_superuser'::aclitem",
    "NULL::pg_authid",
    "NULL::other",
    "NULL::public.other",
    "NULL::other[]",
    "'{}'::_other",
    "CAST(NULL AS view_of_other)",
    "jsonb_populate_record(NULL::other, '{}')",
    "NULL::msm_local.settings",
    "tableoid::regclass",
]
TABLES = [
    "other",
    "public.other",
    '"other"',
    'U&"\\006fther"',
    "OTHER",
    "ONLY other",
    "other AS thing",
    "thing, other",
    "thing JOIN other USING (id)",
    "thing CROSS JOIN LATERAL (SELECT * FROM other) o",
    "(SELECT * FROM other) thing",
    "(TABLE other) thing",
    "jsonb_to_recordset('[]') AS t(a other)",
    "child",
    "view_of_other",
    "missing",
    "pg_authid",
    "pg_shadow",
    "pg_catalog.pg_authid",
    '"pg_catalog"."pg_authid"',
    "pg_stat_activity",
    "pg_user_mappings",
    "pg_largeobject",
    "pg_file_settings",
    "pg_hba_file_rules",
    "pg_settings",
    "pg_proc",
    "information_schema.tables",
    "msm_local.settings",
    "msm_local.migration_credentials",
    "postgres.public.thing",
    "thing TABLESAMPLE system (1)",
    "pg_ls_dir('/')",
    "ROWS FROM (unnest(ARRAY[1]), pg_ls_dir('/'))",
    "XMLTABLE('/a' PASSING '<a/>' COLUMNS b int)",
    "current_user",
]
SELECTS = [
    "SELECT * INTO copy FROM thing",
    "SELECT * INTO TEMP copy FROM thing",
    "WITH gone AS (DELETE FROM thing RETURNING *) SELECT * FROM gone",
    "WITH new AS (INSERT INTO thing VALUES (1) RETURNING *) SELECT * FROM new",
    "WITH new AS (UPDATE thing SET id = 1 RETURNING *) SELECT * FROM new",
    "WITH new AS (MERGE INTO thing USING thing t ON true WHEN MATCHED THEN DELETE) SELECT 1",
    "SELECT (WITH gone AS (DELETE FROM thing RETURNING id) SELECT max(id) FROM gone)",
    "WITH other AS (SELECT * FROM other) SELECT * FROM other",
    "WITH a AS (SELECT 1) SELECT * FROM a, public.a",
    "SELECT 1 AS a UNION SELECT id FROM other",
    "SELECT (SELECT max(id) FROM other) FROM thing",
    "SELECT * FROM thing WHERE EXISTS (SELECT FROM other)",
    "SELECT * FROM thing WHERE id IN (SELECT id FROM other)",
    "SELECT ARRAY(SELECT id FROM other)",
    "SELECT * FROM thing ORDER BY (SELECT max(id) FROM other)",
    "SELECT * FROM thing LIMIT (SELECT count(*) FROM other)",
    "SELECT count(*) FILTER (WHERE EXISTS (SELECT FROM other)) FROM thing",
    "SELECT sum(id) OVER (ORDER BY (SELECT max(id) FROM other)) FROM thing",
    "SELECT CASE WHEN true THEN (SELECT max(id) FROM other) END",
    "TABLE other",
    "TABLE pg_authid",
    "VALUES ((SELECT max(id) FROM other))",
    "WITH RECURSIVE r AS (SELECT 1 n) CYCLE n SET c TO regrole 'x' DEFAULT '' USING p TABLE r",
    "SELECT thing.of_row FROM thing",
    "SELECT (t).of_row FROM thing t",
    "SELECT t.of_any FROM thing t",
    "SELECT id FROM thing WHERE thing.of_row > 0",
    "SELECT $1",
    "SELECT $7::jsonb",
    "SELECT %s",
    "SELECT %(a)b",
    "SELECT FROM WHERE",
    "",
    "-- nothing",
    "SELECT " + " + ".join("1" * 500),
]
WRITES = [
    ("insert", "INSERT INTO other VALUES (1)"),
    ("insert", "INSERT INTO thing SELECT id FROM other"),
    ("insert", "INSERT INTO thing VALUES (1) RETURNING (SELECT max(id) FROM other)"),
    ("insert", "INSERT INTO pg_catalog.pg_authid VALUES (1)"),
    ("insert", "WITH gone AS (DELETE FROM thing RETURNING id) INSERT INTO thing TABLE gone"),
    ("insert", "INSERT INTO thing VALUES (1) ON CONFLICT DO NOTHING"),
    ("upsert", "INSERT INTO thing VALUES (1)"),
    ("upsert", "INSERT INTO thing VALUES (1) ON CONFLICT (id) DO UPDATE SET id = (TABLE other)"),
    ("update", "UPDATE other SET id = 1"),
    ("update", "UPDATE thing SET id = o.id FROM other o"),
    ("update", "UPDATE thing SET id = (SELECT max(id) FROM other)"),
    ("update", "UPDATE thing SET id = 1 WHERE CURRENT OF msm_result"),
    ("update", "UPDATE thing SET id = (SELECT id FROM read_only FOR UPDATE)"),
    ("update", "UPDATE read_only SET id = 1"),
    ("delete", "DELETE FROM other"),
    ("delete", "DELETE FROM thing USING other"),
    ("delete", "DELETE FROM thing WHERE id = (SELECT max(id) FROM other)"),
    ("delete", "DELETE FROM thing RETURNING pg_read_file('/etc/passwd')"),
    ("delete", "SELECT 1"),
    ("select", "DELETE FROM thing"),
]
HOSTILE = [
    *(("select", sql) for sql in (*STACKED, *OTHER_KINDS, *SELECTS)),
    *(("update", sql) for sql in (*STACKED, *OTHER_KINDS)),
    *(("select", f"SELECT {expression}") for expression in (*FUNCTIONS, *VALUES, *TYPES)),
    *(("insert", f"INSERT INTO thing SELECT {expression}") for expression in FUNCTIONS),
    *(("select", f"SELECT * FROM {table}") for table in TABLES),
    *WRITES,
]


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
    """What a hostile statement might have changed."""
    with psycopg.connect(client.admin_url) as admin:
        return {query: admin.execute(query.encode()).fetchall() for query in CHANGEABLE}


@pytest.fixture(scope="module")
def before(shared_client: Client, scope: list[dict[str, str]]) -> dict[str, Any]:
    assert len(scope) == 2
    return traces(shared_client)


@pytest.fixture(scope="module")
def scope(shared_client: Client) -> list[dict[str, str]]:
    """One table to write, one to read; beside them tables that no operation here declares."""
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


def test_nothing_hostile_left_a_trace(shared_client: Client, before: dict[str, Any]) -> None:
    assert traces(shared_client) == before
    assert [before[query] for query in CHANGEABLE[-3:-1]] == [[(1, None), (2, None)]] * 2


@pytest.mark.parametrize("sql", ["SELECT * FROM thing FOR UPDATE", "SELECT * FROM thing FOR SHARE"])
def test_a_select_runs_in_a_transaction_that_only_reads(
    shared_client: Client, scope: list[dict[str, str]], sql: str
) -> None:
    answer = shared_client.execute("select", sql, [scope[0]["meta_table_uid"]])
    assert (answer.status_code, answer.json()["sqlstate"]) == (400, "25006")


def test_the_row_type_of_a_table_in_scope_may_be_used(
    shared_client: Client, scope: list[dict[str, str]]
) -> None:
    sql = """SELECT id FROM jsonb_populate_recordset(NULL::thing, '[{"id": 7}]')"""
    answer = shared_client.execute("select", sql, [scope[0]["meta_table_uid"]])
    assert answer.json()["rows"] == [{"id": 7}]


def test_a_query_reads_its_own_table_and_no_other(
    shared_client: Client, scope: list[dict[str, str]]
) -> None:
    path = f"/meta-tables/{scope[0]['meta_table_uid']}/run-query/"
    assert shared_client.http.post(path, json="SELECT * FROM thing").status_code == 200
    for sql in ("TABLE other", "DELETE FROM thing", "SELECT 1; SELECT 2", "SELECT version()"):
        assert shared_client.http.post(path, json=sql).status_code == 400


def test_what_the_parser_takes_for_one_literal_is_one_for_the_server(
    cluster: Cluster, database: str
) -> None:
    """Whatever a role of somebody's own server is set to."""
    runtime = f'"{database}_runtime"'
    # Our own URLs say it themselves.
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


OUT_OF_REACH = [
    "CREATE TABLE public.mine (a int)",
    "CREATE TEMPORARY TABLE mine (a int)",
    "CREATE SCHEMA mine",
    "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE ROLE mine",
    "ALTER TABLE thing ADD COLUMN mine int",
    "DROP TABLE thing",
    "TRUNCATE thing",
    "CREATE INDEX mine ON thing (uid)",
    "COMMENT ON TABLE thing IS 'mine'",
    "SELECT * FROM msm_local.meta_tables",
    "SELECT * FROM msm_local.migration_credentials",
    "SELECT * FROM pg_authid",
    "SELECT * FROM pg_shadow",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT lo_import('/etc/passwd')",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "COPY thing TO '/tmp/mine'",
    "SET ROLE msm_platform",
    "SET SESSION AUTHORIZATION msm_superuser",
    "ALTER SYSTEM SET log_statement = 'all'",
]


def test_the_runtime_role_itself_changes_and_sees_nothing_out_of_reach(
    cluster: Cluster, database: str
) -> None:
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
