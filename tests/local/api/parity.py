"""Every method of the SDK's client classes for tables, and how msm-local answers it.

One table for the page (``./dev run python -m tests.local.api.parity`` prints it) and for the tests,
which call every row of it.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from mainsequence.client.metatables import DataSource, MetaTable, TimeIndexMetaTable
from pydantic import BaseModel

from tests.local.api import parity_calls as calls
from tests.local.api.parity_calls import Case

__all__ = ["CLASSES", "PARITY", "Row", "methods", "page"]

Kind = Literal["exact", "approximate", "absent"]
CLASSES = (MetaTable, TimeIndexMetaTable, DataSource)
HEAD = """\
# What msm-local answers

Every method of the SDK's client classes `MetaTable`, `TimeIndexMetaTable` and `DataSource`:

- **exact**: the answer is what the client's models accept and its docstrings say, errors included;
- **approximate**: the method works, but not in all it can do: the note says what differs;
- **absent**: msm-local answers 501 and names the method, or the client itself does not have it.

The tests call each row with the SDK's own client (`tests/local/api/test_parity.py`). The same table
writes this page: `./dev run python -m tests.local.api.parity > docs/parity.md`.

`User.get_authenticated_user_details` is exact, too. What an endpoint takes and answers is described
on the platform's own page, `<endpoint>/api/v1/docs/` (any name, and the token as password), and for
programs in `<endpoint>/api/v1/openapi.json`.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One method of a client class.

    Attributes:
        method: its name.
        kind: how msm-local answers it.
        note: what differs.
        call: calls it, and fails where the answer is not as ``kind`` says.
    """

    method: str
    kind: Kind
    call: Callable[[Case], None]
    note: str = ""


NO_REQUEST = "No request: the client alone."
DELETED = "Only rows without a table: dropping one is a downgrade's work, and 409 until then. \
Downstream and table-less deletion answer 501."

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
    Row("add_label", "exact", calls.add_label),
    Row("bulk_create", "exact", calls.bulk_create),
    Row("create", "approximate", calls.create, "Takes one row of `bulk_create`."),
    Row("delete", "approximate", calls.delete, DELETED),
    Row("destroy_by_uid", "approximate", calls.destroy_by_uid, DELETED),
    Row("execute_operation", "exact", calls.execute_operation),
    Row("filter_by_body", "exact", calls.every_filter_by_body),
    Row("finalize_managed", "exact", calls.finalize_managed),
    Row("get_action_url", "exact", calls.get_action_url, NO_REQUEST),
    Row("get_detail_url", "exact", calls.get_detail_url, NO_REQUEST),
    Row("issue_migration_connection", "exact", calls.issue_migration_connection),
    Row("patch", "exact", calls.patch),
    Row("patch_by_uid", "exact", calls.patch_by_uid),
    Row("remove_label", "exact", calls.remove_label),
    Row(
        "run_query",
        "approximate",
        calls.run_query,
        "A SELECT over this table alone, with the functions of operations; no `query_id`.",
    ),
    Row("add_team_to_edit", "absent", calls.shared_with_a_team),
    Row("add_team_to_view", "absent", calls.shared_with_a_team),
    Row("add_to_edit", "absent", calls.shared_with_a_user),
    Row("add_to_view", "absent", calls.shared_with_a_user),
    Row("can_edit", "absent", calls.absent),
    Row("can_view", "absent", calls.absent),
    Row("column_search", "absent", calls.search),
    Row("delete_with_cascade", "absent", calls.delete_with_cascade),
    Row("delete_with_cascade_by_uid", "absent", calls.delete_with_cascade_by_uid),
    Row("get_schema_graph", "absent", calls.absent),
    Row("introspect", "absent", calls.absent),
    Row("list_users_can_edit", "absent", calls.absent),
    Row("list_users_can_view", "absent", calls.absent),
    Row("refresh_table_search_index", "absent", calls.absent),
    Row("register", "absent", calls.register),
    Row("remove_from_edit", "absent", calls.shared_with_a_user),
    Row("remove_from_view", "absent", calls.shared_with_a_user),
    Row("remove_team_from_edit", "absent", calls.shared_with_a_team),
    Row("remove_team_from_view", "absent", calls.shared_with_a_team),
    Row("users_can_edit", "absent", calls.absent),
    Row("users_can_view", "absent", calls.absent),
    Row("validate_contract", "absent", calls.validate_contract),
    Row("validate_existing_contract", "absent", calls.validate_contract),
)
TIME_INDEXED = (
    *TABLES,
    Row("column_dtypes_map", "exact", calls.column_dtypes_map, NO_REQUEST),
    Row("index_names", "exact", calls.index_names, NO_REQUEST),
    Row("map_columns_to_df", "exact", calls.map_columns_to_df, NO_REQUEST),
    Row("time_index_name", "exact", calls.time_index_name, NO_REQUEST),
    Row("delete_table", "approximate", calls.delete_table, DELETED),
    Row("delete_after_date", "absent", calls.delete_after_date),
    Row("description_search", "absent", calls.search),
    Row("get_data_between_dates_from_api", "absent", calls.absent),
    Row("get_data_between_dates_from_table_update", "absent", calls.by_table_update),
    Row("get_data_updates", "absent", calls.absent),
    Row("get_last_observation", "absent", calls.absent),
    Row("get_or_create", "absent", calls.absent),
)
SOURCES = (
    *CLIENT,
    *READS,
    Row("allows_runtime_reads", "exact", calls.allows_runtime_reads, NO_REQUEST),
    Row("allows_runtime_writes", "exact", calls.allows_runtime_writes, NO_REQUEST),
    Row("create", "absent", calls.absent),
    Row("create_duckdb", "absent", calls.absent),
    Row("delete", "absent", calls.absent),
    Row("destroy_by_uid", "absent", calls.by_uid),
    Row("get_data_by_time_index", "absent", calls.get_data_by_time_index),
    Row("get_earliest_value", "absent", calls.not_in_the_client, "Nor does the client have it."),
    Row("get_or_create_duck_db", "absent", calls.absent),
    Row(
        "insert_data_into_local_table",
        "absent",
        calls.insert_data_into_local_table,
        "Nor does the client have it.",
    ),
    Row("insert_data_into_table", "absent", calls.insert_data_into_table),
    Row("patch", "absent", calls.absent),
    Row("patch_by_uid", "absent", calls.by_uid),
)
PARITY: dict[type[Any], tuple[Row, ...]] = dict(
    zip(CLASSES, (TABLES, TIME_INDEXED, SOURCES), strict=True)
)


def methods(client_class: type[Any]) -> set[str]:
    """The public methods and properties of a client class, but for those of every model."""
    members = {name: inspect.getattr_static(client_class, name) for name in dir(client_class)}
    return {
        name
        for name, member in members.items()
        if not name.startswith("_")
        and name not in dir(BaseModel)
        and isinstance(member, property | classmethod | staticmethod | type(methods))
    }


def page() -> str:
    """The page, as Markdown."""
    parts = [HEAD]
    for client_class, rows in PARITY.items():
        parts.append(f"## {client_class.__name__}\n\n| method | msm-local | note |\n|---|---|---|")
        order = ("exact", "approximate", "absent")
        sorted_rows = sorted(rows, key=lambda row: (order.index(row.kind), row.method))
        parts += [f"| `{row.method}` | {row.kind} | {row.note} |" for row in sorted_rows]
        parts.append("")
    return "\n".join(parts)


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 - the page is what it is for
