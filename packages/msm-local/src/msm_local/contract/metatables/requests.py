"""What generation 2's clients send; an unknown field is an error, except among the limits."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from msm_local.contract import requests as generation1
from msm_local.contract.json_values import JsonObject, Text
from msm_local.contract.metatables.limits import (
    MAX_MILLISECONDS,
    MAX_RESERVATIONS,
    MAX_ROWS,
    MAX_SQL_CHARACTERS,
)
from msm_local.contract.requests import PhysicalName, PlaceholderStyle

__all__ = [
    "AuthoredColumn",
    "AuthoredTable",
    "CompiledOperation",
    "FinalizeRequest",
    "Limits",
    "MetaTablePatch",
    "MigrationConnectionRequest",
    "OperationKind",
    "Query",
    "ReservationRow",
    "Statement",
    "TableContract",
]

OperationKind = Literal["select", "insert", "update", "delete", "upsert"]
Uids = Annotated[list[UUID], Field(max_length=MAX_RESERVATIONS)]
Name = Annotated[Text, Field(max_length=255)]
Sql = Annotated[Text, Field(min_length=1, max_length=MAX_SQL_CHARACTERS)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Limits(BaseModel):
    """The rows and the time that an operation may take."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    max_rows: Annotated[int, Field(ge=1, le=MAX_ROWS)] = 1_000
    offset: Annotated[int, Field(ge=0)] = 0
    statement_timeout_ms: Annotated[int, Field(ge=1, le=MAX_MILLISECONDS)] = 15_000


class Statement(_Request):
    """A statement with its parameters, by name or, for ``%s``, by position.

    Without parameters, a percent sign means itself.
    """

    sql: Sql
    parameters: dict[str, Any] | list[Any] = Field(default_factory=dict)
    parameter_types: dict[str, str] | None = None
    paramstyle: Literal["pyformat"] = "pyformat"

    @property
    def placeholders(self) -> PlaceholderStyle:
        """How its text writes them."""
        if not self.parameters:
            return "none"
        return "named" if isinstance(self.parameters, dict) else "positional"


class CompiledOperation(_Request):
    """One compiled-sql.v1 operation; its statement may use all active tables."""

    version: Literal["compiled-sql.v1"] = "compiled-sql.v1"
    dialect: Literal["postgresql"] = "postgresql"
    operation: OperationKind
    statement: Statement
    data_source_uid: UUID
    limits: Limits = Field(default_factory=Limits)


class Query(_Request):
    """A SELECT whose text a user typed."""

    data_source_uid: UUID
    sql: Sql
    limits: Limits = Field(default_factory=Limits)


class Physical(BaseModel):
    """Where a contract says that its table is; what it leaves out is as the row says."""

    model_config = ConfigDict(extra="allow", frozen=True)

    schema_name: Text | None = Field(default=None, alias="schema")
    table_name: Text | None = None


class ContractForeignKey(BaseModel):
    """A foreign key of a contract."""

    model_config = ConfigDict(extra="allow", frozen=True)

    name: Text | None = None
    source_columns: Annotated[list[Text], Field(min_length=1)]
    target_meta_table_uid: UUID
    target_columns: Annotated[list[Text], Field(min_length=1)]
    on_delete: Text = "restrict"


class TableContract(generation1.TableContract):
    """The part of a contract that generation 2 checks; the rest is stored as it is."""

    physical: Physical = Field(default_factory=Physical)
    indexes: list[JsonObject] = Field(default_factory=list)
    foreign_keys: list[ContractForeignKey] = Field(default_factory=list)


class ReservationRow(_Request):
    """One table that a migration is about to create."""

    data_source_uid: UUID
    identifier: Name | None = None
    namespace: Name | None = None
    description: Text | None = None
    labels: Annotated[list[Text], Field(max_length=200)] = Field(default_factory=list)
    management_mode: Literal["platform_managed"] = "platform_managed"
    provisioning_status: Literal["reserved"] = "reserved"
    is_alembic_managed: Literal[True]
    migration_package: Annotated[Text, Field(min_length=1, max_length=128)]
    migration_namespace: Annotated[Text, Field(min_length=1, max_length=255)]
    migration_provider_key: Annotated[Text, Field(min_length=1, max_length=384)]
    alembic_version_meta_table_uid: UUID | None = None
    alembic_revision: Text | None = None
    contract_version: Text | None = None
    introspection_snapshot: JsonObject | None = None
    physical_schema: PhysicalName
    physical_table_name: PhysicalName
    protect_from_deletion: bool = False
    schema_management: JsonObject | None = None
    provisioning: JsonObject | None = None
    introspect: bool = False
    table_contract: TableContract
    time_index_name: Name | None = None
    cadence: Text | None = None
    code_repository_context: JsonObject | None = None


class MetaTablePatch(_Request):
    """The fields of a table that a client may change."""

    identifier: Name | None = None
    namespace: Name | None = None
    description: Text | None = None
    labels: list[Text] | None = None
    protect_from_deletion: bool = True


class MigrationConnectionRequest(_Request):
    """What a migration needs a database login for."""

    purpose: Literal["schema_migration"] = "schema_migration"
    package: Text = ""
    migration_namespace: Text = ""
    migration_provider_key: Text = ""
    ttl_seconds: Annotated[int, Field(ge=60, le=3600)] = 900
    code_repository_context: JsonObject | None = None


class AuthoredColumn(_Request):
    """What the models say about a column, where the catalog says something else."""

    name: Text
    description: Text | None = None
    label: Text | None = None
    logical_name: Text | None = None
    encryption: JsonObject | None = None


class AuthoredTable(_Request):
    """What the models say about a table, where the catalog says something else."""

    description: Text | None = None
    labels: list[Text] = Field(default_factory=list)
    columns: list[AuthoredColumn] = Field(default_factory=list)


class FinalizeRequest(_Request):
    """The tables whose physical state the catalog is to take over: one batch of a migration."""

    meta_table_uids: Annotated[list[UUID], Field(min_length=1, max_length=MAX_RESERVATIONS)]
    migration_package: Annotated[Text, Field(max_length=128)] | None = None
    migration_namespace: Annotated[Text, Field(max_length=255)] | None = None
    migration_provider_key: Annotated[Text, Field(max_length=384)] | None = None
    alembic_version_meta_table_uid: UUID | None = None
    alembic_revision: Annotated[Text, Field(max_length=255)] | None = None
    removed_meta_table_uids: Uids = Field(default_factory=list)
    code_repository_context: JsonObject | None = None
    authored_metadata: dict[UUID, AuthoredTable] | None = None
