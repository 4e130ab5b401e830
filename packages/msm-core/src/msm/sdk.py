"""The one door through which the Main Sequence SDK enters this workspace.

Everything else imports the SDK's names from here, so that the SDK's successor distribution (the
same names under another root) has one place to be taken in, and so that a wrong installation fails
here with one sentence instead of somewhere inside the SDK.
"""

import gc
import sys
from collections.abc import Callable
from importlib import metadata
from types import TracebackType
from typing import Any

from packaging.specifiers import SpecifierSet

from msm.errors import EnvironmentMismatchError, MsmError

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
    "get_code_repository_context",
    "load_alembic_metatable_migration_provider",
    "namespace_version_location",
    "namespace_version_slug",
    "platform_endpoint",
    "post_operation",
    "require_code_repository_metatables_data_source",
    "run_mainsequence_alembic_env",
    "schema_table_name",
    "sqlalchemy_naming_convention",
    "sqlalchemy_type_to_token",
    "tolerate_several_version_locations",
]

# 8.1.20 is the first that understands what the platform says about a repository branch, and 8.1.25
# the last with `mainsequence migrations` and `mainsequence.meta_tables`.
SUPPORTED_SDK = SpecifierSet(">=8.1.20,<8.1.26")


def _check_installation() -> None:
    installed = metadata.version("mainsequence")
    if installed not in SUPPORTED_SDK:
        raise EnvironmentMismatchError(
            f"msm needs mainsequence {SUPPORTED_SDK}, and {installed} is installed; run "
            f'`pip install "mainsequence{SUPPORTED_SDK}"`.',
            found=f"mainsequence {installed}",
            needed=f"mainsequence {SUPPORTED_SDK}",
        )
    try:
        published = metadata.version("ms-markets")
    except metadata.PackageNotFoundError:
        return
    raise EnvironmentMismatchError(
        f"ms-markets {published} and msm-core both install a package named msm and overwrite each "
        "other; run `pip uninstall ms-markets`, then `pip install --force-reinstall msm-core`.",
        found=f"ms-markets {published}",
        needed="an environment without ms-markets",
    )


_check_installation()

from mainsequence.client.dtype_codec import (  # noqa: E402 - the check must come first
    sqlalchemy_type_to_token,
)

# What the SDK imports lives as long as the process: some 140,000 objects that every full collection
# would walk in vain, one of them while msm is imported and one at exit, at 0.1 s each.
gc.freeze()

from mainsequence.client.exceptions import (  # noqa: E402
    ApiError,
    TransportError,
    raise_for_response,
)
from mainsequence.client.metatables import (  # noqa: E402
    MetaTable,
    MetaTableCompiledSQLOperation,
    MetaTableMigrationConnectionRequest,
    TimeIndexMetaTable,
)
from mainsequence.client.utils import make_request  # noqa: E402
from mainsequence.code_repository_context import (  # noqa: E402
    CodeRepositoryContextError,
    get_code_repository_context,
    require_code_repository_metatables_data_source,
)
from mainsequence.defaults import resolve_backend_endpoint as platform_endpoint  # noqa: E402
from mainsequence.meta_tables import (  # noqa: E402
    PlatformManagedMetaTable,
    PlatformTimeIndexMetaTable,
    schema_table_name,
    sqlalchemy_naming_convention,
)
from mainsequence.meta_tables.compiled_sql.v1 import build_operation  # noqa: E402
from mainsequence.meta_tables.migrations import (  # noqa: E402
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

_hook_of_sdk = sys.excepthook


def _tell_once(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Print an uncaught error of ours once to whoever sits at a terminal.

    The SDK's hook logs every uncaught error, with its traceback twice, before Python prints it.
    """
    at_terminal = issubclass(kind, MsmError) and sys.stderr.isatty()
    (sys.__excepthook__ if at_terminal else _hook_of_sdk)(kind, error, trace)


sys.excepthook = _tell_once


def bind_meta_table(model: type[PlatformManagedMetaTable], meta_table: MetaTable) -> None:
    """Attach a catalog resource to a model.

    The SDK has no public name for it: its own migrations call this classmethod, and every read of
    ``get_meta_table()`` depends on it.
    """
    model._bind_meta_table(meta_table)  # noqa: SLF001 - the SDK offers no public way to bind


def tolerate_several_version_locations() -> None:
    """Have the SDK's CLI run a provider that has revisions in several folders.

    The SDK's provider takes several. Yet before each command its CLI prints, for information, the
    one folder of Alembic's script directory, which Alembic refuses to name where there are several;
    so here that is left out then. There is no public way to do without it.
    """
    # Here, so that a service does not load the CLI.
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
