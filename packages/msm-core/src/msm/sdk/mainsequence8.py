"""The SDK's own names, of ``mainsequence`` 8: those it exports, and the few that it does not."""

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from mainsequence import code_repository_context
from mainsequence.client.dtype_codec import sqlalchemy_type_to_token
from mainsequence.client.exceptions import ApiError, TransportError, raise_for_response
from mainsequence.client.metatables import (
    MetaTable,
    MetaTableCompiledSQLOperation,
    MetaTableMigrationConnection,
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
from mainsequence.meta_tables.compiled_sql import v1
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

from msm.sdk.context import Limits, PlatformContext

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
    "endpoint_variable",
    "forget_context",
    "load_alembic_metatable_migration_provider",
    "migration_connection",
    "namespace_version_location",
    "namespace_version_slug",
    "platform_context",
    "platform_endpoint",
    "post_operation",
    "run_mainsequence_alembic_env",
    "schema_table_name",
    "sqlalchemy_naming_convention",
    "sqlalchemy_type_to_token",
    "tolerate_several_version_locations",
]

# The platform states none. A platform that puts fewer rows into an answer says that there are more.
LIMITS = Limits(
    max_rows=100_000, max_timeout=600.0, max_request_bytes=None, sends_exact_values=True
)


def platform_endpoint() -> str:
    """Where every request of this process goes.

    The SDK takes it from ``configured_endpoint()`` once, while it is imported.
    """
    return str(MetaTable.ROOT_URL).removesuffix("/api/v1")


def endpoint_variable() -> str:
    """The environment variable that names the platform of this process."""
    return "MAINSEQUENCE_ENDPOINT"


def platform_context(operation: str) -> PlatformContext:
    """The data source of this process's Git context, which the SDK asks for once, and the limits.

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
        forget_context()
        raise
    data_source = require_code_repository_metatables_data_source(operation, context=context)
    return PlatformContext(str(data_source.uid), LIMITS)


def forget_context() -> None:
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


@contextmanager
def migration_connection(
    registry: MetaTable, request: MetaTableMigrationConnectionRequest
) -> Iterator[MetaTableMigrationConnection]:
    """A connection to the database of a provider, as the platform issues it.

    Args:
        registry: the catalog resource of its version table.
        request: for what, and for how long.

    Raises:
        ApiError: the platform refused it, or did not answer.
    """
    yield registry.issue_migration_connection(request)


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


def build_operation(
    *,
    kind: str,
    sql: str,
    parameters: Mapping[str, Any],
    parameter_types: Mapping[str, str],
    access: Mapping[str, str],
    data_source_uid: str,  # noqa: ARG001 - the platform takes it from the tables
    max_rows: int,
    timeout: float,
) -> MetaTableCompiledSQLOperation:
    """Build what :func:`post_operation` sends.

    Args:
        kind: select, insert, update, delete or upsert.
        sql: the statement, with pyformat placeholders.
        parameters: JSON values of the placeholders.
        parameter_types: the type token of a parameter, where it needs one.
        access: by the uid of a MetaTable that the statement uses, read or write.
        data_source_uid: where the statement runs.
        max_rows: how many rows the answer may carry.
        timeout: how long the statement may run, in seconds.
    """
    scope = [{"meta_table_uid": uid, "access": wanted} for uid, wanted in access.items()]
    return v1.build_operation(
        operation=kind,
        sql=sql,
        parameters=parameters,
        parameter_types=parameter_types,
        scope={"tables": scope},
        limits={"max_rows": max_rows, "statement_timeout_ms": math.ceil(timeout * 1000)},
    )


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
