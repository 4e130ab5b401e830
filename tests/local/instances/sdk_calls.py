"""Run by test_commands under `msm-local exec`: the SDK's client against the platform, as JSON."""

import json
import sys
from importlib import import_module
from typing import Any

from mainsequence.client.models_user import User
from mainsequence.code_repository_context import get_code_repository_context
from psycopg import connect

from msm.generation import GENERATION

MODELS = {"metatables": "metatables.models", "mainsequence8": "mainsequence.client.metatables"}
client = import_module(MODELS[GENERATION])


def data_source() -> Any:
    """The DataSource for tables, as each generation asks for it."""
    if GENERATION == "metatables":
        context = import_module("metatables.runtime_context").get_runtime_context()
        return client.DataSource.get(pk=context.require_data_source_uid())
    repository = import_module("mainsequence.code_repository_context")
    return repository.require_code_repository_metatables_data_source(
        "a test", context=get_code_repository_context()
    )


def operation(kind: str, sql: str, source: Any, table: Any) -> Any:
    """A statement on a table: generation 1 names the table, generation 2 the DataSource."""
    scope = {"tables": [{"meta_table_uid": table.uid, "access": "write"}]}
    where = {"data_source_uid": source.uid} if GENERATION == "metatables" else {"scope": scope}
    return client.MetaTableCompiledSQLOperation(operation=kind, statement={"sql": sql}, **where)


def row(data_source_uid: str, name: str, **more: Any) -> dict[str, Any]:
    contract = {
        "version": "relational-table.v1",
        "physical": {"schema": "public", "table_name": name},
        "columns": [
            {"name": "time_index", "data_type": "timestamp with time zone"},
            {"name": "uid", "data_type": "uuid"},
        ],
        "authoring": {
            "time_indexed": {"time_index_name": "time_index", "index_names": ["time_index", "uid"]}
        },
    }
    return {
        "data_source_uid": data_source_uid,
        "identifier": name,
        "is_alembic_managed": True,
        "management_mode": "platform_managed",
        "provisioning_status": "reserved",
        "migration_package": "example",
        "migration_namespace": "markets",
        "migration_provider_key": "example:markets",
        "physical_schema": "public",
        "physical_table_name": name,
        "table_contract": contract,
        **more,
    }


def main() -> None:
    context = get_code_repository_context()
    source = data_source()
    uid = str(source.uid)
    [plain] = client.MetaTable.bulk_create([row(uid, "plain")])
    indexed = row(uid, "series", time_index_name="time_index")
    if GENERATION == "mainsequence8":
        indexed["partition_strategy"] = "backend_default"
    [series] = client.TimeIndexMetaTable.bulk_create([indexed])
    issued = plain.issue_migration_connection(ttl_seconds=60)
    # Generation 2's has the name of a driver of SQLAlchemy.
    with connect(issued.uri.replace("+psycopg2", "")) as connection:
        connection.execute("CREATE TABLE plain (id int, parent int)")
        connection.execute("CREATE TABLE series (time_index timestamptz, uid uuid, v float8)")
    finalized = client.MetaTable.finalize_managed(
        meta_table_uids=[plain.uid, series.uid], alembic_revision="head"
    )
    insert = "INSERT INTO plain SELECT generate_series(1, 5)"
    written = client.MetaTable.execute_operation(operation("insert", insert, source, plain))
    select = "SELECT id FROM plain ORDER BY id"
    read = client.MetaTable.execute_operation(operation("select", select, source, plain))
    [found] = client.TimeIndexMetaTable.filter_by_body(physical_table_name__in=["series"])
    user = User.get_authenticated_user_details()
    json.dump(
        {
            "identity": context.canonical_repository_identity,
            "branch": context.repository_branch,
            "status": context.status,
            "data_source": [source.status, source.storage_access_mode, source.class_type],
            "same_source": client.DataSource.get(pk=uid).uid
            == client.DataSource.filter()[0].uid
            == uid,
            "finalized": [finalized.ok, finalized.finalized_count],
            "written": written["row_count"],
            "read": [item["id"] for item in read["rows"]],
            "series": [found.time_index_name, found.index_names, found.column_dtypes_map],
            "listed": sorted(item.physical_table_name for item in client.MetaTable.filter()),
            "patched": found.patch(labels=["x"]).labels,
            "user": user.username,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
