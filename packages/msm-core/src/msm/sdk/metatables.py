"""The SDK's own names, of ``mainsequence-metatable``: those it exports, and the few it does not."""

from mainsequence.client.exceptions import ApiError, TransportError
from mainsequence.code_repository_context import CodeRepositoryContextError
from metatables.dtype_codec import sqlalchemy_type_to_token
from metatables.migrations import (
    namespace_version_slug,
)
from metatables.models import (
    MetaTable,
    MetaTableCompiledSQLOperation,
    TimeIndexMetaTable,
)
from metatables.schema_names import schema_table_name, sqlalchemy_naming_convention
from metatables.sqlalchemy_contracts import PlatformManagedMetaTable, PlatformTimeIndexMetaTable

from msm.sdk.metatables_platform import (
    CONTEXT,
    DEFAULT_LIMITS,
    LOGGERS,
    SDK_ERRORS,
    build_operation,
    changed_endpoint,
    changed_token,
    failure_of,
    find_meta_tables,
    find_platform,
    forget_context,
    forget_platform,
    platform_context,
    platform_endpoint,
    post_operation,
)
from msm.sdk.private_names import bind_meta_table, forget_meta_table, running_command

__all__ = [
    "CONTEXT",
    "DEFAULT_LIMITS",
    "LOGGERS",
    "SDK_ERRORS",
    "ApiError",
    "CodeRepositoryContextError",
    "MetaTable",
    "MetaTableCompiledSQLOperation",
    "PlatformManagedMetaTable",
    "PlatformTimeIndexMetaTable",
    "TimeIndexMetaTable",
    "TransportError",
    "bind_meta_table",
    "build_operation",
    "changed_endpoint",
    "changed_token",
    "failure_of",
    "find_meta_tables",
    "find_platform",
    "forget_context",
    "forget_meta_table",
    "forget_platform",
    "namespace_version_slug",
    "platform_context",
    "platform_endpoint",
    "post_operation",
    "running_command",
    "schema_table_name",
    "sqlalchemy_naming_convention",
    "sqlalchemy_type_to_token",
]
