"""The one Alembic provider of msm.

The SDK's own CLI runs it from the repository root::

    mainsequence migrations upgrade --provider migrations:migration head

In a wheel this package is called ``msm_migrations``. Package key, namespace and version table are
the same under both names, so that the history stays one.
"""

from msm.base import MarketsBase
from msm.sdk import (
    build_alembic_version_metatable,
    build_metatable_migration_provider,
    schema_table_name,
)
from msm.settings import settings

from .registry import metatable_provider_models

__all__ = ["MarketsAlembicVersion", "migration"]

VERSION_TABLE = str(schema_table_name("ms_markets", "alembic_version", settings.table_suffix))

MarketsAlembicVersion = build_alembic_version_metatable(
    class_name="MarketsAlembicVersion",
    namespace=settings.namespace,
    # The registry carries its physical name as catalog identifier, like every other resource.
    identifier=VERSION_TABLE,
    schema=None,
    table_name=VERSION_TABLE,
)

migration = build_metatable_migration_provider(
    package="msm",
    migration_namespace=settings.namespace,
    target_metadata=MarketsBase.metadata,
    alembic_registry=MarketsAlembicVersion,
    metatable_models=metatable_provider_models(),
    script_location=f"{__name__}:",
    version_location_prefix=f"{__name__}:versions",
)
