"""What the platform answers: the shapes that the SDK's client models read.

UIDs are UUIDs as text, times are ISO 8601 with an offset.
"""

from typing import Any, Literal, NotRequired, TypedDict

__all__ = [
    "Branch",
    "CollectionPage",
    "Column",
    "DataSource",
    "DataSourcePage",
    "Error",
    "Finalized",
    "FinalizedTable",
    "ForeignKey",
    "Generations",
    "GitContext",
    "Health",
    "Index",
    "Labels",
    "MetaTable",
    "MetaTablePage",
    "MigrationConnection",
    "OperationResult",
    "Pagination",
    "Profile",
    "QueryResult",
    "User",
]


class Error(TypedDict):
    """Why a request failed: the class of the error, a sentence, and the facts of that class."""

    error: str
    detail: str
    sqlstate: NotRequired[str]
    constraint: NotRequired[str]
    table: NotRequired[str]
    column: NotRequired[str]
    message_detail: NotRequired[str]
    hint: NotRequired[str]
    tables: NotRequired[list[str]]
    limit: NotRequired[int]
    filter_name: NotRequired[str]
    allowed: NotRequired[list[str]]
    identifier: NotRequired[str]
    data_source_uid: NotRequired[str]
    owner: NotRequired[str]
    asked: NotRequired[str]


class Generations(TypedDict):
    """When each generation of the SDK used this database last; null if it never did."""

    mainsequence8: str | None
    metatables: str | None


class Health(TypedDict):
    """The versions of a platform whose PostgreSQL answers, and who uses it."""

    ok: Literal[True]
    msm_local: str
    postgresql: str
    generations: Generations


class DataSource(TypedDict):
    """The one DataSource."""

    uid: str
    data_source_uid: str
    display_name: str
    organization_uid: str
    class_type: str
    status: str
    storage_access_mode: Literal["read_write"]
    extra_arguments: dict[str, Any]


class CollectionPage(TypedDict):
    """The fields that every page of a collection has."""

    count: int
    next: str | None
    previous: None


class DataSourcePage(CollectionPage):
    """DataSources."""

    results: list[DataSource]


class BaseImage(TypedDict):
    """The image of a branch; a local platform has none, but the client requires one."""

    uid: str
    title: str


class Branch(TypedDict):
    """A branch of a code repository, with its DataSource."""

    uid: str
    code_repository_uid: str
    code_repository_name: str
    code_repository_type: str
    repository_branch: str
    metatables_data_source: DataSource
    metatables_data_source_uid: str
    organization_environment_uid: str
    organization_environment_name: str
    default_base_image: BaseImage
    sdks: list[Any]
    is_initialized: Literal[True]
    provisioning_status: Literal["READY"]
    provisioning_job_run_uid: None
    provisioning_error_code: str
    provisioning_error_detail: str
    provisioning_updated_at: str
    can_retry_provisioning: Literal[False]


class GitContext(TypedDict):
    """The branch that a client's Git source was resolved to."""

    canonical_repository_identity: str
    repository_branch: str
    repository_ref: str
    commit_sha: str
    code_repository_branch: Branch


class User(TypedDict):
    """The one user."""

    uid: str
    username: str
    email: str
    first_name: str
    last_name: str
    date_joined: str
    is_active: bool
    is_verified: bool
    blocked_access: bool
    api_request_limit: int
    mfa_enabled: bool
    groups: list[Any]
    user_permissions: list[Any]
    organization_teams: list[Any]
    is_organization_admin: bool
    active_team_uids: list[str]


class Column(TypedDict):
    """A column of a table, with its portable type."""

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


class Index(TypedDict):
    """An index of a table."""

    name: str
    columns: list[str]
    unique: bool
    method: str
    expression: str | None
    contract_fragment: dict[str, Any]


class ForeignKey(TypedDict):
    """A foreign key of a table, or one that points at it."""

    name: str
    source_columns: list[str]
    target_table_uid: str | None
    target_table_physical_table_name: str
    target_table_physical_schema: str
    target_columns: list[str]
    on_delete: str
    contract_fragment: NotRequired[dict[str, Any]]


class Profile(TypedDict):
    """The facts that only a time-indexed table has."""

    time_index_meta_table_uid: str
    time_index_name: str
    index_names: list[str]
    cadence: str | None
    partition_strategy: str | None
    storage_layout: dict[str, Any] | None
    columns: list[Column]
    column_dtypes_map: dict[str, str]


class MetaTable(TypedDict):
    """A row of the catalog; that of a time-indexed table has a cadence and a profile."""

    uid: str
    data_source: DataSource
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
    table_contract: dict[str, Any]
    contract_version: str
    table_kind: Literal["relational", "time_indexed"]
    time_indexed: bool
    protect_from_deletion: bool
    columns: list[Column]
    indexes_meta: list[Index]
    foreign_keys: list[ForeignKey]
    incoming_fks: list[ForeignKey]
    creation_date: str
    created_by_user_uid: str
    organization_owner_uid: str
    organization_environment_uid: str
    organization_environment_name: str
    owner_role_name: str
    cadence: NotRequired[str | None]
    time_indexed_profile: NotRequired[Profile]


class MetaTablePage(CollectionPage):
    """Rows of the catalog."""

    results: list[MetaTable]


class Label(TypedDict):
    """A label."""

    name: str


class Labels(TypedDict):
    """The labels of a table."""

    labels: list[Label]


class MigrationConnection(TypedDict):
    """A login for one migration."""

    ok: Literal[True]
    data_source_uid: str
    dialect: Literal["postgresql"]
    credential_kind: Literal["temporary_role"]
    role_name: str
    owner_role_name: str
    expires_at: str
    uri: str


class FinalizedTable(TypedDict):
    """What finalize found for one table, and the new status of its row."""

    meta_table_uid: str
    previous_provisioning_status: str
    provisioning_status: str
    table_kind: str
    time_indexed: bool
    finalized: bool
    physical_table_exists: bool
    deleted: bool
    error: dict[str, str] | None
    identifier: NotRequired[str | None]
    physical_table_name: NotRequired[str]
    physical_schema: NotRequired[str]
    cadence: NotRequired[str | None]
    schema_management_mode: NotRequired[str]
    migration_package: NotRequired[str]
    migration_namespace: NotRequired[str]
    migration_provider_key: NotRequired[str]
    alembic_version_meta_table_uid: NotRequired[str | None]
    alembic_revision: NotRequired[str | None]


class Finalized(TypedDict):
    """What finalize did, table by table; ``ok`` if no table failed."""

    ok: bool
    finalized_count: int
    active_count: int
    reserved_count: int
    failed_count: int
    tables: list[FinalizedTable]


class ResultColumn(TypedDict):
    """Name and portable type of a result column."""

    name: str
    type: str


class Pagination(TypedDict):
    """Which part of the rows an answer carries, and where the next part begins."""

    limit: int
    offset: int
    returned_count: int
    has_more: bool
    next_offset: int | None


class OperationResult(TypedDict):
    """The rows of an operation."""

    ok: Literal[True]
    operation: Literal["select", "insert", "update", "delete", "upsert"]
    rows: list[dict[str, Any]]
    row_count: int
    columns: list[ResultColumn]
    max_rows: int
    truncated: bool
    pagination: Pagination


class QueryResult(TypedDict):
    """The rows of a query, at most ``max_rows``."""

    ok: Literal[True]
    meta_table_uid: str
    time_index_meta_table_uid: str | None
    results: list[dict[str, Any]]
    row_count: int
    max_rows: int
    truncated: bool
