"""How msm-local answers each method of the client classes of metatables."""

from tests.local.api import parity_calls as shared
from tests.local.api import parity_metatables_absent as missing
from tests.local.api import parity_metatables_calls as calls
from tests.local.api.parity_rows import NO_REQUEST, Row

__all__ = ["METATABLES"]

DELETED = "Always 409, as on the platform: only a migration removes a table that it made."
STATEMENTS = "Statements of the allow-list, over active tables of the catalog."
NOWHERE = "The platform does not have it either."

CLIENT = (
    Row("build_session", "exact", calls.build_session, NO_REQUEST),
    Row("class_name", "exact", shared.class_name, NO_REQUEST),
    Row("date_to_string", "exact", shared.date_to_string, NO_REQUEST),
    Row("get_app_label", "exact", shared.get_app_label, NO_REQUEST),
    Row("get_object_url", "exact", calls.get_object_url, NO_REQUEST),
    Row("request_to_datetime", "exact", shared.request_to_datetime, NO_REQUEST),
    Row("s", "exact", calls.session, NO_REQUEST),
    Row("serialize_for_json", "exact", shared.serialize_for_json, NO_REQUEST),
)
TABLES = (
    *CLIENT,
    Row("bulk_create", "exact", calls.bulk_create),
    Row("create", "approximate", calls.create, "Accepts one row of `bulk_create`."),
    Row("delete", "exact", calls.delete, DELETED),
    Row("destroy_by_uid", "exact", calls.destroy_by_uid, DELETED),
    Row("execute_operation", "approximate", calls.execute_operation, STATEMENTS),
    Row("filter", "exact", shared.every_filter),
    Row("filter_by_body", "exact", calls.every_filter_by_body),
    Row("finalize_managed", "exact", calls.finalize_managed),
    Row("get", "exact", calls.get),
    Row("get_action_url", "exact", shared.get_action_url, NO_REQUEST),
    Row("get_by_uid", "exact", shared.get_by_uid),
    Row("get_detail_url", "exact", shared.get_detail_url, NO_REQUEST),
    Row("get_or_none", "exact", shared.get_or_none),
    Row(
        "issue_migration_connection",
        "approximate",
        calls.issue_migration_connection,
        "A login of its own, which expires or is released, and acts as the owner.",
    ),
    Row("iter_filter", "exact", shared.iter_filter),
    Row("patch", "approximate", calls.patch, "Not `table_contract`."),
    Row("patch_by_uid", "approximate", calls.patch_by_uid, "Not `table_contract`."),
    Row("run_query", "approximate", calls.run_query, STATEMENTS),
    Row("add_label", "absent", missing.labels, NOWHERE),
    Row("allowed_actions", "absent", missing.absent),
    Row("column_search", "absent", missing.search),
    Row("delete_with_cascade", "absent", missing.delete_with_cascade),
    Row("delete_with_cascade_by_uid", "absent", missing.delete_with_cascade_by_uid),
    Row("explain", "absent", missing.explain),
    Row("get_access", "absent", missing.absent),
    Row("get_impact", "absent", missing.get_impact),
    Row("get_schema_graph", "absent", missing.absent),
    Row("grant_role", "absent", missing.role),
    Row("import_from_data_source", "absent", missing.import_from_data_source),
    Row("introspect", "absent", missing.absent),
    Row("iter_rows", "absent", missing.iterated),
    Row("read_rows", "absent", missing.absent),
    Row("register", "absent", missing.register),
    Row("remove_label", "absent", missing.labels, NOWHERE),
    Row("revoke_role", "absent", missing.revoke_role),
    Row("search", "absent", missing.search),
    Row("validate_contract", "absent", missing.validate_contract),
    Row("validate_existing_contract", "absent", missing.validate_contract),
)
TIME_INDEXED = (
    *TABLES,
    Row("column_dtypes_map", "exact", shared.column_dtypes_map, NO_REQUEST),
    Row("index_names", "exact", shared.index_names, NO_REQUEST),
    Row("map_columns_to_df", "exact", shared.map_columns_to_df, NO_REQUEST),
    Row("time_index_name", "exact", shared.time_index_name, NO_REQUEST),
    Row("delete_table", "exact", calls.delete, DELETED),
    Row("delete_after_date", "absent", missing.delete_after_date),
    Row("get_data_between_dates_from_api", "absent", missing.absent),
    Row("get_data_between_dates_from_table_update", "absent", missing.by_table_update),
    Row("get_data_updates", "absent", missing.absent),
    Row("get_last_observation", "absent", missing.absent),
    Row("get_or_create", "absent", missing.absent),
    Row("get_timescale_policies", "absent", missing.absent),
    Row("iter_batches", "absent", missing.iterated),
    Row("set_timescale_policies", "absent", missing.absent),
)
SOURCES = (
    *CLIENT,
    Row("allows_runtime_reads", "exact", shared.allows_runtime_reads, NO_REQUEST),
    Row("allows_runtime_writes", "exact", shared.allows_runtime_writes, NO_REQUEST),
    Row("filter", "exact", calls.search_sources),
    Row("get", "exact", calls.get),
    Row("get_by_uid", "exact", shared.get_by_uid),
    Row("get_or_none", "exact", shared.get_or_none),
    Row("iter_filter", "exact", calls.search_sources),
    Row("check_connection", "absent", missing.absent),
    Row("configure", "absent", missing.absent),
    Row("create", "absent", missing.absent),
    Row("delete", "absent", missing.absent),
    Row("destroy_by_uid", "absent", missing.by_uid),
    Row("get_data_by_time_index", "absent", missing.get_data_by_time_index),
    Row("insert_data_into_table", "absent", missing.insert_data_into_table),
    Row("patch", "absent", missing.absent),
    Row("patch_by_uid", "absent", missing.by_uid),
    Row("register", "absent", missing.register_source),
)
METATABLES = {"MetaTable": TABLES, "TimeIndexMetaTable": TIME_INDEXED, "DataSource": SOURCES}
