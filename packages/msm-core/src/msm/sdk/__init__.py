"""The one place through which the Main Sequence SDK enters this workspace.

Everything else imports the SDK's names from here. So a wrong installation fails here with one
sentence, not somewhere inside the SDK, and another generation of the SDK, which has the same things
under other names, needs an adapter here and no change elsewhere.
"""

from msm.sdk.installation import check_installation
from msm.sdk.interpreter import left_as_found

check_installation()

with left_as_found():
    from msm.sdk.mainsequence8 import (
        AlembicMetaTableMigration,
        ApiError,
        CodeRepositoryContextError,
        MetaTable,
        MetaTableCompiledSQLOperation,
        MetaTableMigrationConnectionRequest,
        PlatformManagedMetaTable,
        PlatformTimeIndexMetaTable,
        TimeIndexMetaTable,
        TransportError,
        alembic_config_for_provider,
        apply_mainsequence_migration_role,
        bind_meta_table,
        build_alembic_version_metatable,
        build_metatable_model_registry,
        build_operation,
        configured_endpoint,
        data_source_uid,
        forget_git_context,
        load_alembic_metatable_migration_provider,
        namespace_version_location,
        namespace_version_slug,
        platform_endpoint,
        post_operation,
        run_mainsequence_alembic_env,
        schema_table_name,
        sqlalchemy_naming_convention,
        sqlalchemy_type_to_token,
        tolerate_several_version_locations,
    )

__all__ = [
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
    "configured_endpoint",
    "data_source_uid",
    "forget_git_context",
    "load_alembic_metatable_migration_provider",
    "namespace_version_location",
    "namespace_version_slug",
    "platform_endpoint",
    "post_operation",
    "run_mainsequence_alembic_env",
    "schema_table_name",
    "sqlalchemy_naming_convention",
    "sqlalchemy_type_to_token",
    "tolerate_several_version_locations",
]
