"""The answers about MetaTables, as the SDK's models read them."""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from msm_local.contract import responses
from msm_local.repositories.foreign_keys import IncomingForeignKey, find_incoming
from msm_local.repositories.meta_table_rows import (
    CatalogColumn,
    CatalogForeignKey,
    CatalogIndex,
    MetaTableRow,
)
from msm_local.repositories.settings import Settings
from msm_local.services.presentation import ENVIRONMENT_NAME, present_data_source

__all__ = ["present_meta_tables"]

DEFAULT_CONTRACT_VERSION = "relational-table.v1"


def present_meta_tables(
    connection: Connection[Any], settings: Settings, rows: Sequence[MetaTableRow]
) -> list[responses.MetaTable]:
    """Rows of the catalog; time-indexed ones have a profile."""
    incoming = find_incoming(connection, [row.uid for row in rows])
    return [_meta_table(row, settings, incoming[row.uid]) for row in rows]


def _meta_table(
    row: MetaTableRow, settings: Settings, incoming: Sequence[IncomingForeignKey]
) -> responses.MetaTable:
    columns = [_column(item) for item in row.columns] or _contract_columns(row)
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
        "schema_management": _schema_management(row),
        "migration_package": row.migration_package,
        "migration_namespace": row.migration_namespace,
        "migration_provider_key": row.migration_provider_key,
        "alembic_version_meta_table_uid": _registry_uid(row),
        "alembic_revision": row.alembic_revision,
        "physical_schema": row.physical_schema,
        "physical_table_name": row.physical_table_name,
        "table_contract": row.table_contract,
        "contract_version": row.table_contract.get("version", DEFAULT_CONTRACT_VERSION),
        "table_kind": row.table_kind,
        "time_indexed": row.table_kind == "time_indexed",
        "protect_from_deletion": row.protect_from_deletion,
        "columns": columns,
        "indexes_meta": [_index(index) for index in row.indexes_meta],
        "foreign_keys": [_foreign_key(key) for key in row.foreign_keys],
        "incoming_fks": [_incoming(key) for key in incoming],
        "creation_date": row.created_at.isoformat(),
        "created_by_user_uid": str(settings.user_uid),
        "organization_owner_uid": str(settings.organization_uid),
        "organization_environment_uid": str(settings.environment_uid),
        "organization_environment_name": ENVIRONMENT_NAME,
        "owner_role_name": settings.owner_role,
    }
    if row.time_index_name is not None:
        answer["cadence"] = row.cadence
        answer["time_indexed_profile"] = _profile(row, row.time_index_name, columns)
    return answer


def _registry_uid(row: MetaTableRow) -> str | None:
    registry = row.alembic_version_meta_table_uid
    return None if registry is None else str(registry)


def _schema_management(row: MetaTableRow) -> dict[str, Any]:
    return {
        "mode": row.schema_management_mode,
        "alembic": {
            "package": row.migration_package,
            "migration_namespace": row.migration_namespace,
            "provider_key": row.migration_provider_key,
            "alembic_version_meta_table_uid": _registry_uid(row),
            "revision": row.alembic_revision,
        },
    }


def _profile(
    row: MetaTableRow, time_index_name: str, columns: list[responses.Column]
) -> responses.Profile:
    return {
        "time_index_meta_table_uid": str(row.uid),
        "time_index_name": time_index_name,
        "index_names": row.index_names,
        "cadence": row.cadence,
        "partition_strategy": row.partition_strategy,
        "storage_layout": row.storage_layout,
        "columns": columns,
        "column_dtypes_map": {column["name"]: column["data_type"] for column in columns},
    }


def _column(column: CatalogColumn) -> responses.Column:
    return {
        "name": column.name,
        "logical_name": column.logical_name,
        "data_type": column.data_type,
        "backend_type": column.backend_type,
        "nullable": column.nullable,
        "primary_key": column.primary_key,
        "unique": column.unique,
        "server_default": column.server_default,
        "ordinal_position": column.ordinal_position,
        "description": column.description,
        "label": column.label,
        "contract_fragment": column.contract_fragment,
    }


def _contract_columns(row: MetaTableRow) -> list[responses.Column]:
    """The columns that the contract states: a reserved table has no others yet."""
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


def _index(index: CatalogIndex) -> responses.Index:
    return {
        "name": index.name,
        "columns": index.columns,
        "unique": index.unique,
        "method": index.method,
        "expression": index.expression,
        "contract_fragment": index.contract_fragment,
    }


def _foreign_key(key: CatalogForeignKey) -> responses.ForeignKey:
    return {
        "name": key.name,
        "source_columns": key.source_columns,
        "target_table_uid": key.target_table_uid,
        "target_table_physical_table_name": key.target_table_physical_table_name,
        "target_table_physical_schema": key.target_table_physical_schema,
        "target_columns": key.target_columns,
        "on_delete": key.on_delete,
    }


def _incoming(key: IncomingForeignKey) -> responses.ForeignKey:
    # The SDK's model of a foreign key has no field for the referencing table.
    source = {
        "source_table_uid": str(key.source_uid),
        "source_table_physical_schema": key.source_schema,
        "source_table_physical_table_name": key.source_table,
    }
    return {**_foreign_key(key.foreign_key), "contract_fragment": source}
