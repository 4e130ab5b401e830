"""Hostile statements are refused under generation 2 too, which declares no scope."""

from typing import Any

import psycopg
import pytest

from tests.local.api.hostile_statements import HOSTILE
from tests.local.api.metatables.client import Tables

# Only the scope or the label of generation 1 speaks against these.
ALLOWED = {
    "INSERT INTO thing VALUES (1) ON CONFLICT DO NOTHING",
    "INSERT INTO thing VALUES (1)",
    "UPDATE thing SET id = (SELECT id FROM read_only FOR UPDATE)",
    "UPDATE read_only SET id = 1",
    "SELECT 1",
}
STATEMENTS = [(label, sql) for label, sql in HOSTILE if sql and sql not in ALLOWED]
TOUCHABLE = ("thing", "other", "read_only")
CODES = {"statement_refused", "compiled_sql_database_error"}


@pytest.fixture(scope="module")
def tables(shared_tables: Tables) -> Tables:
    """Two active tables, and one that no migration has registered."""
    uid = shared_tables.active(
        "thing",
        "CREATE TABLE thing (id bigint PRIMARY KEY, s text)",
        "CREATE TABLE child () INHERITS (thing)",
        "CREATE SEQUENCE counter",
        "CREATE TABLE other (id bigint, s text)",
        "CREATE VIEW view_of_other AS SELECT * FROM other",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION of_row(thing) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION of_any(anyelement) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    )
    shared_tables.active("read_only", "CREATE TABLE read_only (id bigint)")
    for table in TOUCHABLE:
        shared_tables.migrate(uid, f"INSERT INTO {table} (id) VALUES (1), (2)")
    return shared_tables


def contents(tables: Tables) -> list[Any]:
    with psycopg.connect(tables.client.admin_url) as admin:
        queries = [f"SELECT * FROM {table} ORDER BY id" for table in TOUCHABLE]
        relations = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        queries.append(f"{relations} ORDER BY 1")
        return [admin.execute(query.encode()).fetchall() for query in queries]


def test_hostile_statements_are_refused_and_change_nothing(tables: Tables) -> None:
    before = contents(tables)
    passed = []
    for label, sql in STATEMENTS:
        status, detail = tables.refused(label, sql, parameters={"a": 1})
        if (status, detail["code"] in CODES) != (400, True):
            passed.append((label, sql, status, detail))
    assert passed == []
    assert contents(tables) == before


def test_only_active_tables_may_be_used(tables: Tables) -> None:
    tables.reserve("other")
    for sql in ("TABLE other", "TABLE view_of_other", "SELECT NULL::other"):
        status, detail = tables.refused("select", sql)
        assert (status, detail["code"]) == (400, "statement_refused")
        assert "other" in detail["detail"]


def test_a_version_table_is_only_read(tables: Tables) -> None:
    uid = tables.registry()
    tables.migrate(uid, "CREATE TABLE versions (version_num varchar(32))")
    assert tables.finalize(uid)[0] == 200
    assert tables.rows("TABLE versions") == []
    for label in ("update", "insert"):
        status, detail = tables.refused(label, "UPDATE versions SET version_num = 'x'")
        assert (status, detail["code"]) == (400, "statement_refused")
    assert tables.refused("update", "TABLE versions FOR UPDATE")[1]["code"] == "statement_refused"
