"""Operations of generation 2: values, pages, labels and refusals are as on the hosted platform."""

from typing import Any

import pytest

from tests.local.api.metatables.client import Tables

EVERY_TYPE = (
    "CREATE TABLE thing (id bigint PRIMARY KEY, u uuid, s text, n numeric, f double precision,"
    " b boolean, d date, t timestamptz, j json, jb jsonb, i smallint, a text[],"
    " CONSTRAINT positive CHECK (i > 0))"
)


@pytest.fixture(scope="module")
def tables(shared_tables: Tables) -> Tables:
    """One active table, and no test here needs a database to itself."""
    shared_tables.active("thing", EVERY_TYPE)
    return shared_tables


@pytest.fixture
def empty(tables: Tables) -> Tables:
    assert tables.execute("delete", "DELETE FROM thing").status_code == 200
    return tables


def test_every_type_returns_as_the_platform_writes_it(empty: Tables) -> None:
    values: dict[str, Any] = {
        "id": 9_223_372_036_854_775_807,
        "u": "6f0c3f5e-8f0b-4c8e-9a6e-0d8c5d4a1b2c",
        "s": "é % '; DROP TABLE thing; --",
        "f": 0.1,
        "b": False,
        "d": "2026-02-28",
        "t": "2026-03-29T02:30:00.120000+01:00",
        "j": {"b": [1, {"x": None}], "a": "é"},
        "jb": '[1, 2, "three"]',
        "i": 32767,
        "a": ["x", None, 'y,"z'],
    }
    types = {"d": "date", "t": "timestamp with time zone", "jb": "jsonb"}
    names = ", ".join(values)
    marks = ", ".join(f"%({name})s" for name in values)
    sql = f"INSERT INTO thing ({names}) VALUES ({marks}) RETURNING *"
    answer = empty.execute("insert", sql, values, types=types).json()
    expected = values | {"t": "2026-03-29T01:30:00.120000+00:00", "jb": [1, 2, "three"], "n": None}
    assert (answer["row_count"], answer["rows"]) == (1, [expected])
    assert empty.rows("SELECT * FROM thing") == [expected]


def test_an_answer_has_exactly_the_platforms_fields(tables: Tables) -> None:
    answer = tables.execute("select", "SELECT 1 AS a", max_rows=7).json()
    assert answer == {
        "ok": True, "operation": "select", "dialect": "postgresql",
        "data_source_uid": tables.source, "rows": [{"a": 1}], "row_count": 1, "max_rows": 7,
        "truncated": False,
        "pagination": {
            "limit": 7, "offset": 0, "returned_count": 1, "has_more": False, "next_offset": None,
        },
    }  # fmt: skip


NUMBERS = [
    ("12345678901234567890.12", 1.2345678901234567e19),
    ("0.1", 0.1),
    ("7", 7.0),
    ("'NaN'", None),
    ("'-Infinity'", None),
]


@pytest.mark.parametrize(("text", "number"), NUMBERS)
def test_a_numeric_is_a_float_or_null(tables: Tables, text: str, number: float | None) -> None:
    sql = f"SELECT {text}::numeric AS n, ARRAY[{text}::numeric] AS a, ARRAY[{text}::float8] AS f"
    [row] = tables.rows(sql)
    assert row == {"n": number, "a": [number], "f": [number]}
    assert isinstance(row["n"], float | None)


def test_numbers_inside_json_become_floats(tables: Tables) -> None:
    sql = """SELECT '{"a": 1.10, "b": 12345678901234567890, "c": 1e999}'::json AS j"""
    assert tables.rows(sql) == [{"j": {"a": 1.1, "b": 12345678901234567890, "c": None}}]


def test_of_two_columns_with_one_name_the_last_wins(tables: Tables) -> None:
    assert tables.rows("SELECT 1 AS a, 2 AS a") == [{"a": 2}]


UNCARRIED = [
    ("time '10:00'", "Object of type time is not JSON serializable"),
    ("'x'::bytea", "Object of type bytes is not JSON serializable"),
    ("interval '1 day'", "Object of type timedelta is not JSON serializable"),
    ("'infinity'::timestamptz", "timestamp too large (after year 10K): 'infinity'"),
    ("1e400::numeric", "Out of range float values are not JSON compliant: inf"),
]


@pytest.mark.parametrize(("value", "text"), UNCARRIED)
def test_a_value_that_json_cannot_carry_is_refused(tables: Tables, value: str, text: str) -> None:
    status, detail = tables.refused("select", f"SELECT {value} AS v")
    assert (status, detail["code"]) == (400, "compiled_sql_database_error")
    assert detail["detail"] == text


def test_percent_signs_mean_themselves_without_parameters(tables: Tables) -> None:
    sql = "SELECT '50%%' AS a"
    assert tables.rows(sql) == [{"a": "50%%"}]
    assert tables.rows(sql, {"unused": 1}) == [{"a": "50%"}]


def test_on_conflict_passes_under_every_label(empty: Tables) -> None:
    sql = "INSERT INTO thing (id, s) VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET s = 'b'"
    for label in ("insert", "upsert", "update"):
        answer = empty.execute(label, sql).json()
        assert (answer["operation"], answer["row_count"]) == (label, 1)
    assert empty.rows("SELECT s FROM thing") == [{"s": "b"}]


def test_only_the_label_select_forbids_writing(empty: Tables) -> None:
    status, detail = empty.refused("select", "INSERT INTO thing (id) VALUES (1)")
    assert status == 400
    assert detail["detail"] == "cannot execute INSERT in a read-only transaction"
    status, detail = empty.refused("select", "SELECT id FROM thing FOR UPDATE")
    assert detail["detail"] == "cannot execute SELECT FOR UPDATE in a read-only transaction"
    assert empty.execute("update", "SELECT id FROM thing FOR UPDATE").json()["rows"] == []


def test_a_select_under_another_label_counts_all_rows(tables: Tables) -> None:
    sql = "SELECT generate_series(1, 500) AS n"
    answer = tables.execute("delete", sql, max_rows=3, offset=2).json()
    assert [row["n"] for row in answer["rows"]] == [3, 4, 5]
    assert (answer["row_count"], answer["truncated"]) == (500, True)


REFUSED = {
    "INSERT INTO thing (id) VALUES (1), (1)": (
        'duplicate key value violates unique constraint "thing_pkey"\n'
        "DETAIL:  Key (id)=(1) already exists."
    ),
    "INSERT INTO thing (id, i) VALUES (1, -1)": (
        'new row for relation "thing" violates check constraint "positive"\nDETAIL:  Failing row '
        "contains (1, null, null, null, null, null, null, null, null, null, -1, null)."
    ),
    "SELECT nope FROM thing": (
        'column "nope" does not exist\nLINE 1: SELECT nope FROM thing\n               ^'
    ),
    "SELECT 1,\n  nope\nFROM thing": ('column "nope" does not exist\nLINE 2:   nope\n          ^'),
    "TABLE missing": 'relation "missing" does not exist\nLINE 1: TABLE missing\n              ^',
    "SELECT * FORM thing": (
        'syntax error at or near "FORM"\nLINE 1: SELECT * FORM thing\n                 ^'
    ),
    "SELECT\n(": "syntax error at end of input\nLINE 2: (\n         ^",
    "SELECT 1 / 0": "division by zero",
}


@pytest.mark.parametrize(("sql", "text"), REFUSED.items(), ids=list(REFUSED))
def test_a_refusal_of_postgresql_is_its_own_text(empty: Tables, sql: str, text: str) -> None:
    label = "insert" if sql.startswith("INSERT") else "select"
    status, detail = empty.refused(label, sql)
    assert (status, detail) == (400, {"code": "compiled_sql_database_error", "detail": text})


def test_an_operation_ends_at_its_deadline(tables: Tables) -> None:
    sql = "SELECT count(*) FROM generate_series(1, 100000000)"
    status, detail = tables.refused("select", sql, statement_timeout_ms=50)
    assert (status, detail["code"]) == (400, "sql_deadline_exceeded")
    assert "50 ms" in detail["detail"]


def test_missing_and_strange_parameters_are_told_apart(tables: Tables) -> None:
    sql = "SELECT %(a)s::text AS a, %(b)s::text AS b"
    status, detail = tables.refused("select", sql, parameters={"c": 1})
    assert (status, detail["code"]) == (400, "compiled_sql_database_error")
    assert detail["detail"] == "query parameter missing: a, b"
    strange: list[tuple[Any, str]] = [
        ("soon", "date"), ("2026-01-01T00:00:00", "timestamp with time zone"),
        ("2026-01-01T00:00:00.1234567Z", "timestamptz"), ("{", "jsonb"), (7, "datetime"),
    ]  # fmt: skip
    for value, kind in strange:
        more: dict[str, Any] = {"parameters": {"a": value}, "types": {"a": kind}}
        status, detail = tables.refused("select", "SELECT %(a)s AS a", **more)
        assert (status, detail["code"]) == (400, "invalid_sql_parameters")
    more = {"parameters": {"a": 1}, "types": {"b": "int64"}}
    assert tables.refused("select", "SELECT %(a)s", **more)[1]["code"] == "invalid_sql_parameters"


def positional(tables: Tables, sql: str, values: list[Any]) -> tuple[Any, Any]:
    body = {
        "operation": "select",
        "statement": {"sql": sql, "parameters": values},
        "data_source_uid": tables.source,
    }
    answer = tables.http.post("/meta-tables/execute-operation/", json=body).json()
    return answer.get("rows"), answer.get("detail", {}).get("detail")


def test_parameters_may_have_positions_and_no_names(tables: Tables) -> None:
    sql = "SELECT %s::int AS a, '%%' AS b, %s::text AS c"
    assert positional(tables, sql, [1, "x"]) == ([{"a": 1, "b": "%", "c": "x"}], None)
    assert positional(tables, "SELECT '%' AS a", []) == ([{"a": "%"}], None)
    counts = "the query has 2 placeholders but 1 parameters were passed"
    assert positional(tables, sql, [1]) == (None, counts)
    mixed = "positional and named placeholders cannot be mixed"
    assert positional(tables, "SELECT %s, %(a)s", [1]) == (None, mixed)


@pytest.mark.parametrize("value", ["a\x00b", [1, "a"]])
def test_a_parameter_that_cannot_be_sent_is_refused(tables: Tables, value: object) -> None:
    status, detail = tables.refused("select", "SELECT %(a)s::text AS a", parameters={"a": value})
    assert (status, detail["code"]) == (400, "compiled_sql_database_error")


def test_an_unpaired_surrogate_is_refused_everywhere(tables: Tables) -> None:
    headers = {"Content-Type": "application/json"}
    body = (
        r'{"operation": "select", "data_source_uid": "%s", "statement":'
        r' {"sql": "SELECT %%(a)s::text AS a%s", "parameters": {"a": "%s"}}}'
    )
    for sql, value, status in (("", r"\ud800", 400), (r"\ud800", "", 422)):
        content = body % (tables.source, sql, value)
        path = "/meta-tables/execute-operation/"
        answer = tables.http.post(path, content=content, headers=headers)
        assert answer.status_code == status, answer.text


def test_a_foreign_data_source_is_a_conflict(tables: Tables) -> None:
    body = {
        "operation": "select",
        "statement": {"sql": "SELECT 1"},
        "data_source_uid": "11111111-1111-4111-8111-111111111111",
    }
    answer = tables.http.post("/meta-tables/execute-operation/", json=body)
    assert answer.status_code == 409
    assert answer.json()["detail"]["code"] == "data_source_not_selected_runtime"


def test_a_query_reads_all_active_tables(empty: Tables) -> None:
    body = {"data_source_uid": empty.source, "sql": "SELECT '50%' AS s, count(*) AS n FROM thing;"}
    answer = empty.http.post("/meta-tables/run-query/", json=body)
    assert answer.json() == {
        "ok": True, "results": [{"s": "50%", "n": 0}], "row_count": 1, "max_rows": 1000,
        "truncated": False, "error": None,
    }  # fmt: skip
    body["sql"] = "DELETE FROM thing"
    answer = empty.http.post("/time-index-meta-tables/run-query/", json=body)
    assert answer.json()["detail"]["code"] == "compiled_sql_database_error"


def test_prepared_statements_survive_a_changed_table(empty: Tables) -> None:
    [uid] = empty.reserve("thing")
    sql = "INSERT INTO thing (id) SELECT count(*) FROM thing RETURNING *"
    assert empty.execute("insert", sql).status_code == 200
    empty.migrate(uid, "ALTER TABLE thing ADD COLUMN later text")
    empty.finalize(uid)
    assert "later" in empty.execute("insert", sql).json()["rows"][0]
