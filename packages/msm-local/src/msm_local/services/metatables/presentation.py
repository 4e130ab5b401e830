"""The answers of generation 2, as its client's models read them."""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict

from msm_local.contract import responses as generation1
from msm_local.contract.metatables import limits, responses
from msm_local.database.pools import POOL_SIZE, Database
from msm_local.repositories.meta_table_rows import MetaTableRow
from msm_local.repositories.settings import Settings
from msm_local.services.meta_table_presentation import present_meta_tables as present
from msm_local.services.metatables.storage_layout import layout_of
from msm_local.services.presentation import present_data_source as present_source

__all__ = [
    "SCHEMA",
    "present_context",
    "present_data_source",
    "present_meta_tables",
    "runtime_instance_id",
]

SCHEMA = "public"
NOT_HOSTED: responses.HostedFact = {"uid": None, "status": "not_configured"}
TRANSFER_LIMITS: responses.TransferLimits = {
    "version": 1,
    "max_page_rows": limits.MAX_ROWS,
    "max_chunk_rows": limits.MAX_ROWS,
    "max_request_bytes": limits.MAX_DATA_REQUEST_BYTES,
    "max_encoded_bytes": 12_000_000,
    "max_compressed_bytes": 8_000_000,
    "max_decoded_bytes": 24_000_000,
    "max_response_bytes": limits.MAX_RESPONSE_BYTES,
    "max_row_bytes": limits.MAX_ROW_BYTES,
    "envelope_reserve_bytes": limits.ENVELOPE_BYTES,
    "collection_rows": 100_000,
    "collection_bytes": 64 << 20,
    "deadline_seconds": limits.MAX_MILLISECONDS // 1000,
    "concurrent_requests": POOL_SIZE,
    "queue_seconds": 60,
    # There are no uploads in chunks here.
    "chunk_receipts": False,
    "receipt_retention": "indefinite",
}


def runtime_instance_id(settings: Settings) -> str:
    """What a client sends back to say which database it means."""
    return settings.data_source_uid.hex


def present_context(settings: Settings, endpoint: str, *, with_limits: bool) -> dict[str, Any]:
    """Where a process stores its tables, as a RuntimeContext.

    Args:
        settings: of this platform.
        endpoint: the URL of this API.
        with_limits: whether the client asked for the transfer limits.
    """
    uid = str(settings.data_source_uid)
    bootstrap: responses.Bootstrap = {
        "status": "ready",
        "error": None,
        "candidate": None,
        "managed_by": "deployment",
        "declaration": None,
        "current_revisions": [],
        "required_revisions": [],
        "pending_revisions": [],
        "migration_status": "up_to_date",
        "migration_error": None,
        "active": True,
        "can_configure": False,
        "selected_source_uid": uid,
    }
    context: responses.RuntimeContext = {
        "api_endpoint": endpoint,
        "bootstrap": bootstrap,
        "credential_store": None,
        "data_source": _summary(settings),
        "data_source_error": None,
        "data_source_selection": "runtime_binding",
        "default_schema": SCHEMA,
        "dialect": "postgresql",
        "git_source": None,
        "hosted_agent": NOT_HOSTED,
        "hosted_environment": NOT_HOSTED,
        "is_admin": True,
        "local_mode": False,
        "local_mode_available": False,
        "paramstyle": "pyformat",
        "runtime_instance_id": runtime_instance_id(settings),
        "user_uid": str(settings.user_uid),
    }
    return {**context, "transfer_limits": TRANSFER_LIMITS} if with_limits else {**context}


def _summary(settings: Settings) -> responses.SourceSummary:
    """The one DataSource, as rows of the catalog and the context name it."""
    source = present_source(settings)
    return {
        "uid": source["uid"],
        "data_source_uid": source["uid"],
        "class_type": source["class_type"],
        "display_name": source["display_name"],
        "status": source["status"],
        "storage_access_mode": source["storage_access_mode"],
    }


def present_data_source(database: Database) -> responses.DataSource:
    """The one DataSource; nothing of a login is in its configuration."""
    parts = conninfo_to_dict(database.url)
    return {
        **_summary(database.settings),
        "can_import": False,
        "can_manage": False,
        "is_default": True,
        "configuration": {
            "database_name": str(parts.get("dbname", "")),
            "default_schema": SCHEMA,
            "host": str(parts.get("host", "")),
            "port": str(parts.get("port", 5432)),
        },
    }


def present_meta_tables(
    connection: Connection[Any], settings: Settings, rows: Sequence[MetaTableRow]
) -> list[responses.MetaTable]:
    """Rows of the catalog; time-indexed ones have a profile."""
    answers = present(connection, settings, rows)
    return [
        _meta_table(row, answer, _summary(settings))
        for row, answer in zip(rows, answers, strict=True)
    ]


def _meta_table(
    row: MetaTableRow, answer: generation1.MetaTable, source: responses.SourceSummary
) -> responses.MetaTable:
    columns = [_column(column) for column in answer["columns"]]
    table: responses.MetaTable = {
        "uid": answer["uid"],
        "data_source": source,
        "data_source_uid": answer["data_source_uid"],
        "identifier": answer["identifier"],
        "namespace": answer["namespace"],
        "description": answer["description"],
        "labels": sorted(answer["labels"]),
        "management_mode": answer["management_mode"],
        "provisioning_status": answer["provisioning_status"],
        "schema_management_mode": answer["schema_management_mode"],
        "schema_management": answer["schema_management"],
        "migration_package": answer["migration_package"],
        "migration_namespace": answer["migration_namespace"],
        "migration_provider_key": answer["migration_provider_key"],
        "alembic_version_meta_table_uid": answer["alembic_version_meta_table_uid"],
        "alembic_revision": answer["alembic_revision"],
        "physical_schema": answer["physical_schema"],
        "physical_table_name": answer["physical_table_name"],
        "relation_kind": "table",
        "table_contract": answer["table_contract"],
        "contract_version": answer["contract_version"],
        "table_kind": answer["table_kind"],
        "time_indexed": answer["time_indexed"],
        # Only a migration may drop a table that a migration made.
        "protect_from_deletion": True,
        "capabilities": {"timescale_policies": False},
        "columns": columns,
        "indexes_meta": answer["indexes_meta"],
        "foreign_keys": answer["foreign_keys"],
        "incoming_fks": answer["incoming_fks"],
        "creation_date": answer["creation_date"],
        "created_by_user_uid": answer["created_by_user_uid"],
    }
    if row.time_index_name is not None:
        table["cadence"] = row.cadence
        table["time_indexed_profile"] = {
            "time_index_meta_table_uid": answer["uid"],
            "time_index_name": row.time_index_name,
            "index_names": row.index_names,
            "cadence": row.cadence,
            "storage_layout": layout_of(row),
            "columns": columns,
        }
    return table


def _column(column: generation1.Column) -> responses.Column:
    return {**column, "encryption": column["contract_fragment"].get("encryption")}
