"""The rows of generation 2's catalog, as its client's models read them."""

from collections.abc import Sequence
from typing import Any, Literal

from psycopg import Connection

from msm_local.contract import responses as generation1
from msm_local.contract.metatables import responses
from msm_local.repositories.meta_table_rows import MetaTableRow
from msm_local.repositories.settings import Settings
from msm_local.services.meta_table_presentation import present_meta_tables as present
from msm_local.services.metatables.presentation import source_summary
from msm_local.services.metatables.storage_layout import layout_of

__all__ = ["present_meta_tables"]

type Fact = Literal[
    "name",
    "logical_name",
    "data_type",
    "backend_type",
    "nullable",
    "primary_key",
    "unique",
    "ordinal_position",
    "description",
    "label",
]

# What the one user of msm-local, who owns all tables, may do with them here.
ACTIONS = ["tables.get", "tables.get_data", "tables.update_data", "tables.update", "tables.migrate"]

# The facts of a column that its contract states.
CONTRACT: tuple[Fact, ...] = (
    *("name", "logical_name", "data_type", "backend_type", "nullable", "primary_key", "unique"),
    *("ordinal_position", "description", "label"),
)


def present_meta_tables(
    connection: Connection[Any], settings: Settings, rows: Sequence[MetaTableRow]
) -> list[responses.MetaTable]:
    """Rows of the catalog; time-indexed ones have a profile."""
    answers = present(connection, settings, rows)
    return [
        _meta_table(row, answer, source_summary(settings))
        for row, answer in zip(rows, answers, strict=True)
    ]


def _meta_table(
    row: MetaTableRow, answer: generation1.MetaTable, source: responses.SourceSummary
) -> responses.MetaTable:
    columns = [_column(row, column) for column in answer["columns"]]
    indexes = [_index(index) for index in answer["indexes_meta"]]
    foreign_keys = [_foreign_key(key) for key in answer["foreign_keys"]]
    table: responses.MetaTable = {
        "uid": answer["uid"],
        "role": "owner",
        "allowed_actions": ACTIONS,
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
        "table_contract": _contract(row, columns, indexes, foreign_keys),
        "contract_version": answer["contract_version"],
        "table_kind": answer["table_kind"],
        "time_indexed": answer["time_indexed"],
        # Only a migration may drop a table that a migration made.
        "protect_from_deletion": True,
        "capabilities": {"timescale_policies": False},
        "columns": columns,
        "indexes_meta": indexes,
        "foreign_keys": foreign_keys,
        "incoming_fks": [_foreign_key(key) for key in answer["incoming_fks"]],
        "creation_date": answer["creation_date"],
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


def _contract(
    row: MetaTableRow,
    columns: Sequence[responses.Column],
    indexes: Sequence[generation1.Index],
    foreign_keys: Sequence[generation1.ForeignKey],
) -> dict[str, Any]:
    """The contract: of an active table as PostgreSQL has it, of a reserved one as it was sent."""
    given = row.table_contract
    is_active = row.provisioning_status == "active"
    observed = {
        "indexes": [index["contract_fragment"] for index in indexes],
        "foreign_keys": [key["contract_fragment"] for key in foreign_keys],
    }
    stated = {name: given.get(name, []) for name in observed}
    return {
        **given,
        "physical": {
            "schema": row.physical_schema,
            "table_name": row.physical_table_name,
            "relation_kind": "table",
        },
        "columns": [column["contract_fragment"] for column in columns],
        **(observed if is_active else stated),
    }


def _column(row: MetaTableRow, column: generation1.Column) -> responses.Column:
    is_active = row.provisioning_status == "active"
    encryption = column["contract_fragment"].get("encryption")
    optional = {"server_default": column["server_default"], "encryption": encryption}
    shown: responses.Column = {
        "name": column["name"],
        "logical_name": column["logical_name"],
        "data_type": column["data_type"],
        "backend_type": column["backend_type"],
        "nullable": column["nullable"],
        "primary_key": column["primary_key"],
        # The key of a table is not one of its unique constraints.
        "unique": column["unique"] and not column["primary_key"],
        # The platform counts the columns of a contract from 0, and those of a table from 1.
        "ordinal_position": column["ordinal_position"] + is_active,
        "description": column["description"] or "",
        "label": column["label"] or "",
        "contract_fragment": {},
        "encryption": encryption,
    }
    fragment: dict[str, Any] = {name: shown[name] for name in CONTRACT}
    fragment |= {name: value for name, value in optional.items() if value is not None}
    return {**shown, "contract_fragment": fragment}


def _index(index: generation1.Index) -> generation1.Index:
    names = ("name", "columns", "unique", "method", "expression")
    facts = {name: value for name, value in index.items() if name in names}
    return {**index, "contract_fragment": {**index["contract_fragment"], **facts}}


def _foreign_key(key: generation1.ForeignKey) -> generation1.ForeignKey:
    action = key["on_delete"].lower()
    fragment = {
        **key.get("contract_fragment", {}),
        "name": key["name"],
        "source_columns": key["source_columns"],
        "target_meta_table_uid": key["target_table_uid"],
        "target_columns": key["target_columns"],
        "on_delete": action,
    }
    return {**key, "on_delete": action, "contract_fragment": fragment}
