"""Calls of the parity table, which run in a forked process: changing the catalog, and rows."""

from typing import Any

import psycopg
import pytest
from mainsequence.client.exceptions import (
    ApiError,
    BadRequestError,
    ConflictError,
    NotFoundError,
    ServerError,
)

from msm_local.errors import (
    IdentifierTakenError,
    NotImplementedHereError,
    ProtectedError,
    ProviderConflictError,
    StatementRefusedError,
    StatementTimeoutError,
)
from tests.local.api.parity_calls import NOW, UNKNOWN, Case, refused
from tests.support.generation import sdk

MetaTable = sdk("models").MetaTable

# Changing the catalog.


def bulk_create(case: Case) -> None:
    rows = [case.new_row(), case.new_row()]
    made = case.bound(rows)
    assert [item.physical_table_name for item in made] == [r["physical_table_name"] for r in rows]
    assert {item.provisioning_status for item in made} == {"reserved"}
    assert case.bound(rows) == made
    foreign = {**rows[0], "migration_provider_key": "other:markets"}
    with refused(ConflictError, ProviderConflictError):
        case.bound([foreign])


def create(case: Case) -> None:
    wanted = case.new_row()
    assert case.bound(**wanted).physical_table_name == wanted["physical_table_name"]


def patch(case: Case) -> None:
    table = case.reserved()
    changed = table.patch(description="a test", labels=["x"])
    assert (changed.description, changed.labels) == ("a test", ["x"])
    assert table.patch(namespace=None).namespace is None
    with pytest.raises(BadRequestError):
        table.patch(columns=[])
    with refused(ConflictError, IdentifierTakenError):
        table.patch(identifier=case.item.identifier)


def patch_by_uid(case: Case) -> None:
    assert case.bound(case.reserved().uid, labels=["y"]).labels == ["y"]
    with pytest.raises(NotFoundError):
        case.bound(UNKNOWN, labels=["y"])


def add_label(case: Case) -> None:
    table = case.reserved()
    assert [label.name for label in table.add_label(["x", "y"]).labels] == ["x", "y"]
    assert [label.name for label in table.add_label("x").labels] == ["x", "y"]
    _refused_by_a_deleted_table(case, "add_label")


def remove_label(case: Case) -> None:
    table = case.reserved()
    table.add_label(["x", "y"])
    assert [label.name for label in table.remove_label(["x", "z"]).labels] == ["y"]
    _refused_by_a_deleted_table(case, "remove_label")


def _refused_by_a_deleted_table(case: Case, method: str) -> None:
    table = case.reserved()
    table.delete()
    with pytest.raises(NotFoundError):
        getattr(table, method)(["x"])


def delete(case: Case) -> None:
    table = case.reserved()
    assert table.delete() is None
    assert case.client_class.get_or_none(pk=table.uid) is None
    with refused(ConflictError, ProtectedError):
        case.item.delete(full_delete_selected=True)


def destroy_by_uid(case: Case) -> None:
    assert case.bound(case.reserved().uid) is None
    with pytest.raises(NotFoundError):
        case.bound(UNKNOWN)
    with refused(ServerError, NotImplementedHereError):
        case.bound(case.item.uid, delete_with_no_table=True)


def delete_table(case: Case) -> None:
    table = case.reserved()
    table.delete_table()
    assert case.client_class.get_or_none(pk=table.uid) is None


def issue_migration_connection(case: Case) -> None:
    issued = case.bound(ttl_seconds=60)
    assert (issued.ok, issued.dialect, issued.data_source_uid) == (
        True,
        "postgresql",
        case.source_uid,
    )
    with psycopg.connect(issued.uri) as connection:
        names = connection.execute("SELECT session_user, current_user").fetchone()
    assert names == (issued.role_name, issued.owner_role_name)
    with refused(ConflictError, ProviderConflictError):
        case.bound(migration_provider_key="other:markets")


def finalize_managed(case: Case) -> None:
    table = case.reserved()
    missing = case.bound(meta_table_uids=[table.uid], alembic_revision="head")
    assert (missing.ok, missing.failed_count, missing.tables[0].deleted) == (False, 1, False)
    with psycopg.connect(table.issue_migration_connection().uri) as connection:
        connection.execute(f"CREATE TABLE {table.physical_table_name} (uid uuid)".encode())
    done = case.bound(meta_table_uids=[table.uid], alembic_revision="head")
    assert (done.ok, done.finalized_count, done.active_count) == (True, 1, 1)
    assert case.client_class.get(pk=table.uid).alembic_revision == "head"


# Rows.


def _operation(case: Case, kind: str, sql: str, **more: Any) -> Any:
    return sdk("models").MetaTableCompiledSQLOperation(
        operation=kind,
        statement={"sql": sql, **more.pop("statement", {})},
        scope={"tables": [{"meta_table_uid": case.item.uid, "access": "write"}]},
        **more,
    )


def execute_operation(case: Case) -> None:
    table = case.item.physical_table_name
    more = 100_001 if case.client_class is MetaTable else 3
    insert = f"INSERT INTO {table} (v) SELECT generate_series(1, {more})"
    assert case.bound(_operation(case, "insert", insert))["row_count"] == more
    select = _operation(
        case, "select", f"SELECT v FROM {table} ORDER BY v", limits={"max_rows": more}
    )
    read = case.bound(select)
    assert [item["v"] for item in read["rows"]] == list(range(1, more + 1))
    assert (read["truncated"], read["row_count"]) == (False, more)
    update = _operation(
        case,
        "update",
        f"UPDATE {table} SET time_index = %(at)s WHERE v = %(v)s RETURNING time_index",
        statement={
            "parameters": {"at": NOW, "v": 1},
            "parameter_types": {"at": "timestamp with time zone", "v": "float64"},
        },
    )
    assert case.bound(update)["rows"] == [{"time_index": NOW.isoformat()}]
    key = f"INSERT INTO {table} (uid) VALUES ('{UNKNOWN}')"
    upsert = _operation(case, "upsert", f"{key} ON CONFLICT (uid) DO NOTHING")
    assert [case.bound(upsert)["row_count"] for _ in range(2)] == [1, 0]
    with pytest.raises(ConflictError) as taken:
        case.bound(_operation(case, "insert", key))
    assert taken.value.response.json()["constraint"] == f"{table}_uid_key"
    with refused(BadRequestError, StatementRefusedError):
        case.bound(_operation(case, "select", "SELECT pg_sleep(1)"))
    slow = "SELECT count(*) FROM generate_series(1, 100000000)"
    with refused(ApiError, StatementTimeoutError):
        case.bound(_operation(case, "select", slow, limits={"statement_timeout_ms": 20}))
    deleted = case.bound(_operation(case, "delete", f"DELETE FROM {table}"))
    assert deleted["row_count"] == more + 1


def run_query(case: Case) -> None:
    answer = case.bound(f"SELECT count(*) AS n, '50%' AS s FROM {case.item.physical_table_name};")
    assert (answer["ok"], answer["results"]) == (True, [{"n": 0, "s": "50%"}])
    with refused(BadRequestError, StatementRefusedError):
        case.bound("SELECT * FROM elsewhere")
