"""The SDK's own names, of ``mainsequence`` 8: those it exports, and the few that it does not."""

from collections.abc import Callable
from functools import cache
from typing import Any

from mainsequence import code_repository_context
from mainsequence.client.dtype_codec import sqlalchemy_type_to_token
from mainsequence.client.exceptions import ApiError, TransportError, raise_for_response
from mainsequence.client.metatables import (
    MetaTable,
    MetaTableCompiledSQLOperation,
    MetaTableMigrationConnectionRequest,
    TimeIndexMetaTable,
)
from mainsequence.client.utils import make_request
from mainsequence.code_repository_context import (
    CodeRepositoryContextError,
    get_code_repository_context,
    require_code_repository_metatables_data_source,
)
from mainsequence.defaults import resolve_backend_endpoint as configured_endpoint
from mainsequence.meta_tables import (
    PlatformManagedMetaTable,
    PlatformTimeIndexMetaTable,
    schema_table_name,
    sqlalchemy_naming_convention,
)
from mainsequence.meta_tables.compiled_sql.v1 import build_operation
from mainsequence.meta_tables.migrations import (
    AlembicMetaTableMigration,
    alembic_config_for_provider,
    apply_mainsequence_migration_role,
    build_alembic_version_metatable,
    build_metatable_model_registry,
    load_alembic_metatable_migration_provider,
    namespace_version_location,
    namespace_version_slug,
    run_mainsequence_alembic_env,
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


def platform_endpoint() -> str:
    """Where every request of this process goes.

    The SDK takes it from ``configured_endpoint()`` once, while it is imported.
    """
    return str(MetaTable.ROOT_URL).removesuffix("/api/v1")


def data_source_uid(operation: str) -> str:
    """The data source of this process's Git context, which the SDK asks for once.

    Args:
        operation: what needs it, for the SDK's message.

    Raises:
        CodeRepositoryContextError: the platform cannot tell which repository branch this is.
        ApiError: the platform refused to tell, or did not answer.
    """
    try:
        context = get_code_repository_context()
    except Exception:
        # The SDK keeps a failure as long as the process lives, when all may be well again.
        forget_git_context()
        raise
    return str(require_code_repository_metatables_data_source(operation, context=context).uid)


def forget_git_context() -> None:
    """Have the SDK ask for the Git context again, when it is needed next.

    There is no public way: a process may outlive the data source that it found at its start.
    """
    code_repository_context._reset_code_repository_context()  # noqa: SLF001 - see above


def bind_meta_table(model: type[PlatformManagedMetaTable], meta_table: MetaTable) -> None:
    """Attach a catalog resource to a model.

    The SDK has no public name for it: its own migrations call this classmethod, and every read of
    ``get_meta_table()`` depends on it.
    """
    model._bind_meta_table(meta_table)  # noqa: SLF001 - the SDK offers no public way to bind


@cache
def tolerate_several_version_locations() -> None:
    """Have the SDK's CLI run a provider that has revisions in several folders.

    The SDK's provider takes several. But before each command its CLI prints, for information, the
    one folder of Alembic's script directory, and Alembic raises where there are several. So that
    line is left out there. The SDK has no public way to turn it off. A second call does nothing.
    """
    # Imported here, because a service does not need the CLI, and it takes a second to load.
    from mainsequence.cli import migrations as migrations_cli

    emit = migrations_cli._emit_alembic_script_context  # noqa: SLF001 - see above

    def emit_where_possible(config: Any, **options: Any) -> None:
        if len(config.attributes["version_locations"]) == 1:
            emit(config, **options)

    migrations_cli._emit_alembic_script_context = emit_where_possible  # noqa: SLF001 - see above


def post_operation(
    operation: MetaTableCompiledSQLOperation,
    timeout: float | None,
    loads: Callable[[bytes], dict[str, Any]],
) -> dict[str, Any]:
    """Run an operation, and return what the platform answers: one page of rows.

    The SDK's ``execute_operation`` goes on to fetch what a platform with smaller pages left out, by
    offset, which skips and repeats rows while others write. So its one request is made here, of the
    same parts.

    Args:
        operation: what to run.
        timeout: seconds to wait for the answer; None for the SDK's default.
        loads: parses the answer.

    Raises:
        ApiError: the platform refused it, or did not answer.
    """
    payload = {"json": operation.model_dump(mode="json", by_alias=True, exclude_none=True)}
    response = make_request(
        s=MetaTable.build_session(),
        loaders=MetaTable.LOADERS,
        r_type="POST",
        url=f"{MetaTable.get_object_url().rstrip('/')}/execute-operation/",
        payload=payload,
        time_out=timeout,
    )
    raise_for_response(response, payload=payload)
    return loads(response.content)
