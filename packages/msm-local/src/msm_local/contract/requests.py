"""What clients send; optional fields have the SDK's defaults, and unknown ones are ignored."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from msm_local.contract.json_values import JsonObject, Text, check_json

__all__ = [
    "MAX_BYTES",
    "MAX_MILLISECONDS",
    "MAX_ROWS",
    "FinalizeRequest",
    "GitContextRequest",
    "LabelsRequest",
    "MetaTablePatch",
    "MigrationConnectionRequest",
    "OperationRequest",
    "PlaceholderStyle",
    "ReservationRow",
    "Scope",
    "ScopeTable",
    "StatementBody",
]

MAX_ROWS = 100_000
# Of the rows of an answer, which are in memory all at once: 100,000 wide ones would fill it.
MAX_BYTES = 128 << 20
MAX_MILLISECONDS = 600_000
Name = Annotated[Text, Field(min_length=1, max_length=300)]
# PostgreSQL cuts longer names, and two tables could become one.
PhysicalName = Annotated[Text, Field(min_length=1, max_length=63)]


# How the text of a statement writes its placeholders: %(name)s, or %s, or none. Without any, its
# percent signs mean themselves.
PlaceholderStyle = Literal["named", "positional", "none"]


class _Request(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class GitContextRequest(_Request):
    """The Git source of a client."""

    repository_identity: Name
    repository_branch: Name
    commit_sha: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]


class ContractColumn(BaseModel):
    """The part of a column's contract that the catalog reads; the rest is stored as it is."""

    model_config = ConfigDict(extra="allow", frozen=True)

    name: Name
    data_type: Name
    logical_name: str | None = None
    backend_type: str | None = None
    nullable: bool = True
    primary_key: bool = False
    unique: bool = False
    server_default: str | None = None
    description: str | None = None
    label: str | None = None


class TimeIndexing(BaseModel):
    """How a time-indexed table was authored, as far as the catalog reads it; the rest is stored."""

    model_config = ConfigDict(extra="allow", frozen=True)

    index_names: list[str] = Field(default_factory=list)
    storage_layout: dict[str, Any] | None = None


class Authoring(BaseModel):
    """How a table was authored, as far as the catalog reads it; the rest is stored."""

    model_config = ConfigDict(extra="allow", frozen=True)

    version_table: str | None = None
    time_indexed: TimeIndexing = Field(default_factory=TimeIndexing)


class TableContract(BaseModel):
    """The part of a table's contract that the catalog reads; the rest is stored as it is."""

    model_config = ConfigDict(extra="allow", frozen=True)

    version: str = "relational-table.v1"
    columns: list[ContractColumn] = Field(default_factory=list)
    authoring: Authoring = Field(default_factory=Authoring)

    # Before the fields are read: unread parts of a contract are stored too.
    _storable = model_validator(mode="before")(check_json)


class ReservationRow(_Request):
    """One table that a migration is about to create."""

    data_source_uid: UUID
    identifier: Name | None = None
    namespace: Text | None = None
    description: Text | None = None
    labels: list[Text] = Field(default_factory=list)
    management_mode: Literal["platform_managed"] = "platform_managed"
    provisioning_status: Literal["reserved"] = "reserved"
    is_alembic_managed: Literal[True] = True
    migration_package: Name
    migration_namespace: Name
    migration_provider_key: Text | None = None
    alembic_version_meta_table_uid: UUID | None = None
    alembic_revision: Text | None = None
    physical_schema: PhysicalName
    physical_table_name: PhysicalName
    protect_from_deletion: bool = False
    table_contract: TableContract
    time_index_name: Name | None = None
    cadence: Text | None = None
    partition_strategy: Text | None = None


class MetaTablePatch(BaseModel):
    """The fields of a table that a client may change; any other field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    identifier: Name | None = None
    namespace: Text | None = None
    description: Text | None = None
    labels: list[Text] = Field(default_factory=list)
    protect_from_deletion: bool = False


class LabelsRequest(_Request):
    """Labels to attach or to remove."""

    labels: Annotated[list[Name], Field(min_length=1)]


class MigrationConnectionRequest(_Request):
    """What a migration needs a database login for."""

    purpose: Literal["schema_migration"] = "schema_migration"
    package: Text = ""
    migration_namespace: Text = ""
    migration_provider_key: Text = ""
    ttl_seconds: Annotated[int, Field(ge=60, le=3600)] = 900


class FinalizeRequest(_Request):
    """The tables whose physical state the catalog is to take over."""

    meta_table_uids: Annotated[list[UUID], Field(min_length=1)]
    migration_package: Text | None = None
    migration_namespace: Text | None = None
    migration_provider_key: Text | None = None
    alembic_version_meta_table_uid: UUID | None = None
    alembic_revision: Text | None = None


class StatementBody(_Request):
    """A statement with its parameters."""

    sql: Annotated[Text, Field(min_length=1)]
    parameters: JsonObject = Field(default_factory=dict)
    parameter_types: dict[Text, Text] | None = None
    paramstyle: Literal["pyformat"] = "pyformat"


class ScopeTable(_Request):
    """A table that an operation declares."""

    meta_table_uid: UUID
    access: Literal["read", "write"] = "read"


class Scope(_Request):
    """All tables that an operation declares."""

    data_source_uid: UUID | None = None
    tables: Annotated[list[ScopeTable], Field(min_length=1)]


class Limits(_Request):
    """The rows and the time that an operation may take."""

    max_rows: Annotated[
        int,
        Field(ge=1, lt=2**31, description=f"An answer carries at most {MAX_ROWS}."),
    ] = 1_000
    offset: Annotated[int, Field(ge=0, lt=2**31)] = 0
    statement_timeout_ms: Annotated[
        int, Field(ge=1, lt=2**31, description=f"Larger values mean {MAX_MILLISECONDS}.")
    ] = 15_000


class OperationRequest(_Request):
    """One compiled-sql.v1 operation."""

    operation: Literal["select", "insert", "update", "delete", "upsert"]
    version: Literal["compiled-sql.v1"] = "compiled-sql.v1"
    dialect: Literal["postgresql"] = "postgresql"
    statement: StatementBody
    scope: Scope
    limits: Limits = Field(default_factory=Limits)
