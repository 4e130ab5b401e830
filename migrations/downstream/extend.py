"""A project whose revisions are a branch of the revision graph of msm."""

from collections.abc import Sequence

from msm.base import MarketsModel
from msm.sdk.migrations import tolerate_several_version_locations

from .. import migration
from ..filters import only
from ..provider import MarketsMigration, reference_of, version_location
from ..registry import assert_each_once
from .branch import assert_branch_ids, refuse_revision_off_branch
from .models import application_of

__all__ = ["extend"]


def extend(package: str, models: Sequence[type[MarketsModel]]) -> MarketsMigration:
    """Make a provider for a project's models and revisions together with those of msm.

    The provider has the version table and the revisions of msm, and the project's revisions from
    ``versions/<namespace>/`` in its own package. They are a branch, whose label is the application
    name of the project's tables: make the first one with ``--head base --rev-id acme0001``, the
    next ones with ``--head acme@head --rev-id acme0002``. The template writes the label, and a
    dependency on the newest revision of msm. Autogenerate sees only the project's tables. The
    revisions run as those of msm do, with the lock, the checks and the time-outs.

    Args:
        package: the ``__name__`` of the migration package that calls this. The provider has to be
            its attribute ``migration``.
        models: every model of the project, all with one application name.

    Returns:
        The provider for the SDK's CLI; upgrade it to ``heads``.

    Raises:
        DownstreamModelsError: the models cannot be those of one project.
        ProviderModelsError: a class, a model identifier or a table appears twice, those of msm
            included, or a foreign key refers to nothing.
        RevisionFilesError: the revisions are not one history with those of msm.
        RevisionIdError: the id or the parent of a revision does not belong to the branch.
    """
    application = application_of(models)
    carried = [*migration.metatable_models, *models]
    assert_each_once(carried)
    theirs = version_location(package, migration.migration_namespace)
    include_name, include_object = only(models)
    extended = MarketsMigration(
        package=migration.package,
        migration_namespace=migration.migration_namespace,
        script_location=migration.script_location,
        target_metadata=migration.target_metadata,
        alembic_registry=migration.alembic_registry,
        version_locations=(*migration.resolved_version_locations(), theirs),
        version_path=theirs,
        metatable_models=carried,
        after_register_metatables=migration.after_register_metatables,
        before_look=migration.before_look,
        after_run=migration.after_run,
        include_name_hook=include_name,
        include_object_hook=include_object,
        reference=reference_of(package),
        branch=application,
    )
    assert_branch_ids(extended)
    refuse_revision_off_branch(extended)
    tolerate_several_version_locations()
    return extended
