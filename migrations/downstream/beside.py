"""To stand beside: a version table and a graph of the project's own, on the shared metadata."""

from collections.abc import Sequence

from msm.base import MarketsBase, MarketsModel
from msm.sdk import (
    build_alembic_version_metatable,
    schema_table_name,
)
from msm.settings import settings

from .. import migration
from ..filters import only
from ..provider import MarketsMigration, reference_of, version_location
from ..run import lock
from .models import application_of

__all__ = ["stand_beside"]


def stand_beside(package: str, models: Sequence[type[MarketsModel]]) -> MarketsMigration:
    """Carry a project's models in a provider of its own, which leaves those of msm alone.

    Its revisions, from ``versions/<namespace>/`` in the project's package, are counted by the SDK
    from ``0001`` and recorded in a version table of the project's, ``acme__alembic_version``.
    Autogenerate sees the project's tables and no others. The environment of msm (lock, guards,
    limits) runs the revisions; it refuses to begin where columns that the project's foreign keys
    refer to are missing, and to commit what created, changed or dropped a table that is not the
    project's.

    Args:
        package: the migration package that this is called in, ``__name__``. The provider has to
            be its attribute ``migration``.
        models: every model of the project, all of one application segment.

    Returns:
        The provider for the SDK's CLI.

    Raises:
        DownstreamModelsError: the models cannot be those of one project.
        ModelGraphError: a class, a model identifier or a table is listed twice, or a foreign key
            leads nowhere.
    """
    application = application_of(models)
    table = str(schema_table_name(application, "alembic_version", settings.table_suffix))
    location = version_location(package, settings.namespace)
    include_name, include_object = only(models)
    return MarketsMigration(
        package=application,
        migration_namespace=settings.namespace,
        script_location=migration.script_location,
        target_metadata=MarketsBase.metadata,
        alembic_registry=build_alembic_version_metatable(
            namespace=settings.namespace, identifier=table, schema=None, table_name=table
        ),
        version_locations=(location,),
        version_path=location,
        metatable_models=list(models),
        after_register_metatables=lock.release,
        include_name_hook=include_name,
        include_object_hook=include_object,
        reference=reference_of(package),
    )
