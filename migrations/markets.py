"""The provider of msm, which is ``migrations:migration``."""

from msm.base import MarketsBase
from msm.settings import settings

from .filters import only
from .provider import DEFAULT_PROVIDER, PACKAGE, PACKAGE_KEY, MarketsMigration, version_location
from .registry import metatable_provider_models
from .run import lock, run
from .run.reach import reach_or_exit
from .version_table import MarketsAlembicVersion

__all__ = ["MarketsAlembicVersion", "migration"]

# Every provider imports this one, and the SDK imports its provider before it sends a request.
reach_or_exit()

MODELS = metatable_provider_models()
# The SDK's own filter lists the tables of the metadata again for each table of the database.
include_name, include_object = only(MODELS)
REVISIONS = version_location(PACKAGE, settings.namespace)

migration = MarketsMigration(
    package=PACKAGE_KEY,
    migration_namespace=settings.namespace,
    target_metadata=MarketsBase.metadata,
    alembic_registry=MarketsAlembicVersion,
    metatable_models=MODELS,
    script_location=f"{PACKAGE}:",
    version_locations=(REVISIONS,),
    version_path=REVISIONS,
    include_name_hook=include_name,
    include_object_hook=include_object,
    # The SDK calls this after it has finalized the catalog: until then the lock is held, so that no
    # other migration changes tables that are being finalized.
    after_register_metatables=lock.release,
    before_look=run.begin_or_exit,
    after_run=run.end,
    reference=DEFAULT_PROVIDER,
)
