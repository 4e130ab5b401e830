"""How msm-local answers each method of the client classes of SDK 8."""

from tests.local.api import parity_absent as missing
from tests.local.api import parity_calls as calls
from tests.local.api import parity_changes as changes
from tests.local.api.parity_rows import NO_REQUEST, Row

__all__ = ["MAINSEQUENCE8"]

DELETED = (
    "Only rows without a table; 409 until a downgrade has dropped it. The options that delete \
more than one row answer 501."
)

CLIENT = (
    Row("build_session", "exact", calls.build_session, NO_REQUEST),
    Row("class_name", "exact", calls.class_name, NO_REQUEST),
    Row("date_to_string", "exact", calls.date_to_string, NO_REQUEST),
    Row("get_app_label", "exact", calls.get_app_label, NO_REQUEST),
    Row("get_object_url", "exact", calls.get_object_url, NO_REQUEST),
    Row("request_to_datetime", "exact", calls.request_to_datetime, NO_REQUEST),
    Row("s", "exact", calls.session, NO_REQUEST),
    Row("serialize_for_json", "exact", calls.serialize_for_json, NO_REQUEST),
)
READS = (
    Row("filter", "exact", calls.every_filter),
    Row("get", "exact", calls.get),
    Row("get_by_uid", "exact", calls.get_by_uid),
    Row("get_or_none", "exact", calls.get_or_none),
    Row("iter_filter", "exact", calls.iter_filter),
)
TABLES = (
    *CLIENT,
    *READS,
    Row("add_label", "exact", changes.add_label),
    Row("bulk_create", "exact", changes.bulk_create),
    Row("create", "approximate", changes.create, "Accepts one row of `bulk_create`."),
    Row("delete", "approximate", changes.delete, DELETED),
    Row("destroy_by_uid", "approximate", changes.destroy_by_uid, DELETED),
    Row("execute_operation", "exact", changes.execute_operation),
    Row("filter_by_body", "exact", calls.every_filter_by_body),
    Row("finalize_managed", "exact", changes.finalize_managed),
    Row("get_action_url", "exact", calls.get_action_url, NO_REQUEST),
    Row("get_detail_url", "exact", calls.get_detail_url, NO_REQUEST),
    Row("issue_migration_connection", "exact", changes.issue_migration_connection),
    Row("patch", "exact", changes.patch),
    Row("patch_by_uid", "exact", changes.patch_by_uid),
    Row("remove_label", "exact", changes.remove_label),
    Row(
        "run_query",
        "approximate",
        changes.run_query,
        "A SELECT over this table only, with the functions of operations; no `query_id`.",
    ),
    Row("add_team_to_edit", "absent", missing.shared_with_a_team),
    Row("add_team_to_view", "absent", missing.shared_with_a_team),
    Row("add_to_edit", "absent", missing.shared_with_a_user),
    Row("add_to_view", "absent", missing.shared_with_a_user),
    Row("can_edit", "absent", missing.absent),
    Row("can_view", "absent", missing.absent),
    Row("column_search", "absent", missing.search),
    Row("delete_with_cascade", "absent", missing.delete_with_cascade),
    Row("delete_with_cascade_by_uid", "absent", missing.delete_with_cascade_by_uid),
    Row("get_schema_graph", "absent", missing.absent),
    Row("introspect", "absent", missing.absent),
    Row("list_users_can_edit", "absent", missing.absent),
    Row("list_users_can_view", "absent", missing.absent),
    Row("refresh_table_search_index", "absent", missing.absent),
    Row("register", "absent", missing.register),
    Row("remove_from_edit", "absent", missing.shared_with_a_user),
    Row("remove_from_view", "absent", missing.shared_with_a_user),
    Row("remove_team_from_edit", "absent", missing.shared_with_a_team),
    Row("remove_team_from_view", "absent", missing.shared_with_a_team),
    Row("users_can_edit", "absent", missing.absent),
    Row("users_can_view", "absent", missing.absent),
    Row("validate_contract", "absent", missing.validate_contract),
    Row("validate_existing_contract", "absent", missing.validate_contract),
)
TIME_INDEXED = (
    *TABLES,
    Row("column_dtypes_map", "exact", calls.column_dtypes_map, NO_REQUEST),
    Row("index_names", "exact", calls.index_names, NO_REQUEST),
    Row("map_columns_to_df", "exact", calls.map_columns_to_df, NO_REQUEST),
    Row("time_index_name", "exact", calls.time_index_name, NO_REQUEST),
    Row("delete_table", "approximate", changes.delete_table, DELETED),
    Row("delete_after_date", "absent", missing.delete_after_date),
    Row("description_search", "absent", missing.search),
    Row("get_data_between_dates_from_api", "absent", missing.absent),
    Row("get_data_between_dates_from_table_update", "absent", missing.by_table_update),
    Row("get_data_updates", "absent", missing.absent),
    Row("get_last_observation", "absent", missing.absent),
    Row("get_or_create", "absent", missing.absent),
)
SOURCES = (
    *CLIENT,
    *READS,
    Row("allows_runtime_reads", "exact", calls.allows_runtime_reads, NO_REQUEST),
    Row("allows_runtime_writes", "exact", calls.allows_runtime_writes, NO_REQUEST),
    Row("create", "absent", missing.absent),
    Row("create_duckdb", "absent", missing.absent),
    Row("delete", "absent", missing.absent),
    Row("destroy_by_uid", "absent", missing.by_uid),
    Row("get_data_by_time_index", "absent", missing.get_data_by_time_index),
    Row(
        "get_earliest_value",
        "absent",
        missing.not_in_the_client,
        "The client does not have it either.",
    ),
    Row("get_or_create_duck_db", "absent", missing.absent),
    Row(
        "insert_data_into_local_table",
        "absent",
        missing.insert_data_into_local_table,
        "The client does not have it either.",
    ),
    Row("insert_data_into_table", "absent", missing.insert_data_into_table),
    Row("patch", "absent", missing.absent),
    Row("patch_by_uid", "absent", missing.by_uid),
)
MAINSEQUENCE8 = {"MetaTable": TABLES, "TimeIndexMetaTable": TIME_INDEXED, "DataSource": SOURCES}
