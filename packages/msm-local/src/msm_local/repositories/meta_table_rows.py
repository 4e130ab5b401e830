"""Rows of the catalog, as the repositories read and write them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg import Cursor
from psycopg.rows import RowMaker, dict_row
from psycopg.types.json import Jsonb

__all__ = [
    "CatalogColumn",
    "CatalogForeignKey",
    "CatalogIndex",
    "MetaTableRow",
    "NewMetaTable",
    "ScopeRow",
    "Shape",
    "meta_table_row",
]

Status = Literal["reserved", "active"]
Kind = Literal["relational", "time_indexed"]


@dataclass(frozen=True, slots=True)
class CatalogColumn:
    """A column as the catalog stores it; the field names are the keys of its JSON.

    Attributes:
        data_type: the SDK's portable type token.
        backend_type: the type as PostgreSQL writes it, in capitals.
        ordinal_position: place in the table, from 0.
        contract_fragment: what the contract of the table says about the column.
    """

    name: str
    logical_name: str | None
    data_type: str
    backend_type: str | None
    nullable: bool
    primary_key: bool
    unique: bool
    server_default: str | None
    ordinal_position: int
    description: str | None
    label: str | None
    contract_fragment: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CatalogIndex:
    """An index as the catalog stores it; the field names are the keys of its JSON.

    Attributes:
        expression: the indexed expressions; ``columns`` does not have them.
        contract_fragment: what the SDK's model of an index has no field for.
    """

    name: str
    columns: list[str]
    unique: bool
    method: str
    expression: str | None
    contract_fragment: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CatalogForeignKey:
    """A foreign key as the catalog stores it; the field names are the keys of its JSON.

    Attributes:
        target_table_uid: row of the referenced table; None if the catalog does not have it.
    """

    name: str
    source_columns: list[str]
    target_table_uid: str | None
    target_table_physical_table_name: str
    target_table_physical_schema: str
    target_columns: list[str]
    on_delete: str


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns, indexes and foreign keys that PostgreSQL has for a table."""

    columns: list[CatalogColumn]
    indexes_meta: list[CatalogIndex]
    foreign_keys: list[CatalogForeignKey]

    def as_json(self) -> list[Jsonb]:
        """The three values as the catalog stores them."""
        return [
            Jsonb([asdict(item) for item in items])
            for items in (self.columns, self.indexes_meta, self.foreign_keys)
        ]


@dataclass(frozen=True, slots=True)
class NewMetaTable:
    """What a reservation states about a table; the field names are the column names."""

    data_source_uid: UUID
    identifier: str | None
    namespace: str | None
    description: str | None
    labels: list[str]
    protect_from_deletion: bool
    migration_package: str
    migration_namespace: str
    migration_provider_key: str
    alembic_version_meta_table_uid: UUID | None
    alembic_revision: str | None
    physical_schema: str
    physical_table_name: str
    table_kind: Kind
    time_index_name: str | None
    index_names: list[str]
    cadence: str | None
    partition_strategy: str | None
    storage_layout: dict[str, Any] | None
    table_contract: dict[str, Any]


@dataclass(frozen=True, slots=True)
class MetaTableRow(NewMetaTable):
    """A row of the catalog."""

    uid: UUID
    management_mode: str
    schema_management_mode: str
    provisioning_status: Status
    columns: list[CatalogColumn]
    indexes_meta: list[CatalogIndex]
    foreign_keys: list[CatalogForeignKey]
    created_at: datetime
    deleted_at: datetime | None

    @property
    def qualified_name(self) -> str:
        """Schema and table name, for messages."""
        return f"{self.physical_schema}.{self.physical_table_name}"

    @property
    def is_version_table(self) -> bool:
        """Whether Alembic keeps its revision in this table."""
        authoring = self.table_contract.get("authoring", {})
        return bool(authoring.get("version_table") == self.physical_table_name)


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """The facts about a table that an operation needs, without the size of a whole row."""

    uid: UUID
    physical_schema: str
    physical_table_name: str
    provisioning_status: Status
    is_version_table: bool

    @property
    def name(self) -> tuple[str, str]:
        """Schema and table name, as a statement names them."""
        return (self.physical_schema, self.physical_table_name)


def meta_table_row(cursor: Cursor[Any]) -> RowMaker[MetaTableRow]:
    """A row factory of psycopg: rows as MetaTableRow, with their JSON as dataclasses."""
    as_dict = dict_row(cursor)
    return lambda values: _from_record(as_dict(values))


def _from_record(record: Mapping[str, Any]) -> MetaTableRow:
    shape = {
        "columns": [CatalogColumn(**column) for column in record["columns"]],
        "indexes_meta": [CatalogIndex(**index) for index in record["indexes_meta"]],
        "foreign_keys": [CatalogForeignKey(**key) for key in record["foreign_keys"]],
    }
    return MetaTableRow(**{**record, **shape})
