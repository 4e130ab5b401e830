"""The one Alembic provider of msm.

The SDK's own CLI runs it from the repository root::

    mainsequence migrations upgrade --provider migrations:migration head

In a wheel this package is called ``msm_migrations``. Package key, namespace and version table are
the same under both names, so that the history stays one.
"""

from .installation import refuse_published_package

refuse_published_package()

from msm.base import MarketsBase  # noqa: E402 - the check must come first
from msm.sdk import namespace_version_location  # noqa: E402
from msm.settings import settings  # noqa: E402

from . import lock  # noqa: E402
from .provider import PACKAGE_KEY, MarketsMigration  # noqa: E402
from .registry import metatable_provider_models  # noqa: E402
from .version_table import MarketsAlembicVersion  # noqa: E402

__all__ = ["MarketsAlembicVersion", "migration"]

REVISIONS = namespace_version_location(settings.namespace, prefix=f"{__name__}:versions")

migration = MarketsMigration(
    package=PACKAGE_KEY,
    migration_namespace=settings.namespace,
    target_metadata=MarketsBase.metadata,
    alembic_registry=MarketsAlembicVersion,
    metatable_models=metatable_provider_models(),
    script_location=f"{__name__}:",
    version_locations=(REVISIONS,),
    version_path=REVISIONS,
    # The SDK calls it when the catalog is finalized, which the lock is to cover.
    after_register_metatables=lock.release,
    reference=f"{__name__}:migration",
)
