"""A project with its own version table and revision graph, on the shared metadata."""

from collections.abc import Sequence

from msm.base import MarketsBase, MarketsModel
from msm.sdk import schema_table_name
from msm.settings import settings

from .. import migration
from ..filters import only
from ..provider import MarketsMigration, reference_of, version_location
from ..run import lock, run
from .existing import ExistingHistory, namespace_of, refuse_history, version_metatable
from .models import application_of

__all__ = ["stand_beside"]


def stand_beside(
    package: str,
    models: Sequence[type[MarketsModel]],
    *,
    history: ExistingHistory = ExistingHistory(),  # noqa: B008 - it is frozen
) -> MarketsMigration:
    """Make a provider for a project's models, separate from the provider of msm.

    Its revisions are in ``versions/<namespace>/`` in the project's package. The SDK numbers them
    from ``0001``, and they are recorded in the project's version table, ``acme__alembic_version``.
    Autogenerate sees only the project's tables. The revisions run as those of msm do, with the
    lock, the checks and the time-outs. A migration does not begin if columns are missing that the
    project's foreign keys refer to, and is rolled back if it created, changed or dropped a table
    that is not the project's.

    Args:
        package: the ``__name__`` of the migration package that calls this. The provider has to be
            its attribute ``migration``.
        models: every model of the project, all with one application name.
        history: the names of the history that the project had before it moved onto msm, with the
            newest revision of it; a new history without it.

    Returns:
        The provider for the SDK's CLI.

    Raises:
        DownstreamModelsError: the models cannot be those of one project, or the history is that of
            msm.
        RevisionIdError: the newest revision of the existing history is in no file.
        ProviderModelsError: a class, a model identifier or a table is listed twice, or a foreign
            key refers to nothing.
    """
    application = application_of(models)
    namespace = namespace_of(models)
    derived = str(schema_table_name(application, "alembic_version", settings.table_suffix))
    table = history.version_table or derived
    location = version_location(package, namespace)
    include_name, include_object = only(models)
    provider = MarketsMigration(
        package=history.provider or application,
        migration_namespace=namespace,
        script_location=migration.script_location,
        target_metadata=MarketsBase.metadata,
        alembic_registry=version_metatable(
            models, namespace=namespace, identifier=history.identifier or table, table=table
        ),
        version_locations=(location,),
        version_path=location,
        metatable_models=list(models),
        after_register_metatables=lock.release,
        before_look=run.begin_or_exit,
        after_run=run.end,
        include_name_hook=include_name,
        include_object_hook=include_object,
        reference=reference_of(package),
        last_inherited=history.last_revision,
        named_by_convention=history.named_by_convention,
    )
    refuse_history(history, provider.folder)
    return provider
