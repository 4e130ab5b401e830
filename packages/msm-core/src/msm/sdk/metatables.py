"""The SDK's own names, of ``mainsequence-metatable``: those it exports, and the few it does not."""

import math
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from alembic import context as alembic_context
from mainsequence.client.exceptions import ApiError, TransportError, raise_for_response
from mainsequence.code_repository_context import CodeRepositoryContextError
from mainsequence.defaults import resolve_backend_endpoint
from metatables import endpoint, migrations
from metatables.compiled_sql import v1
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
    MetaTableMigrationConnection,
    MetaTableMigrationConnectionRequest,
    TimeIndexMetaTable,
)
from metatables.runtime_context import get_runtime_context
from metatables.schema_names import schema_table_name, sqlalchemy_naming_convention
from metatables.sqlalchemy_contracts import PlatformManagedMetaTable, PlatformTimeIndexMetaTable
from metatables.transport import data_request
from sqlalchemy import make_url

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

API_URL_VARIABLE = "METATABLES_API_URL"
# Of the SDK's models: they take at most this much of a statement's time.
MAX_TIMEOUT = 60.0


def endpoint_variable() -> str:
    """The environment variable that names the platform of this process."""
    return API_URL_VARIABLE if os.environ.get(API_URL_VARIABLE) else "MAINSEQUENCE_ENDPOINT"


def configured_endpoint() -> str:
    """The platform that the environment names now, without a slash at its end."""
    return (os.environ.get(API_URL_VARIABLE, "").strip() or resolve_backend_endpoint()).rstrip("/")


# The SDK reads the address of the tables' API at each request, so that a process could change from
# one platform to another in the middle of its work. The one of the start is kept here.
_STARTED_AT = configured_endpoint()


def platform_endpoint() -> str:
    """Where every request of this process goes."""
    return _STARTED_AT


def platform_context(operation: str) -> PlatformContext:  # noqa: ARG001 - generation 1 names it
    """Ask the platform for the data source and the limits of this process: one request.

    Args:
        operation: what needs it.

    Raises:
        ApiError: the platform refused to tell, or did not answer.
    """
    found = get_runtime_context()
    limits = found.transfer_limits
    return PlatformContext(
        found.require_data_source_uid(),
        Limits(
            max_rows=10_000 if limits is None else limits.max_page_rows,
            max_timeout=MAX_TIMEOUT,
            max_request_bytes=None if limits is None else limits.max_request_bytes,
            sends_exact_values=False,
        ),
    )


def forget_context() -> None:
    """Have the SDK look for the platform's API again, when it is needed next."""
    endpoint.reset_api_endpoint()


def bind_meta_table(model: type[PlatformManagedMetaTable], meta_table: MetaTable) -> None:
    """Attach a catalog resource to a model.

    The SDK has no public name for it: its own migrations call this classmethod, and every read of
    ``get_meta_table()`` depends on it.
    """
    model._bind_meta_table(meta_table)  # noqa: SLF001 - the SDK offers no public way to bind


def build_operation(
    *,
    kind: str,
    sql: str,
    parameters: Mapping[str, Any],
    parameter_types: Mapping[str, str],
    access: Mapping[str, str],  # noqa: ARG001 - the database knows, by the grants of its roles
    data_source_uid: str,
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
    return v1.build_operation(
        operation=kind,
        sql=sql,
        parameters=parameters,
        parameter_types=parameter_types,
        data_source_uid=data_source_uid,
        limits={"max_rows": max_rows, "statement_timeout_ms": math.ceil(timeout * 1000)},
    )


def post_operation(
    operation: MetaTableCompiledSQLOperation,
    timeout: float | None,
    loads: Callable[[bytes], dict[str, Any]],
) -> dict[str, Any]:
    """Run an operation, and return what the platform answers: one page of rows.

    The SDK's ``execute_operation`` goes on to fetch the rows of further pages, by offset, which
    skips and repeats rows while others write. So its one request is made here, of the same parts.

    Args:
        operation: what to run.
        timeout: seconds to wait for the answer; None for the SDK's default.
        loads: parses the answer.

    Raises:
        ApiError: the platform refused it, or did not answer.
    """
    payload = {"json": operation.model_dump(mode="json", by_alias=True, exclude_none=True)}
    response = data_request(
        s=MetaTable.build_session(),
        loaders=MetaTable.LOADERS,
        r_type="POST",
        url=f"{MetaTable.get_object_url().rstrip('/')}/execute-operation/",
        payload=payload,
        time_out=timeout,
    )
    raise_for_response(response, payload=payload)
    return loads(response.content)


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
    with _with_psycopg3(registry.issue_migration_connection(request)) as issued:
        yield issued


def _with_psycopg3(issued: MetaTableMigrationConnection) -> MetaTableMigrationConnection:
    # The platform names psycopg2, which the SDK requires; revisions, errors and time-outs of ours
    # are those of psycopg 3.
    url = make_url(issued.uri).set(drivername="postgresql+psycopg")
    issued.uri = url.render_as_string(hide_password=False)
    return issued


@dataclass(slots=True)
class _Registry:
    """The catalog resource of a version table, as far as the SDK's runner uses it."""

    meta_table: MetaTable
    data_source_uid: str

    def issue_migration_connection(
        self, request: MetaTableMigrationConnectionRequest, *, timeout: float | None = None
    ) -> MetaTableMigrationConnection:
        """Ask the platform for a connection, and have it made with psycopg 3."""
        issued = self.meta_table.issue_migration_connection(request, timeout=timeout)
        return _with_psycopg3(issued)


@dataclass(slots=True)
class AlembicMetaTableMigration(migrations.AlembicMetaTableMigration):  # type: ignore[misc]
    """The SDK's provider, for PostgreSQL alone."""

    # Else the SDK would run the revisions on SQLite, which has none of the types that they use.
    supported_dialects: tuple[str, ...] = ("postgresql",)

    def ensure_alembic_registry(self, **options: Any) -> _Registry:
        """Look up or reserve the version table, and return what connections are issued by."""
        found = migrations.AlembicMetaTableMigration.ensure_alembic_registry(self, **options)
        return _Registry(found, str(found.data_source_uid))


def run_mainsequence_alembic_env() -> None:
    """Run Alembic's environment of the SDK, with revisions of plain operations.

    The SDK has Alembic write every change as a batch of a table, which SQLite needs. Our revisions
    are the same files under both generations, and one operation a line is what review reads.
    """
    configure = alembic_context.configure

    def without_batches(**options: Any) -> None:
        configure(**(options | {"render_as_batch": False}))

    alembic_context.configure = without_batches  # type: ignore[assignment]
    try:
        migrations.run_mainsequence_alembic_env()
    finally:
        alembic_context.configure = configure


@cache
def tolerate_several_version_locations() -> None:
    """Have the SDK's CLI run a provider that has revisions in several folders.

    Before a command its CLI prints, for information, the one folder of Alembic's script directory,
    and Alembic raises where there are several. So that line is left out there. The SDK has no
    public way to turn it off. A second call does nothing.
    """
    # Imported here, because a service does not need the CLI.
    from metatables.cli import migrations as migrations_cli

    emit = migrations_cli._emit_alembic_script_context  # noqa: SLF001 - see above

    def emit_where_possible(config: Any, **options: Any) -> None:
        if len(config.attributes["version_locations"]) == 1:
            emit(config, **options)

    migrations_cli._emit_alembic_script_context = emit_where_possible  # noqa: SLF001 - see above
