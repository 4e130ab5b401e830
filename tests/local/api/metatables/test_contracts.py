"""Contracts of generation 2: what a reservation may state, and what finalize makes of it."""

from typing import Any

import pytest

from tests.local.api.metatables.client import DIMENSIONS, UNKNOWN, Tables, series


def test_a_contract_is_what_the_database_has(tables: Tables) -> None:
    tables.active("parent", "CREATE TABLE parent (uid uuid PRIMARY KEY, code text UNIQUE)")
    uid = tables.active(
        "thing",
        "CREATE TABLE thing (uid uuid REFERENCES parent ON DELETE CASCADE, n int DEFAULT 5)",
        "CREATE INDEX by_n ON thing (n)",
        "COMMENT ON COLUMN thing.n IS 'of the database'",
    )
    row = tables.get(uid)
    contract = row["table_contract"]
    assert contract["physical"] == {
        "schema": "public", "table_name": "thing", "relation_kind": "table",
    }  # fmt: skip
    facts = [(c["name"], c["description"], c.get("server_default")) for c in contract["columns"]]
    assert facts == [("uid", "", None), ("n", "of the database", "5")]
    [index] = contract["indexes"]
    assert (index["name"], index["columns"], index["unique"]) == ("by_n", ["n"], False)
    [key] = contract["foreign_keys"]
    assert (key["source_columns"], key["target_columns"]) == (["uid"], ["uid"])
    assert key["on_delete"] == "cascade"
    target = tables.get(key["target_meta_table_uid"])
    assert [column["unique"] for column in target["columns"]] == [False, True]
    assert (
        target["incoming_fks"][0]["contract_fragment"] | key
        == (target["incoming_fks"][0]["contract_fragment"])
    )


def test_the_text_of_a_model_wins_over_a_comment(tables: Tables) -> None:
    [uid] = tables.reserve("thing")
    tables.migrate(uid, "CREATE TABLE thing (uid uuid)", "COMMENT ON COLUMN thing.uid IS 'old'")
    texts = {"columns": [{"name": "uid", "description": "new"}]}
    for authored in ({uid: texts}, {}):
        assert tables.finalize(uid, authored_metadata=authored)[0] == 200
        assert tables.get(uid)["columns"][0]["description"] == "new"


def test_a_table_without_columns_is_not_activated(tables: Tables) -> None:
    [uid] = tables.reserve("thing")
    tables.migrate(uid, "CREATE TABLE thing ()")
    status, answer = tables.finalize(uid)
    assert (status, answer["tables"][0]["error"]["code"]) == (
        409,
        "physical_contract_reconciliation_failed",
    )


KEY = {"name": "fk", "source_columns": ["uid"], "target_columns": ["uid"]}
CONTRADICTIONS: list[tuple[int, str, dict[str, Any]]] = [
    (422, "no columns", {"columns": []}),
    (422, "'uid' twice", {"columns": [{"name": "uid", "data_type": "uuid"}] * 2}),
    (422, "version 'x'", {"version": "x"}),
    (422, "table_name", {"physical": {"schema": "public", "table_name": "other"}}),
    (422, "schema", {"physical": {"schema": "other"}}),
    (422, "'by_n' names n", {"indexes": [{"name": "by_n", "columns": ["n"]}]}),
    (422, "names n", {"foreign_keys": [KEY | {"source_columns": ["n"]}]}),
    (422, "two sides", {"foreign_keys": [KEY | {"target_columns": ["a", "b"]}]}),
    (422, "'nothing'", {"foreign_keys": [KEY | {"on_delete": "nothing"}]}),
    (404, UNKNOWN, {"foreign_keys": [KEY]}),
]


@pytest.mark.parametrize(
    ("status", "part", "changes"), CONTRADICTIONS, ids=[part for _, part, _ in CONTRADICTIONS]
)
def test_a_contract_that_contradicts_itself_is_refused(
    shared_tables: Tables, status: int, part: str, changes: dict[str, Any]
) -> None:
    row = shared_tables.row("thing")
    contract = row["table_contract"] | changes
    for key in contract.get("foreign_keys", []):
        key["target_meta_table_uid"] = UNKNOWN
    body = [row | {"table_contract": contract}]
    answer = shared_tables.http.post("/meta-tables/", json=body)
    assert answer.status_code == status, answer.text
    assert part in answer.json()["detail"]
    assert "public.thing" in answer.json()["detail"]


def test_a_table_name_that_needs_quotes_is_refused(shared_tables: Tables) -> None:
    answer = shared_tables.http.post("/meta-tables/", json=[shared_tables.row("Two words")])
    assert answer.status_code == 422


def test_a_time_index_starts_its_index_names(shared_tables: Tables) -> None:
    for time_index in ("other", "account_identifier"):
        row = series(shared_tables, "thing", DIMENSIONS) | {"time_index_name": time_index}
        answer = shared_tables.http.post("/time-index-meta-tables/", json=[row])
        assert answer.status_code == 422
        assert time_index in answer.json()["detail"]


def test_a_registry_belongs_to_the_provider_of_its_tables(tables: Tables) -> None:
    registry = tables.registry()
    [uid] = tables.reserve("thing", alembic_version_meta_table_uid=registry)
    strange = tables.row("b", alembic_version_meta_table_uid=uid)
    other = tables.client.row("b", key="another:markets")
    other |= {"is_alembic_managed": True, "alembic_version_meta_table_uid": registry}
    for row in (strange, other, strange | {"alembic_version_meta_table_uid": UNKNOWN}):
        assert tables.http.post("/meta-tables/", json=[row]).status_code == 404
