"""The SDK's own names, of ``mainsequence-metatable``: those it exports, and the few it does not."""

from mainsequence.client.exceptions import ApiError, TransportError
from mainsequence.code_repository_context import CodeRepositoryContextError
from metatables.dtype_codec import sqlalchemy_type_to_token
from metatables.migrations import (
    alembic_config_for_provider,
    apply_mainsequence_migration_role,
    build_alembic_version_metatable,
    build_metatable_model_registry,
    load_alembic_metatable_migration_provider,
    namespace_version_location,
    namespace_version_slug,
)
from metatables.models import (
    MetaTable,
    MetaTableCompiledSQLOperation,
    MetaTableMigrationConnectionRequest,
    TimeIndexMetaTable,
)
from metatables.schema_names import schema_table_name, sqlalchemy_naming_convention
from metatables.sqlalchemy_contracts import PlatformManagedMetaTable, PlatformTimeIndexMetaTable

from msm.sdk.command_line import running_command
from msm.sdk.metatables_migrations import (
    AlembicMetaTableMigration,
    migration_connect_arguments,
    migration_connection,
    run_mainsequence_alembic_env,
    tolerate_several_version_locations,
)
from msm.sdk.metatables_platform import (
    CONTEXT,
    DEFAULT_LIMITS,
    LOGGERS,
    SDK_ERRORS,
    build_operation,
    changed_endpoint,
    failure_of,
    find_meta_tables,
    forget_context,
    platform_context,
    platform_endpoint,
    post_operation,
)
from msm.sdk.private_names import bind_meta_table, forget_meta_table

__all__ = [
    "CONTEXT",
    "DEFAULT_LIMITS",
    "LOGGERS",
    "SDK_ERRORS",
    "AlembicMetaTableMigration",
    "ApiError",
    "CodeRepositoryContextError",
    "MetaTable",
    "MetaTableCompiledSQLOperation",
    "MetaTableMigrationConnectionRequest",
    "PlatformManagedMetaTable",
    "PlatformTimeIndexMetaTable",
    "TimeIndexMetaTable",
    "TransportError",
    "alembic_config_for_provider",
    "apply_mainsequence_migration_role",
    "bind_meta_table",
    "build_alembic_version_metatable",
    "build_metatable_model_registry",
    "build_operation",
    "changed_endpoint",
    "failure_of",
    "find_meta_tables",
    "forget_context",
    "forget_meta_table",
    "load_alembic_metatable_migration_provider",
    "migration_connect_arguments",
    "migration_connection",
    "namespace_version_location",
    "namespace_version_slug",
    "platform_context",
    "platform_endpoint",
    "post_operation",
    "run_mainsequence_alembic_env",
    "running_command",
    "schema_table_name",
    "sqlalchemy_naming_convention",
    "sqlalchemy_type_to_token",
    "tolerate_several_version_locations",
]
