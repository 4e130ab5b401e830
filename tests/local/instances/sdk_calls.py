"""Run by test_commands under `msm-local exec`: the SDK's client against the platform, as JSON."""

import json
import sys
from typing import Any

from mainsequence.client.metatables import (
    DataSource,
    MetaTable,
    MetaTableCompiledSQLOperation,
    TimeIndexMetaTable,
)
from mainsequence.client.models_user import User
from mainsequence.code_repository_context import (
    get_code_repository_context,
    require_code_repository_metatables_data_source,
)
from psycopg import connect


def row(data_source_uid: str, name: str, **more: Any) -> dict[str, Any]:
    contract = {
        "version": "relational-table.v1",
        "physical": {"schema": "public", "table_name": name},
        "columns": [{"name": "time_index", "data_type": "timestamp with time zone"}],
        "authoring": {
            "time_indexed": {"time_index_name": "time_index", "index_names": ["time_index", "uid"]}
        },
    }
    return {
        "data_source_uid": data_source_uid,
        "identifier": name,
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
    source = require_code_repository_metatables_data_source("a test", context=context)
    uid = str(source.uid)
    [plain] = MetaTable.bulk_create([row(uid, "plain")])
    more = {"time_index_name": "time_index", "partition_strategy": "backend_default"}
    [series] = TimeIndexMetaTable.bulk_create([row(uid, "series", **more)])
    issued = plain.issue_migration_connection(ttl_seconds=60)
    with connect(issued.uri) as connection:
        connection.execute("CREATE TABLE plain (id int, parent int)")
        connection.execute("CREATE TABLE series (time_index timestamptz, uid uuid, v float8)")
    finalized = MetaTable.finalize_managed(
        meta_table_uids=[plain.uid, series.uid], alembic_revision="head"
    )
    operation = {
        "operation": "insert",
        "statement": {"sql": "INSERT INTO plain SELECT generate_series(1, 5)"},
        "scope": {"tables": [{"meta_table_uid": plain.uid, "access": "write"}]},
    }
    written = MetaTable.execute_operation(MetaTableCompiledSQLOperation(**operation))
    select = operation | {
        "operation": "select",
        "statement": {"sql": "SELECT id FROM plain ORDER BY id"},
    }
    read = MetaTable.execute_operation(MetaTableCompiledSQLOperation(**select))
    [found] = TimeIndexMetaTable.filter_by_body(physical_table_name__in=["series"])
    user = User.get_authenticated_user_details()
    json.dump(
        {
            "identity": context.canonical_repository_identity,
            "branch": context.repository_branch,
            "status": context.status,
            "data_source": [source.status, source.storage_access_mode, source.class_type],
            "same_source": DataSource.get(pk=uid).uid == DataSource.filter()[0].uid == uid,
            "finalized": [finalized.ok, finalized.finalized_count],
            "written": written["row_count"],
            "read": [item["id"] for item in read["rows"]],
            "series": [found.time_index_name, found.index_names, found.column_dtypes_map],
            "listed": sorted(item.physical_table_name for item in MetaTable.filter()),
            "patched": found.patch(labels=["x"]).labels,
            "user": user.username,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
