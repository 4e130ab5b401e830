"""The one door through which the Main Sequence SDK enters this workspace.

Everything else imports the SDK's names from here, so that the SDK's successor distribution (the
same names under another root) has one place to be taken in, and so that a wrong installation fails
here with one sentence instead of somewhere inside the SDK.
"""

import gc
from importlib import metadata

from packaging.specifiers import SpecifierSet

from msm.errors import EnvironmentMismatchError

__all__ = [
    "ApiError",
    "CodeRepositoryContextError",
    "MetaTable",
    "MetaTableCompiledSQLOperation",
    "MetaTableMigrationConnectionRequest",
    "PlatformManagedMetaTable",
    "PlatformTimeIndexMetaTable",
    "TimeIndexMetaTable",
    "alembic_config_for_provider",
    "apply_mainsequence_migration_role",
    "bind_meta_table",
    "build_alembic_version_metatable",
    "build_metatable_migration_provider",
    "build_metatable_model_registry",
    "build_operation",
    "get_code_repository_context",
    "namespace_version_slug",
    "platform_endpoint",
    "require_code_repository_metatables_data_source",
    "run_mainsequence_alembic_env",
    "schema_table_name",
    "sqlalchemy_naming_convention",
    "sqlalchemy_type_to_token",
]

# 8.1.25 is the last release with `mainsequence migrations` and `mainsequence.meta_tables`.
SUPPORTED_SDK = SpecifierSet(">=8.1.8,<8.1.26")


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

from mainsequence.client.exceptions import ApiError  # noqa: E402
from mainsequence.client.metatables import (  # noqa: E402
    MetaTable,
    MetaTableCompiledSQLOperation,
    MetaTableMigrationConnectionRequest,
    TimeIndexMetaTable,
)
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
    alembic_config_for_provider,
    apply_mainsequence_migration_role,
    build_alembic_version_metatable,
    build_metatable_migration_provider,
    build_metatable_model_registry,
    namespace_version_slug,
    run_mainsequence_alembic_env,
)


def bind_meta_table(model: type[PlatformManagedMetaTable], meta_table: MetaTable) -> None:
    """Attach a catalog resource to a model.

    The SDK has no public name for it: its own migrations call this classmethod, and every read of
    ``get_meta_table()`` depends on it.
    """
    model._bind_meta_table(meta_table)  # noqa: SLF001 - the SDK offers no public way to bind
