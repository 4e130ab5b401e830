"""What the platform remembers of the last operations."""

from collections.abc import Callable
from typing import Any

import pytest

from msm_local.errors import StatementRefusedError
from msm_local.services.activity import recorder
from msm_local.services.activity.recorder import Activity, Asked, Operation, Outcome
from msm_local.services.activity.statements import plan_of, tables_of
from tests.local.conftest import Client

ITEM = ("public", "item")
CREATE = "CREATE TABLE item (uid uuid PRIMARY KEY, name text UNIQUE)"
UID = "5f0d3c36-6b55-4ff9-8a39-0b4dc2f7a7c1"
INSERT = "INSERT INTO item (uid, name) VALUES (%(uid)s, %(name)s)"


def activity_of(client: Client) -> Activity:
    return client.platform._app.state.platform.activity  # type: ignore[no-any-return]


def last(client: Client) -> Operation:
    return activity_of(client).since(0)[-1]


def database_of(client: Client) -> Any:
    return client.platform._app.state.platform.database


def insert(client: Client, uid: str, value: str = UID) -> None:
    client.execute("insert", INSERT, [uid], {"uid": value, "name": "one"})


def test_operation_is_kept_without_its_values(client: Client) -> None:
    uid = client.active("item", CREATE)
    insert(client, uid)
    kept = last(client)
    assert kept.asked == Asked("mainsequence8", "insert", INSERT, "named")
    assert kept.outcome == Outcome(1)
    assert tables_of(kept) == [ITEM]
    assert UID not in repr(kept)
    assert 0 < kept.milliseconds < 10_000


def test_failed_operation_keeps_its_sentence(client: Client) -> None:
    uid = client.active("item", CREATE)
    insert(client, uid)
    insert(client, uid)
    kept = last(client)
    assert kept.outcome.error == "UniqueViolatedError"
    assert "violates unique constraint" in (kept.outcome.sentence or "")


def test_metatables_operations_and_queries_are_kept(client: Client) -> None:
    client.active("item", CREATE)
    body = {
        "operation": "select",
        "data_source_uid": client.data_source_uid,
        "statement": {"sql": "SELECT 7 %% %s FROM item", "parameters": [2]},
    }
    root = f"{client.platform.endpoint}/metatables/meta-tables"
    assert client.http.post(f"{root}/execute-operation/", json=body).status_code == 200
    kept = last(client)
    assert (kept.asked.generation, kept.asked.placeholders) == ("metatables", "positional")
    assert tables_of(kept) == [ITEM]
    assert "Seq Scan on item" in plan_of(database_of(client), kept)[0]
    query = {"data_source_uid": client.data_source_uid, "sql": "SELECT 7 % 2 FROM item"}
    assert client.http.post(f"{root}/run-query/", json=query).status_code == 200
    kept = last(client)
    assert (kept.asked.kind, tables_of(kept)) == ("query", [ITEM])
    assert "Seq Scan on item" in plan_of(database_of(client), kept)[0]


def test_failed_metatables_operation_keeps_no_row(client: Client) -> None:
    client.active("item", "CREATE TABLE item (name text, secret text, size int NOT NULL)")
    body = {
        "operation": "insert",
        "data_source_uid": client.data_source_uid,
        "statement": {
            "sql": "INSERT INTO item (name, secret) VALUES (%s, %s)",
            "parameters": ["one", UID],
        },
    }
    root = f"{client.platform.endpoint}/metatables/meta-tables"
    answer = client.http.post(f"{root}/execute-operation/", json=body)
    assert UID in answer.text
    kept = last(client)
    assert (kept.asked.kind, kept.outcome.error) == ("insert", "PostgresqlRefusedError")
    assert "violates not-null constraint" in (kept.outcome.sentence or "")
    assert UID not in repr(kept)


def test_finalize_is_kept_with_its_problem(client: Client) -> None:
    [uid] = client.reserve("item")
    client.finalize(uid)
    kept = last(client)
    assert (kept.asked.kind, kept.outcome.error) == ("finalize", "NotFinalized")
    assert "item" in (kept.outcome.sentence or "")


def test_plan_of_a_write_changes_nothing(client: Client) -> None:
    uid = client.active("item", CREATE)
    insert(client, uid)
    delete = "DELETE FROM item WHERE uid = %(uid)s"
    client.execute("delete", delete, [uid], {"uid": "00000000-0000-0000-0000-000000000000"})
    for _ in range(2):
        lines = plan_of(database_of(client), last(client))
        assert lines[0].startswith("Delete on item")
        assert any("Index Cond: (uid = $1)" in line for line in lines)
    found = client.execute("select", "SELECT name FROM item", [uid])
    assert found.json()["row_count"] == 1


def test_refused_statement_has_no_plan(client: Client) -> None:
    uid = client.active("item", CREATE)
    client.execute("select", "SELECT * FROM pg_authid", [uid])
    with pytest.raises(StatementRefusedError, match="pg_authid"):
        plan_of(database_of(client), last(client))


def test_failed_plan_leaves_its_connection_usable(client: Client) -> None:
    uid = client.active("item", CREATE)
    client.execute("select", "SELECT nothing FROM item", [uid])
    wrong = last(client)
    client.execute("select", "SELECT name FROM item", [uid])
    for _ in range(3):
        with pytest.raises(Exception, match="nothing"):
            plan_of(database_of(client), wrong)
    assert plan_of(database_of(client), last(client))[0].startswith("Seq Scan")


def run(activity: Activity, statement: str) -> None:
    activity.run(Asked("metatables", "select", statement), lambda: 1, Outcome)


def test_oldest_operations_are_forgotten() -> None:
    activity = Activity()
    for number in range(recorder.MAX_OPERATIONS + 7):
        run(activity, f"SELECT {number}")
    kept = activity.since(0)
    assert len(kept) == recorder.MAX_OPERATIONS
    assert (kept[0].number, kept[-1].number) == (8, activity.count)
    assert activity.find(7) is None
    assert activity.find(8) is kept[0]


@pytest.mark.parametrize("length", [recorder.MAX_TEXT, 10 * recorder.MAX_TEXT])
def test_long_statements_do_not_fill_the_memory(length: int) -> None:
    activity = Activity()
    for _ in range(60):
        run(activity, "x" * length)
    kept = activity.since(0)
    assert sum(each.size for each in kept) <= recorder.MAX_CHARACTERS
    assert {each.is_whole for each in kept} == {length == recorder.MAX_TEXT}


def test_unexpected_error_is_kept_too() -> None:
    activity = Activity()
    fail: Callable[[], int] = {}.__getitem__  # type: ignore[assignment]
    with pytest.raises(TypeError):
        activity.run(Asked("metatables", "select", "SELECT 1"), fail, Outcome)
    assert activity.since(0)[0].outcome.error == "TypeError"
