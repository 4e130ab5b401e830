"""Calls of the SDK's client, one for each row of the parity table; they run in a forked process."""

import datetime
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import psycopg
import pytest
from mainsequence.client.exceptions import (
    ApiError,
    BadRequestError,
    ConflictError,
    NotFoundError,
    ServerError,
)
from mainsequence.client.metatables import (
    DataSource,
    MetaTable,
    MetaTableCompiledSQLOperation,
    TimeIndexMetaTable,
)
from mainsequence.client.utils import DoesNotExist

from tests.local.instances.sdk_calls import row

UNKNOWN = "11111111-1111-4111-8111-111111111111"
NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


@dataclass(slots=True)
class Case:
    """What a call is made with.

    Attributes:
        client_class: the class whose method is called.
        method: its name.
        item: an active table of that class, or the DataSource.
        source_uid: uid of the DataSource.
    """

    client_class: type[Any]
    method: str
    item: Any
    source_uid: str
    made: int = field(default=0)

    @property
    def bound(self) -> Any:
        """The method, on the instance."""
        return getattr(self.item, self.method)

    def new_row(self) -> dict[str, Any]:
        """A row to reserve, of a table that nobody has."""
        self.made += 1
        more = {}
        if self.client_class is TimeIndexMetaTable:
            more = {"time_index_name": "time_index", "partition_strategy": "backend_default"}
        return row(self.source_uid, f"t{uuid.uuid4().hex[:12]}", **more)

    def reserved(self) -> Any:
        """A table that is only reserved."""
        [made] = self.client_class.bulk_create([self.new_row()])
        return made


# What the client does alone.


def build_session(case: Case) -> None:
    assert case.bound() is case.item.s


def session(case: Case) -> None:
    assert case.bound is case.item.build_session()


def class_name(case: Case) -> None:
    assert case.bound() == case.client_class.__name__


def date_to_string(case: Case) -> None:
    assert "2026" in case.bound(NOW)


def get_app_label(case: Case) -> None:
    labels = case.client_class.END_POINTS
    if case.client_class.__name__ in labels:
        assert case.bound() == labels[case.client_class.__name__].split("/")[0]
    else:
        with pytest.raises(KeyError):
            case.bound()


def get_object_url(case: Case) -> None:
    assert case.bound().startswith(case.client_class.ROOT_URL)


def get_detail_url(case: Case) -> None:
    assert case.bound() == f"{case.item.get_object_url()}/{case.item.uid}/"


def get_action_url(case: Case) -> None:
    assert case.bound("run-query") == f"{case.item.get_detail_url()}run-query/"


def request_to_datetime(case: Case) -> None:
    assert case.bound("2026-01-01T00:00:00+00:00") == NOW


def serialize_for_json(case: Case) -> None:
    assert case.bound({"a": [1]}) == {"a": [1]}


def column_dtypes_map(case: Case) -> None:
    assert case.bound == {"time_index": "timestamp with time zone", "uid": "uuid", "v": "float64"}


def index_names(case: Case) -> None:
    assert case.bound == ["time_index", "uid"]


def time_index_name(case: Case) -> None:
    assert case.bound == "time_index"


def map_columns_to_df(case: Case) -> None:
    frame = pd.DataFrame({"time_index": [NOW], "uid": [UNKNOWN], "v": ["1.5"]})
    made = case.bound(frame, case.item.column_dtypes_map, "time_index", ["time_index", "uid"])
    assert made["v"].tolist() == [1.5]


def allows_runtime_reads(case: Case) -> None:
    assert case.bound is True


allows_runtime_writes = allows_runtime_reads


# Reading.


# The client declares none for a DataSource, and sends all that it is given.
SOURCE_FILTERS = {
    "uid": ["exact", "in"],
    "display_name": ["exact"],
    "class_type": ["exact"],
    "status": ["exact"],
}


def _filters(case: Case) -> list[tuple[dict[str, Any], bool]]:
    """Every declared filter, with a value that the item has and one that it has not."""
    declared = case.client_class.FILTERSET_FIELDS or SOURCE_FILTERS
    cases: list[tuple[dict[str, Any], bool]] = []
    for name, lookups in declared.items():
        value = case.source_uid if name == "data_source__uid" else getattr(case.item, name)
        value = value[0] if isinstance(value, list) else value
        other = UNKNOWN if name.endswith("uid") else "elsewhere"
        for lookup in lookups:
            match lookup:
                case "exact":
                    cases += [({name: value}, True), ({name: other}, False)]
                case "in":
                    key = f"{name}__in"
                    cases += [({key: [other, value]}, True), ({key: [other]}, False)]
                case "contains":
                    key = f"{name}__contains"
                    cases += [({key: value[1:-1]}, True), ({key: other}, False)]
                case "isnull":
                    key = f"{name}__isnull"
                    cases += [({key: False}, True), ({key: True}, False)]
                case _:
                    raise AssertionError(f"a lookup that is new: {lookup}")
    return cases


def every_filter(case: Case) -> None:
    for filters, found in _filters(case):
        uids = [item.uid for item in case.bound(**filters)]
        assert (case.item.uid in uids) is found, filters
    _unknown_filter(case, case.bound)


def _unknown_filter(case: Case, read: Callable[..., Any]) -> None:
    """Refused by the client; for a DataSource by the platform."""
    by_us = case.client_class is DataSource
    with pytest.raises(BadRequestError if by_us else ValueError, match="colour"):
        list(read(colour="red"))


def every_filter_by_body(case: Case) -> None:
    for filters, found in _filters(case):
        uids = [item.uid for item in case.bound(**filters)]
        assert (case.item.uid in uids) is found, filters
    assert len(case.bound(limit=1)) == 1
    with pytest.raises(BadRequestError, match="has no filter 'colour'"):
        case.bound(colour="red")


def iter_filter(case: Case) -> None:
    assert [item.uid for item in case.bound(uid=case.item.uid, max_items=1)] == [case.item.uid]
    assert list(case.bound(uid=UNKNOWN)) == []
    _unknown_filter(case, case.bound)


def get(case: Case) -> None:
    assert case.bound(pk=case.item.uid) == case.item
    assert case.bound(uid=case.item.uid) == case.item
    for absent in ({"pk": UNKNOWN}, {"uid": UNKNOWN}):
        with pytest.raises(DoesNotExist):
            case.bound(**absent)
    with pytest.raises(NotFoundError):
        case.bound(pk="no uid")


def get_by_uid(case: Case) -> None:
    assert case.bound(case.item.uid) == case.item
    with pytest.raises((NotFoundError, DoesNotExist)):
        case.bound(UNKNOWN)


def get_or_none(case: Case) -> None:
    assert case.bound(pk=UNKNOWN) is None
    assert case.bound(pk=case.item.uid) == case.item


# Changing the catalog.


def bulk_create(case: Case) -> None:
    rows = [case.new_row(), case.new_row()]
    made = case.bound(rows)
    assert [item.physical_table_name for item in made] == [r["physical_table_name"] for r in rows]
    assert {item.provisioning_status for item in made} == {"reserved"}
    assert case.bound(rows) == made
    stranger = {**rows[0], "migration_provider_key": "other:markets"}
    with pytest.raises(ConflictError, match="belongs to the provider"):
        case.bound([stranger])


def create(case: Case) -> None:
    wanted = case.new_row()
    assert case.bound(**wanted).physical_table_name == wanted["physical_table_name"]


def patch(case: Case) -> None:
    table = case.reserved()
    changed = table.patch(description="what it is", labels=["x"])
    assert (changed.description, changed.labels) == ("what it is", ["x"])
    assert table.patch(namespace=None).namespace is None
    with pytest.raises(BadRequestError):
        table.patch(columns=[])
    with pytest.raises(ConflictError):
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
    with pytest.raises(ConflictError, match="exists; drop it"):
        case.item.delete(full_delete_selected=True)


def destroy_by_uid(case: Case) -> None:
    assert case.bound(case.reserved().uid) is None
    with pytest.raises(NotFoundError):
        case.bound(UNKNOWN)
    with pytest.raises(ServerError, match="501"):
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
    with pytest.raises(ConflictError):
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


def _operation(case: Case, kind: str, sql: str, **more: Any) -> MetaTableCompiledSQLOperation:
    return MetaTableCompiledSQLOperation(
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
    with pytest.raises(BadRequestError, match="may not call pg_sleep"):
        case.bound(_operation(case, "select", "SELECT pg_sleep(1)"))
    slow = "SELECT count(*) FROM generate_series(1, 100000000)"
    with pytest.raises(ApiError, match="408"):
        case.bound(_operation(case, "select", slow, limits={"statement_timeout_ms": 20}))
    deleted = case.bound(_operation(case, "delete", f"DELETE FROM {table}"))
    assert deleted["row_count"] == more + 1


def run_query(case: Case) -> None:
    answer = case.bound(f"SELECT count(*) AS n, '50%' AS s FROM {case.item.physical_table_name};")
    assert (answer["ok"], answer["results"]) == (True, [{"n": 0, "s": "50%"}])
    with pytest.raises(BadRequestError, match="does not declare"):
        case.bound("SELECT * FROM elsewhere")


# What is absent.


def _refused(case: Case, *arguments: Any, **named: Any) -> None:
    """The method fails, because the platform says 501 and names it."""
    with pytest.raises(Exception, match="does not implement") as refusal:
        case.bound(*arguments, **named)
    assert case.method in str(refusal.value)
    if isinstance(refusal.value, ApiError):
        assert refusal.value.status_code == 501


def absent(case: Case) -> None:
    _refused(case)


def search(case: Case) -> None:
    _refused(case, "price")


def by_uid(case: Case) -> None:
    _refused(case, case.item.uid)


def by_table_update(case: Case) -> None:
    _refused(case, UNKNOWN)


def shared_with_a_user(case: Case) -> None:
    _refused(case, user_uid=UNKNOWN)


def shared_with_a_team(case: Case) -> None:
    _refused(case, team_uid=UNKNOWN)


def delete_after_date(case: Case) -> None:
    _refused(case, NOW)


def delete_with_cascade(case: Case) -> None:
    _refused(case, confirm_cascade_delete=True)


def delete_with_cascade_by_uid(case: Case) -> None:
    _refused(case, case.item.uid, confirm_cascade_delete=True)


def validate_contract(case: Case) -> None:
    _refused(case, table_contract=case.new_row()["table_contract"])


def register(case: Case) -> None:
    more = {"time_index_name": "time_index"}
    if case.client_class is MetaTable:
        more = {"management_mode": "platform_managed"}
    contract = case.new_row()["table_contract"]
    _refused(case, data_source_uid=case.source_uid, table_contract=contract, **more)


def get_data_by_time_index(case: Case) -> None:
    [series] = TimeIndexMetaTable.filter(identifier="series")
    with pytest.raises(ServerError, match="get_data_between_dates_from_api"):
        case.bound(series)


def insert_data_into_table(case: Case) -> None:
    [series] = TimeIndexMetaTable.filter(identifier="series")
    frame = pd.DataFrame({"time_index": [NOW], "uid": [UNKNOWN], "v": [1.0]})
    named = r"does not implement DataSource\.insert_data_into_table"
    with pytest.raises(ServerError, match=named) as refusal:
        case.bound(frame, series, False, "time_index", ["time_index", "uid"], {})
    assert "501" in str(refusal.value)


def not_in_the_client(case: Case) -> None:
    with pytest.raises(NotImplementedError):
        case.bound(case.item)


def insert_data_into_local_table(case: Case) -> None:
    with pytest.raises(NotImplementedError):
        case.bound(pd.DataFrame(), None, False, "time_index", [], {})
