"""What the platform answers to generation 2: the shapes that its client models read.

UIDs are UUIDs as text, times are ISO 8601 with an offset.
"""

from typing import Any, Literal, NotRequired, TypedDict

from msm_local.contract import responses
from msm_local.contract.metatables.requests import OperationKind

__all__ = [
    "Column",
    "DataSource",
    "DataSourcePage",
    "Error",
    "Finalized",
    "FinalizedTable",
    "MetaTable",
    "MetaTablePage",
    "MigrationConnection",
    "OperationResult",
    "Profile",
    "QueryResult",
    "Released",
    "RuntimeContext",
    "Source",
    "SourceSummary",
]


class Coded(TypedDict):
    """Why an operation failed: a code, and PostgreSQL's text or a sentence."""

    code: str
    detail: NotRequired[str]


class Error(TypedDict):
    """Why a request failed."""

    detail: str | Coded


class Source(TypedDict):
    """The one DataSource."""

    uid: str
    class_type: str
    display_name: str
    status: str
    storage_access_mode: Literal["read_write"]


class SourceSummary(Source):
    """The one DataSource, as rows of the catalog name it."""

    data_source_uid: str


class DataSource(Source):
    """The one DataSource, with what may be done to it: nothing."""

    can_import: Literal[False]
    can_manage: Literal[False]
    is_default: Literal[True]
    configuration: dict[str, str | int | None]


class DataSourcePage(responses.CollectionPage):
    """DataSources."""

    results: list[DataSource]


class TransferLimits(TypedDict):
    """What one request may ask for, and one answer carries."""

    version: Literal[1]
    max_page_rows: int
    max_chunk_rows: int
    max_request_bytes: int
    max_encoded_bytes: int
    max_compressed_bytes: int
    max_decoded_bytes: int
    max_response_bytes: int
    max_row_bytes: int
    envelope_reserve_bytes: int
    collection_rows: int
    collection_bytes: int
    deadline_seconds: int
    concurrent_requests: int
    queue_seconds: int
    chunk_receipts: Literal[False]
    receipt_retention: str


class Bootstrap(TypedDict):
    """The state of the catalog, which msm-local prepares at its start."""

    status: Literal["ready"]
    error: None
    candidate: None
    managed_by: Literal["deployment"]
    declaration: None
    current_revisions: list[str]
    required_revisions: list[str]
    pending_revisions: list[str]
    migration_status: Literal["up_to_date"]
    migration_error: None
    active: Literal[True]
    can_configure: Literal[False]
    selected_source_uid: str


class HostedFact(TypedDict):
    """An object of the hosted platform, which a local one does not have."""

    uid: str | None
    status: Literal["not_configured"]


class RuntimeContext(TypedDict):
    """Where the process that asks stores its tables, and how."""

    api_endpoint: str
    bootstrap: Bootstrap
    credential_store: None
    data_source: Source
    data_source_error: None
    data_source_selection: Literal["runtime_binding"]
    default_schema: str
    dialect: Literal["postgresql"]
    git_source: None
    hosted_agent: HostedFact
    hosted_environment: HostedFact
    is_admin: Literal[True]
    local_mode: Literal[False]
    local_mode_available: Literal[False]
    paramstyle: Literal["pyformat"]
    runtime_instance_id: str
    user_uid: str
    transfer_limits: NotRequired[TransferLimits]


class Column(TypedDict):
    """A column of a table; ``encryption`` if the client encrypts its values."""

    name: str
    logical_name: str | None
    data_type: str
    backend_type: str | None
    nullable: bool
    primary_key: bool
    unique: bool
    ordinal_position: int
    description: str
    label: str
    contract_fragment: dict[str, Any]
    encryption: dict[str, Any] | None


class Profile(TypedDict):
    """The facts that only a time-indexed table has."""

    time_index_meta_table_uid: str
    time_index_name: str
    index_names: list[str]
    cadence: str | None
    storage_layout: dict[str, Any]
    columns: list[Column]


class MetaTable(TypedDict):
    """A row of the catalog; that of a time-indexed table has a cadence and a profile."""

    uid: str
    role: Literal["owner"]
    allowed_actions: list[str]
    data_source: SourceSummary
    data_source_uid: str
    identifier: str | None
    namespace: str | None
    description: str | None
    labels: list[str]
    management_mode: str
    provisioning_status: Literal["reserved", "active"]
    schema_management_mode: str
    schema_management: dict[str, Any]
    migration_package: str
    migration_namespace: str
    migration_provider_key: str
    alembic_version_meta_table_uid: str | None
    alembic_revision: str | None
    physical_schema: str
    physical_table_name: str
    relation_kind: Literal["table"]
    table_contract: dict[str, Any]
    contract_version: str
    table_kind: Literal["relational", "time_indexed"]
    time_indexed: bool
    protect_from_deletion: Literal[True]
    capabilities: dict[str, bool]
    columns: list[Column]
    indexes_meta: list[responses.Index]
    foreign_keys: list[responses.ForeignKey]
    incoming_fks: list[responses.ForeignKey]
    creation_date: str
    cadence: NotRequired[str | None]
    time_indexed_profile: NotRequired[Profile]


class MetaTablePage(TypedDict):
    """Rows of the catalog."""

    count: int
    next: str | None
    previous: str | None
    results: list[MetaTable]


class Tls(TypedDict):
    """How the connection is encrypted; the files are the server's affair."""

    ssl_mode: str
    ca_certificate: None
    client_certificate: None
    client_key: None


class MigrationConnection(TypedDict):
    """A login for one migration; its sessions act as the owner of the tables by themselves."""

    ok: Literal[True]
    data_source_uid: str
    dialect: Literal["postgresql"]
    credential_kind: Literal["temporary_role"]
    role_name: str
    owner_role_name: None
    expires_at: str
    uri: str
    tls: Tls
    default_schema: str
    meta_table_uids: list[str]
    runtime_lease_uid: str
    runtime_instance_id: str


class Released(TypedDict):
    """The credential of a lease is no longer valid."""

    ok: Literal[True]


class FinalizedTable(TypedDict):
    """What finalize found for one table, and the new status of its row."""

    meta_table_uid: str
    identifier: str | None
    physical_schema: str | None
    physical_table_name: str | None
    previous_provisioning_status: str
    provisioning_status: str
    table_kind: str
    time_indexed: bool
    cadence: str | None
    finalized: bool
    physical_table_exists: bool
    deleted: bool
    schema_management_mode: str | None
    migration_package: str | None
    migration_namespace: str | None
    migration_provider_key: str | None
    alembic_version_meta_table_uid: str | None
    alembic_revision: str | None
    error: Coded | None


class Finalized(TypedDict):
    """What finalize did, table by table; ``ok`` if no table failed and none is still reserved."""

    ok: bool
    finalized_count: int
    active_count: int
    deleted_count: int
    reserved_count: int
    failed_count: int
    tables: list[FinalizedTable]


class OperationResult(TypedDict):
    """The rows of an operation: objects by column name."""

    ok: Literal[True]
    operation: OperationKind
    dialect: Literal["postgresql"]
    data_source_uid: str
    rows: list[Any]
    row_count: int
    max_rows: int
    truncated: bool
    pagination: responses.Pagination


class QueryResult(TypedDict):
    """The rows of a query, at most ``max_rows``: objects by column name."""

    ok: Literal[True]
    results: list[Any]
    row_count: int
    max_rows: int
    truncated: bool
    error: None
