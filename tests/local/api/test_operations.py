"""Row operations: values survive a round trip, and statements stay in their scope."""

from typing import Any

import pytest

from tests.local.conftest import Client

EVERY_TYPE = (
    "CREATE TABLE thing (id bigint PRIMARY KEY, u uuid, s text, n numeric(38, 10), f double"
    " precision, b boolean, d date, t timestamptz, j json, jb jsonb, i smallint, a text[])"
)


@pytest.fixture(scope="module")
def scope(shared_client: Client) -> str:
    """The table that a statement may use; there is another one that it may not use."""
    shared_client.active("other", "CREATE TABLE other (id bigint, s text)")
    return shared_client.active("thing", EVERY_TYPE)


@pytest.fixture
def client(shared_client: Client) -> Client:
    """No test here needs a database to itself."""
    return shared_client


@pytest.fixture
def thing(client: Client, scope: str) -> str:
    """The same table, empty."""
    client.migrate(scope, "TRUNCATE thing")
    return scope


def test_every_type_survives_a_round_trip(client: Client, thing: str) -> None:
    values: dict[str, Any] = {
        "id": 9_223_372_036_854_775_807,
        "u": "6f0c3f5e-8f0b-4c8e-9a6e-0d8c5d4a1b2c",
        "s": "é % '; DROP TABLE thing; --",
        "n": "1234567890123456789012345678.1234567891",
        "f": 0.1,
        "b": False,
        "d": "2026-02-28",
        "t": "2026-03-29T02:30:00.123456+01:00",
        "j": {"b": [1, {"x": None}], "a": "é"},
        "jb": [1, 2, "three"],
        "i": -32768,
        "a": ["x", None, 'y,"z'],
    }
    names = ", ".join(values)
    marks = ", ".join(
        f"%({name})s{'::JSONB' if name == 'jb' else '::UUID' if name == 'u' else ''}"
        for name in values
    )
    sql = f"INSERT INTO thing ({names}) VALUES ({marks}) RETURNING *"
    types = {"d": "date", "t": "timestamp with time zone"}
    answer = client.execute("insert", sql, [thing], values, types=types).json()
    expected = values | {"t": "2026-03-29T01:30:00.123456+00:00"}
    assert answer["row_count"] == 1
    assert answer["rows"] == [expected]
    again = client.execute("select", "SELECT * FROM thing", [thing], access="read").json()
    assert again["rows"] == [expected]
    assert {column["name"]: column["type"] for column in again["columns"]} == {
        "id": "int64", "u": "uuid", "s": "string", "n": "numeric", "f": "float64", "b": "bool",
        "d": "date", "t": "timestamp with time zone", "j": "json", "jb": "jsonb", "i": "int16",
        "a": "string[]",
    }  # fmt: skip


def test_nan_and_infinities_travel_as_text(client: Client, thing: str) -> None:
    for number, text in enumerate(("NaN", "Infinity", "-Infinity")):
        sql = "INSERT INTO thing (id, f, n) VALUES (%(id)s, %(f)s, 'NaN') RETURNING f, n"
        answer = client.execute("insert", sql, [thing], {"id": number, "f": text})
        assert answer.json()["rows"] == [{"f": text, "n": "NaN"}]


def test_nulls_percent_signs_and_json_rows_work(client: Client, thing: str) -> None:
    sql = (
        "INSERT INTO thing (id, s) SELECT r.id, r.s FROM jsonb_to_recordset(CAST(%(rows)s AS"
        " JSONB)) AS r (id bigint, s text)"
    )
    rows = '[{"id": 1, "s": "50%"}, {"id": 2, "s": null}]'
    assert client.execute("insert", sql, [thing], {"rows": rows}).json()["row_count"] == 2
    sql = "SELECT id FROM thing WHERE s LIKE '%%\\%%' AND id = ANY(%(ids)s)"
    answer = client.execute("select", sql, [thing], {"ids": [1, 2]}, access="read")
    assert answer.json()["rows"] == [{"id": 1}]


def test_upsert_update_and_delete_count_rows(client: Client, thing: str) -> None:
    upsert = "INSERT INTO thing (id, s) VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET s = 'b'"
    assert client.execute("upsert", upsert, [thing]).json()["row_count"] == 1
    assert client.execute("upsert", upsert, [thing]).json()["row_count"] == 1
    update = "UPDATE thing SET s = 'c' WHERE id = 1 RETURNING s"
    assert client.execute("update", update, [thing]).json()["rows"] == [{"s": "c"}]
    delete = client.execute("delete", "DELETE FROM thing WHERE id = 2", [thing]).json()
    assert (delete["row_count"], delete["rows"]) == (0, [])


def test_pages_are_cut_by_limit_and_offset(client: Client, thing: str) -> None:
    sql = "INSERT INTO thing (id) SELECT generate_series(1, 5)"
    client.execute("insert", sql, [thing])
    select = "SELECT id FROM thing ORDER BY id"

    def page(**limits: int) -> dict[str, Any]:
        return dict(client.execute("select", select, [thing], access="read", limits=limits).json())

    first = page(max_rows=2)
    assert [row["id"] for row in first["rows"]] == [1, 2]
    assert first["truncated"]
    assert first["pagination"] == {
        "limit": 2, "offset": 0, "returned_count": 2, "has_more": True, "next_offset": 2,
    }  # fmt: skip
    last = page(max_rows=2, offset=4)
    assert [row["id"] for row in last["rows"]] == [5]
    assert not last["truncated"]
    assert last["pagination"]["next_offset"] is None
    assert not page(max_rows=5)["truncated"]


def test_a_table_declared_for_reading_is_not_written(client: Client, thing: str) -> None:
    answer = client.execute("delete", "DELETE FROM thing", [thing], access="read")
    assert (answer.status_code, answer.json()["error"]) == (400, "StatementRefusedError")
    assert "public.thing" in answer.json()["detail"]


def test_a_cte_may_be_named_like_a_table(client: Client, thing: str) -> None:
    sql = (
        "WITH RECURSIVE other AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM other WHERE n < 3)"
        " SELECT sum(n) AS n FROM other"
    )
    answer = client.execute("select", sql, [thing])
    assert answer.json()["rows"] == [{"n": 6}]


def test_an_operation_on_a_reserved_table_is_refused(client: Client) -> None:
    [uid] = client.reserve("later")
    answer = client.execute("select", "SELECT 1 AS a", [uid])
    assert (answer.status_code, answer.json()["tables"]) == (409, ["public.later"])


DATABASE_ERRORS = [
    ("INSERT INTO strict (id) VALUES (1)", 409, "UniqueViolatedError", "constraint", "strict_pkey"),
    ("INSERT INTO strict (id) VALUES (NULL)", 400, "NotNullViolatedError", "column", "id"),
    ("INSERT INTO strict VALUES (2, -1)", 400, "CheckViolatedError", "constraint", "positive"),
    ("INSERT INTO strict VALUES (2, 1, 9)", 409, "ForeignKeyViolatedError", "table", "strict"),
    ("INSERT INTO strict (nope) VALUES (1)", 400, "OperationFailedError", "sqlstate", "42703"),
    ("INSERT INTO strict VALUES ('x')", 400, "ValueRefusedError", "sqlstate", "22P02"),
]


def test_a_database_error_names_class_and_facts(client: Client) -> None:
    uid = client.active(
        "strict",
        "CREATE TABLE strict (id int PRIMARY KEY, n int CONSTRAINT positive CHECK (n > 0),"
        " parent int REFERENCES strict)",
        "INSERT INTO strict VALUES (1)",
    )
    for sql, status, error, field, value in DATABASE_ERRORS:
        answer = client.execute("insert", sql, [uid])
        body = answer.json()
        assert (answer.status_code, body["error"], body[field]) == (status, error, value)


def test_an_operation_ends_at_its_timeout(client: Client, thing: str) -> None:
    sql = "SELECT count(*) FROM generate_series(1, 100000000)"
    answer = client.execute("select", sql, [thing], limits={"statement_timeout_ms": 50})
    assert (answer.status_code, answer.json()["error"]) == (408, "StatementTimeoutError")


@pytest.mark.parametrize(
    ("sql", "column"),
    [
        ("SELECT 1 AS a, 2 AS a", "a"),
        ("SELECT 'x'::bytea AS raw", "raw"),
        ("SELECT age(now(), now()) AS span", "span"),
    ],
)
def test_a_result_without_json_form_names_its_column(
    shared_client: Client, scope: str, sql: str, column: str
) -> None:
    answer = shared_client.execute("select", sql, [scope])
    assert (answer.status_code, answer.json()["column"]) == (400, column)


def test_a_failed_write_writes_nothing(client: Client, thing: str) -> None:
    sql = "INSERT INTO thing (id) VALUES (1) RETURNING 'x'::bytea AS raw"
    assert client.execute("insert", sql, [thing]).status_code == 400
    rows = client.execute("select", "SELECT id FROM thing", [thing]).json()["rows"]
    assert rows == []


def test_parameters_are_checked_before_the_statement_runs(client: Client, thing: str) -> None:
    sql = "SELECT id FROM thing WHERE d = %(due)s"
    missing = client.execute("select", sql, [thing])
    no_date = client.execute("select", sql, [thing], {"due": "soon"}, types={"due": "date"})
    types = {"due": "timestamp with time zone"}
    naive = client.execute("select", sql, [thing], {"due": "2026-01-01T00:00:00"}, types=types)
    for answer in (missing, no_date, naive):
        assert (answer.status_code, answer.json()["error"]) == (400, "InvalidRequestError")
        assert "due" in answer.json()["detail"]


def test_prepared_statements_survive_a_changed_table(client: Client, thing: str) -> None:
    sql = "INSERT INTO thing (id) SELECT count(*) FROM thing RETURNING *"
    assert client.execute("insert", sql, [thing]).status_code == 200
    client.migrate(thing, "ALTER TABLE thing ADD COLUMN later text")
    client.finalize(thing)
    assert "later" in client.execute("insert", sql, [thing]).json()["rows"][0]
