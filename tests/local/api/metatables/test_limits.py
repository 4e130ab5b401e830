"""The limits of generation 2's requests and answers: its rows, its bytes and its time."""

import json
from typing import Any

import pytest

from msm_local.contract.metatables import limits
from tests.local.api.metatables.client import Tables

OPERATION = "/meta-tables/execute-operation/"


@pytest.fixture(scope="module")
def tables(shared_tables: Tables) -> Tables:
    """One active table, and no test here needs a database to itself."""
    shared_tables.active("thing", "CREATE TABLE thing (id bigint, s text)")
    return shared_tables


def test_the_context_states_the_limits_that_are_asked_for(tables: Tables) -> None:
    context = tables.http.get("/runtime-context/", params={"transfer_contract": 1}).json()
    stated = context["transfer_limits"]
    assert stated["max_page_rows"] == 10_000
    assert stated["max_response_bytes"] == 8 * 1024 * 1024
    assert stated["max_row_bytes"] == 1024 * 1024
    assert stated["max_request_bytes"] == 12_100_000
    assert "transfer_limits" not in tables.http.get("/runtime-context/").json()


@pytest.mark.parametrize(
    ("name", "value"),
    [("max_rows", 10_001), ("max_rows", 0), ("statement_timeout_ms", 60_001), ("offset", -1)],
)
def test_a_limit_out_of_range_is_refused(tables: Tables, name: str, value: int) -> None:
    limits: dict[str, Any] = {name: value}
    answer = tables.execute("select", "SELECT 1", **limits)
    [problem] = answer.json()["detail"]
    assert (answer.status_code, problem["loc"]) == (422, ["body", "limits", name])


def test_the_largest_limits_are_accepted(tables: Tables) -> None:
    answer = tables.execute(
        "select", "SELECT 1", max_rows=10_000, statement_timeout_ms=60_000, offset=1_000_000
    )
    assert (answer.status_code, answer.json()["rows"]) == (200, [])
    status, detail = tables.refused("select", "SELECT 1", offset=1_000_001)
    assert (status, detail["code"]) == (400, "invalid_query_limits")


def test_a_page_with_all_its_rows_counts_as_cut(tables: Tables) -> None:
    sql = "SELECT generate_series(1, 5) AS n"
    for size in (3, 5, 6):
        page = tables.execute("select", sql, max_rows=size).json()
        found = min(size, 5)
        full = size <= 5
        assert [row["n"] for row in page["rows"]] == list(range(1, found + 1))
        assert (page["row_count"], page["truncated"]) == (found, full)
        assert page["pagination"]["next_offset"] == (found if full else None)


@pytest.mark.parametrize("size", [199, 200, 201, 600, 601, 2000])
def test_a_page_ends_right_for_every_fetch_size(tables: Tables, size: int) -> None:
    sql = f"SELECT generate_series(1, {size}) AS n"
    for page in (size - 1, size, size + 1):
        answer = tables.execute("select", sql, max_rows=page).json()
        assert [row["n"] for row in answer["rows"]] == list(range(1, min(page, size) + 1))
        assert answer["truncated"] == (page <= size)


def test_an_answer_is_cut_at_its_bytes(tables: Tables) -> None:
    sql = "SELECT n, repeat('x', 100000) AS s FROM generate_series(1, 200) AS n"
    answer = tables.execute("select", sql)
    page = answer.json()
    assert 7_000_000 < len(answer.content) <= limits.MAX_RESPONSE_BYTES
    assert (page["truncated"], page["row_count"]) == (True, len(page["rows"]))
    numbers = [row["n"] for row in page["rows"]]
    while page["pagination"]["has_more"]:
        page = tables.execute("select", sql, offset=page["pagination"]["next_offset"]).json()
        numbers += [row["n"] for row in page["rows"]]
    assert numbers == list(range(1, 201))


def test_a_row_over_the_limit_is_refused(tables: Tables) -> None:
    fits = limits.MAX_ROW_BYTES - len('{"s":""}') - 1
    sql = "SELECT repeat('x', %(n)s) AS s FROM generate_series(1, 2)"
    assert len(tables.rows(sql, {"n": fits})) == 2
    status, detail = tables.refused("select", sql, parameters={"n": fits + 1})
    assert (status, detail["code"]) == (413, "transfer_row_too_large")


def test_a_write_is_whole_where_its_rows_are_cut(tables: Tables) -> None:
    insert = "INSERT INTO thing (id) SELECT generate_series(1, 30) RETURNING id"
    answer = tables.execute("insert", insert, max_rows=10, offset=5).json()
    assert [row["id"] for row in answer["rows"]] == list(range(6, 16))
    assert (answer["row_count"], answer["truncated"]) == (30, True)
    wide = "UPDATE thing SET s = repeat('x', 2000000) WHERE id = 1 RETURNING s"
    answer = tables.execute("update", wide).json()
    assert (answer["row_count"], answer["rows"], answer["truncated"]) == (1, [], True)
    assert tables.rows("SELECT count(*) AS n, count(s) AS s FROM thing") == [{"n": 30, "s": 1}]


def test_a_data_request_has_a_smaller_limit(tables: Tables) -> None:
    def body(size: int) -> str:
        statement = {"sql": "SELECT length(%(s)s) AS n", "parameters": {"s": "x"}}
        request = {
            "operation": "select", "statement": statement, "data_source_uid": tables.source,
        }  # fmt: skip
        empty = json.dumps(request)
        return empty.replace('"x"', f'"{"x" * (size - len(empty) + 1)}"')

    headers = {"Content-Type": "application/json"}
    largest = body(limits.MAX_DATA_REQUEST_BYTES)
    assert tables.http.post(OPERATION, content=largest, headers=headers).status_code == 200
    larger = body(limits.MAX_DATA_REQUEST_BYTES + 1)
    answer = tables.http.post(OPERATION, content=larger, headers=headers)
    assert answer.status_code == 413
    assert answer.json()["detail"]["code"] == "transfer_request_too_large"
    # The catalog takes more: the contracts of many tables.
    answer = tables.http.post("/meta-tables/filter/", content=larger, headers=headers)
    assert answer.status_code == 422


@pytest.mark.parametrize("limit", [0, 5_001, "many"])
def test_a_filter_has_a_limit_of_its_own(tables: Tables, limit: object) -> None:
    for answer in (
        tables.http.post("/meta-tables/filter/", json={"limit": limit}),
        tables.http.get("/meta-tables/", params={"limit": str(limit)}),
    ):
        assert answer.status_code == 422
        assert isinstance(answer.json()["detail"], str)
    assert tables.http.post("/meta-tables/filter/", json={"limit": 5_000}).status_code == 200
