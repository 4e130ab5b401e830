"""The runtime context and the DataSource of generation 2, as its client's models read them."""

from typing import Any

from psycopg.conninfo import conninfo_to_dict

from msm_local.contract.metatables import limits, responses
from msm_local.database.pools import POOL_SIZE, Database
from msm_local.repositories.settings import Settings
from msm_local.services.presentation import present_data_source as present_source

__all__ = [
    "SCHEMA",
    "present_context",
    "present_data_source",
    "runtime_instance_id",
    "source_summary",
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
        "data_source": _source(settings),
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


def source_summary(settings: Settings) -> responses.SourceSummary:
    """The one DataSource, as rows of the catalog name it."""
    return {**_source(settings), "data_source_uid": str(settings.data_source_uid)}


def _source(settings: Settings) -> responses.Source:
    source = present_source(settings)
    return {
        "uid": source["uid"],
        "class_type": source["class_type"],
        "display_name": source["display_name"],
        "status": source["status"],
        "storage_access_mode": source["storage_access_mode"],
    }


def present_data_source(database: Database) -> responses.DataSource:
    """The one DataSource; nothing of a login is in its configuration."""
    parts = conninfo_to_dict(database.url)
    return {
        **_source(database.settings),
        "can_import": False,
        "can_manage": False,
        "is_default": True,
        "configuration": {
            "database_name": str(parts.get("dbname", "")),
            "default_schema": SCHEMA,
            "host": str(parts.get("host", "")),
            "port": int(str(parts.get("port", 5432))),
            "ssl_mode": str(parts.get("sslmode", "disable")),
            "tls_ca_secret_uid": None,
            "tls_certificate_secret_uid": None,
            "tls_key_secret_uid": None,
        },
    }
