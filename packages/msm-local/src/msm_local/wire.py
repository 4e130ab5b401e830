"""What clients send. What they do not have to send has the SDK's default; the rest is ignored."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "FinalizeRequest",
    "GitContextRequest",
    "MetaTablePatch",
    "MigrationConnectionRequest",
    "OperationRequest",
    "ReservationRow",
]

Name = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"^[^\x00]*$")]
PhysicalName = Annotated[str, Field(min_length=1, max_length=63, pattern=r"^[^\x00]*$")]


class _Request(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class GitContextRequest(_Request):
    """The Git source of a client."""

    repository_identity: Name
    repository_branch: Name
    commit_sha: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]


class ReservationRow(_Request):
    """One table that a migration is about to make."""

    data_source_uid: UUID
    identifier: Name | None = None
    namespace: str | None = None
    description: str | None = None
    labels: list[str] = Field(default_factory=list)
    management_mode: Literal["platform_managed"] = "platform_managed"
    provisioning_status: Literal["reserved"] = "reserved"
    is_alembic_managed: Literal[True] = True
    migration_package: Name
    migration_namespace: Name
    migration_provider_key: str | None = None
    alembic_version_meta_table_uid: UUID | None = None
    alembic_revision: str | None = None
    physical_schema: PhysicalName
    physical_table_name: PhysicalName
    protect_from_deletion: bool = False
    table_contract: dict[str, Any]
    time_index_name: Name | None = None
    cadence: str | None = None
    partition_strategy: str | None = None


class MetaTablePatch(BaseModel):
    """What of a table may be changed by hand; another field is an error, not silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    identifier: Name | None = None
    namespace: str | None = None
    description: str | None = None
    labels: list[str] = Field(default_factory=list)
    protect_from_deletion: bool = False


class MigrationConnectionRequest(_Request):
    """What a migration wants a database login for."""

    purpose: Literal["schema_migration"] = "schema_migration"
    package: str = ""
    migration_namespace: str = ""
    migration_provider_key: str = ""
    ttl_seconds: Annotated[int, Field(ge=60, le=3600)] = 900


class FinalizeRequest(_Request):
    """The tables whose physical state the catalog shall take over."""

    meta_table_uids: Annotated[list[UUID], Field(min_length=1)]
    migration_package: str | None = None
    migration_namespace: str | None = None
    migration_provider_key: str | None = None
    alembic_version_meta_table_uid: UUID | None = None
    alembic_revision: str | None = None


class StatementBody(_Request):
    """A statement with its parameters."""

    sql: Annotated[str, Field(min_length=1, pattern=r"^[^\x00]*$")]
    parameters: dict[str, Any] = Field(default_factory=dict)
    parameter_types: dict[str, str] | None = None
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
    """Rows and milliseconds that an operation may take."""

    max_rows: Annotated[int, Field(ge=1, lt=2**31)] = 1_000
    offset: Annotated[int, Field(ge=0, lt=2**31)] = 0
    statement_timeout_ms: Annotated[int, Field(ge=1, lt=2**31)] = 15_000


class OperationRequest(_Request):
    """One compiled-sql.v1 operation."""

    operation: Literal["select", "insert", "update", "delete", "upsert"]
    version: Literal["compiled-sql.v1"] = "compiled-sql.v1"
    dialect: Literal["postgresql"] = "postgresql"
    statement: StatementBody
    scope: Scope
    limits: Limits = Field(default_factory=Limits)
