"""Calls of the parity table under metatables, which run in a forked process."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import psycopg
import pytest
from mainsequence.client.exceptions import ApiError, BadRequestError, ConflictError, NotFoundError
from mainsequence.client.utils import DoesNotExist

from tests.local.api.parity_calls import NOW, UNKNOWN, Case, filters_of
from tests.support.generation import sdk

TABLE_UIDS = ("MetaTable", "TimeIndexMetaTable")


@contextmanager
def refused(kind: type[ApiError], status: int, part: str) -> Iterator[None]:
    """The client raises ``kind``, because the platform answered ``status`` with a sentence."""
    with pytest.raises(kind) as refusal:
        yield
    assert refusal.value.response.status_code == status
    assert part in str(refusal.value.response.json()["detail"])


# What the client does alone.


def build_session(case: Case) -> None:
    token = os.environ["METATABLES_LOCAL_TOKEN"]
    assert case.bound().headers["X-MetaTables-Local-Token"] == token


def session(case: Case) -> None:
    assert case.bound.headers == case.item.build_session().headers


def get_object_url(case: Case) -> None:
    assert case.bound().startswith(os.environ["METATABLES_API_URL"])


# Reading.


def get(case: Case) -> None:
    assert case.bound(pk=case.item.uid) == case.item
    with pytest.raises(DoesNotExist):
        case.bound(pk=UNKNOWN)
    with pytest.raises(ApiError) as refusal:
        case.bound(pk="no uid")
    assert refusal.value.response.status_code == 422
    if case.client_class.__name__ in TABLE_UIDS:
        assert case.bound(uid=case.item.uid) == case.item


def every_filter_by_body(case: Case) -> None:
    for filters, found in filters_of(case):
        uids = [item.uid for item in case.bound(**filters)]
        assert (case.item.uid in uids) is found, filters
    assert len(case.bound(limit=1)) == 1
    for wrong in ({"colour": "red"}, {"limit": 5_001}):
        with refused(ApiError, 422, next(iter(wrong))):
            case.bound(**wrong)


def search_sources(case: Case) -> None:
    for text, uids in (("Local", [case.item.uid]), ("elsewhere", [])):
        assert [source.uid for source in case.bound(search=text)] == uids


# Changing the catalog.


def bulk_create(case: Case) -> None:
    rows = [case.new_row(), case.new_row()]
    made = case.bound(rows)
    assert [item.physical_table_name for item in made] == [r["physical_table_name"] for r in rows]
    assert {item.provisioning_status for item in made} == {"reserved"}
    assert case.bound(rows) == made
    with refused(ConflictError, 409, "other:markets"):
        case.bound([{**rows[0], "migration_provider_key": "other:markets"}])


def create(case: Case) -> None:
    wanted = case.new_row()
    assert case.bound(**wanted).physical_table_name == wanted["physical_table_name"]


def patch(case: Case) -> None:
    table = case.reserved()
    changed = table.patch(description="a test", labels=["x"])
    assert (changed.description, changed.labels) == ("a test", ["x"])
    assert table.patch(namespace=None).namespace is None
    with refused(ApiError, 422, "table_contract"):
        table.patch(table_contract={})
    with refused(ConflictError, 409, case.item.identifier):
        table.patch(identifier=case.item.identifier)


def patch_by_uid(case: Case) -> None:
    assert case.bound(case.reserved().uid, labels=["y"]).labels == ["y"]
    with pytest.raises(NotFoundError):
        case.bound(UNKNOWN, labels=["y"])


def delete(case: Case) -> None:
    table = case.reserved()
    with refused(ConflictError, 409, table.physical_table_name):
        getattr(table, case.method)()
    assert case.client_class.get(pk=table.uid) == table


def destroy_by_uid(case: Case) -> None:
    with refused(ConflictError, 409, case.item.physical_table_name):
        case.bound(case.item.uid)
    with pytest.raises(NotFoundError):
        case.bound(UNKNOWN)


def issue_migration_connection(case: Case) -> None:
    with case.bound(ttl_seconds=60) as issued:
        assert (issued.ok, issued.dialect, issued.data_source_uid) == (
            True,
            "postgresql",
            case.source_uid,
        )
        with psycopg.connect(issued.uri.replace("+psycopg2", "")) as connection:
            names = connection.execute("SELECT session_user, current_user").fetchone()
        assert names is not None
        assert (names[0], names[1].endswith("_owner")) == (issued.role_name, True)
    assert issued.runtime_lease_uid is None
    with refused(ConflictError, 409, "other:markets"):
        case.bound(migration_provider_key="other:markets")


def finalize_managed(case: Case) -> None:
    table, gone = case.reserved(), case.reserved()
    missing = case.bound(meta_table_uids=[table.uid], alembic_revision="head")
    assert (missing.ok, missing.failed_count, missing.tables[0].deleted) == (False, 1, False)
    uri = table.issue_migration_connection().uri.replace("+psycopg2", "")
    with psycopg.connect(uri) as connection:
        connection.execute(f"CREATE TABLE {table.physical_table_name} (uid uuid)".encode())
    done = case.bound(
        meta_table_uids=[table.uid, gone.uid],
        removed_meta_table_uids=[gone.uid],
        alembic_revision="head",
        authored_metadata={table.uid: {"description": "of the model"}},
    )
    assert (done.ok, done.finalized_count, done.active_count) == (True, 2, 1)
    assert [result.deleted for result in done.tables] == [False, True]
    found = case.client_class.get(pk=table.uid)
    assert (found.alembic_revision, found.description) == ("head", "of the model")


# Rows.


def _operation(case: Case, kind: str, sql: str, **more: Any) -> Any:
    return sdk("models").MetaTableCompiledSQLOperation(
        operation=kind,
        statement={"sql": sql, **more.pop("statement", {})},
        data_source_uid=case.source_uid,
        **more,
    )


def execute_operation(case: Case) -> None:
    table = case.item.physical_table_name
    insert = f"INSERT INTO {table} (v) SELECT generate_series(1, 10001)"
    assert case.bound(_operation(case, "insert", insert))["row_count"] == 10_001
    read = f"SELECT v FROM {table} ORDER BY v"
    page = case.bound(_operation(case, "select", read, limits={"max_rows": 10_000}))
    assert [item["v"] for item in page["rows"]] == list(range(1, 10_001))
    rest = {"max_rows": 10_000, "offset": page["pagination"]["next_offset"]}
    page = case.bound(_operation(case, "select", read, limits=rest))
    assert ([item["v"] for item in page["rows"]], page["truncated"]) == ([10_001], False)
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
    upsert = _operation(case, "insert", f"{key} ON CONFLICT (uid) DO NOTHING")
    assert [case.bound(upsert)["row_count"] for _ in range(2)] == [1, 0]
    with refused(BadRequestError, 400, f"{table}_uid_key"):
        case.bound(_operation(case, "insert", key))
    with refused(BadRequestError, 400, "statement_refused"):
        case.bound(_operation(case, "select", "SELECT pg_sleep(1)"))
    slow = "SELECT count(*) FROM generate_series(1, 100000000)"
    with refused(BadRequestError, 400, "sql_deadline_exceeded"):
        case.bound(_operation(case, "select", slow, limits={"statement_timeout_ms": 20}))
    wide = "SELECT repeat('x', 2000000) AS s"
    with pytest.raises(import_module("metatables.transfer").TransferLimitError):
        case.bound(_operation(case, "select", wide))
    deleted = case.bound(_operation(case, "delete", f"DELETE FROM {table}"))
    assert deleted["row_count"] == 10_002


def run_query(case: Case) -> None:
    answer = case.bound(f"SELECT count(*) AS n, '50%' AS s FROM {case.item.physical_table_name};")
    assert (answer["ok"], answer["results"]) == (True, [{"n": 0, "s": "50%"}])
    with refused(BadRequestError, 400, "elsewhere"):
        case.bound("SELECT * FROM elsewhere")
