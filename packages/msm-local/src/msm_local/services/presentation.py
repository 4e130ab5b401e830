"""The shapes of the answers: what the SDK's client models read."""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from msm_local.contract import responses
from msm_local.repositories.branches import Branch
from msm_local.repositories.foreign_keys import IncomingForeignKey, find_incoming
from msm_local.repositories.meta_tables import MetaTableRow
from msm_local.repositories.settings import Settings

__all__ = ["present_branch", "present_data_source", "present_meta_tables", "present_user"]

DATABASE_NAME = "Local PostgreSQL"
ENVIRONMENT_NAME = "local"
DEFAULT_CONTRACT_VERSION = "relational-table.v1"


def present_data_source(settings: Settings) -> responses.DataSource:
    """The one DataSource."""
    return {
        "uid": str(settings.data_source_uid),
        "data_source_uid": str(settings.data_source_uid),
        "display_name": DATABASE_NAME,
        "organization_uid": str(settings.organization_uid),
        "class_type": "postgresql",
        "status": "AVAILABLE",
        "storage_access_mode": "read_write",
        "extra_arguments": {},
    }


def present_branch(branch: Branch, settings: Settings) -> responses.Branch:
    """A branch with its DataSource."""
    return {
        "uid": str(branch.uid),
        "code_repository_uid": str(branch.code_repository_uid),
        "code_repository_name": branch.repository_identity.rsplit("/", 1)[-1],
        "code_repository_type": "library",
        "repository_branch": branch.repository_branch,
        "metatables_data_source": present_data_source(settings),
        "metatables_data_source_uid": str(settings.data_source_uid),
        "organization_environment_uid": str(settings.environment_uid),
        "organization_environment_name": ENVIRONMENT_NAME,
        "default_base_image": {"uid": str(settings.environment_uid), "title": "local"},
        "sdks": [],
        "is_initialized": True,
        "provisioning_status": "READY",
        "provisioning_job_run_uid": None,
        "provisioning_error_code": "",
        "provisioning_error_detail": "",
        "provisioning_updated_at": branch.created_at.isoformat(),
        "can_retry_provisioning": False,
    }


def present_user(settings: Settings) -> responses.User:
    """The one user, who owns everything."""
    return {
        "uid": str(settings.user_uid),
        "username": "local",
        "email": "local@msm-local.invalid",
        "first_name": "Local",
        "last_name": "User",
        "date_joined": "2000-01-01T00:00:00Z",
        "is_active": True,
        "is_verified": True,
        "blocked_access": False,
        "api_request_limit": 0,
        "mfa_enabled": False,
        "groups": [],
        "user_permissions": [],
        "organization_teams": [],
    }


def present_meta_tables(
    connection: Connection[Any], settings: Settings, rows: Sequence[MetaTableRow]
) -> list[responses.MetaTable]:
    """Rows of the catalog; time-indexed ones carry their profile."""
    incoming = find_incoming(connection, [row.uid for row in rows])
    return [
        _present_meta_table(row, settings, [_incoming(key) for key in incoming[row.uid]])
        for row in rows
    ]


def _incoming(key: IncomingForeignKey) -> responses.ForeignKey:
    # The SDK's model of a foreign key has no field for where it comes from.
    source = {
        "source_table_uid": str(key.source_uid),
        "source_table_physical_schema": key.source_schema,
        "source_table_physical_table_name": key.source_table,
    }
    return {**key.foreign_key, "contract_fragment": source}


def _present_meta_table(
    row: MetaTableRow, settings: Settings, incoming: list[responses.ForeignKey]
) -> responses.MetaTable:
    registry = row.alembic_version_meta_table_uid
    registry_uid = None if registry is None else str(registry)
    columns = row.columns or _contract_columns(row)
    answer: responses.MetaTable = {
        "uid": str(row.uid),
        "data_source": present_data_source(settings),
        "data_source_uid": str(row.data_source_uid),
        "identifier": row.identifier,
        "namespace": row.namespace,
        "description": row.description,
        "labels": row.labels,
        "management_mode": row.management_mode,
        "provisioning_status": row.provisioning_status,
        "schema_management_mode": row.schema_management_mode,
        "schema_management": {
            "mode": row.schema_management_mode,
            "alembic": {
                "package": row.migration_package,
                "migration_namespace": row.migration_namespace,
                "provider_key": row.migration_provider_key,
                "alembic_version_meta_table_uid": registry_uid,
                "revision": row.alembic_revision,
            },
        },
        "migration_package": row.migration_package,
        "migration_namespace": row.migration_namespace,
        "migration_provider_key": row.migration_provider_key,
        "alembic_version_meta_table_uid": registry_uid,
        "alembic_revision": row.alembic_revision,
        "physical_schema": row.physical_schema,
        "physical_table_name": row.physical_table_name,
        "table_contract": row.table_contract,
        "contract_version": row.table_contract.get("version", DEFAULT_CONTRACT_VERSION),
        "table_kind": row.table_kind,
        "time_indexed": row.table_kind == "time_indexed",
        "protect_from_deletion": row.protect_from_deletion,
        "columns": columns,
        "indexes_meta": row.indexes_meta,
        "foreign_keys": row.foreign_keys,
        "incoming_fks": incoming,
        "creation_date": row.created_at.isoformat(),
        "created_by_user_uid": str(settings.user_uid),
        "organization_owner_uid": str(settings.organization_uid),
        "organization_environment_uid": str(settings.environment_uid),
        "organization_environment_name": ENVIRONMENT_NAME,
        "owner_role_name": settings.owner_role,
    }
    if row.time_index_name is not None:
        answer["cadence"] = row.cadence
        answer["time_indexed_profile"] = {
            "time_index_meta_table_uid": str(row.uid),
            "time_index_name": row.time_index_name,
            "index_names": row.index_names,
            "cadence": row.cadence,
            "partition_strategy": row.partition_strategy,
            "storage_layout": row.storage_layout,
            "columns": columns,
            "column_dtypes_map": {column["name"]: column["data_type"] for column in columns},
        }
    return answer


def _contract_columns(row: MetaTableRow) -> list[responses.Column]:
    """The columns of a table that is only reserved, as its contract states them."""
    return [
        {
            "name": column["name"],
            "logical_name": column.get("logical_name"),
            "data_type": column["data_type"],
            "backend_type": column.get("backend_type"),
            "nullable": column.get("nullable", True),
            "primary_key": column.get("primary_key", False),
            "unique": column.get("unique", False),
            "server_default": column.get("server_default"),
            "ordinal_position": position,
            "description": column.get("description"),
            "label": column.get("label"),
            "contract_fragment": column,
        }
        for position, column in enumerate(row.table_contract.get("columns", []))
    ]
