"""To extend: a project's tables in our version table, its revisions a branch of our graph."""

from collections.abc import Sequence

from msm.base import MarketsModel
from msm.sdk import tolerate_several_version_locations

from .. import migration
from ..filters import only
from ..provider import MarketsMigration, reference_of, version_location
from ..registry import assert_each_once
from .branch import assert_branch_ids, refuse_revision_off_branch
from .models import application_of

__all__ = ["extend"]


def extend(package: str, models: Sequence[type[MarketsModel]]) -> MarketsMigration:
    """Carry a project's models and revisions together with those of msm.

    The provider has the version table and the revisions of msm, and the project's revisions from
    ``versions/<namespace>/`` in its own package. They are a branch, labelled with the application
    segment of the project's tables: the first revision is made with
    ``--head base --rev-id acme0001``, every other one with ``--head acme@head --rev-id acme0002``.
    Branch label and dependency on our newest revision are written into them. Autogenerate sees the
    project's tables and no others; the environment of msm (lock, guards, limits) runs them.

    Args:
        package: the migration package that this is called in, ``__name__``. The provider has to
            be its attribute ``migration``.
        models: every model of the project, all of one application segment.

    Returns:
        The provider for the SDK's CLI; upgrade it to ``heads``.

    Raises:
        DownstreamModelsError: the models cannot be those of one project.
        ModelGraphError: a class, a model identifier or a table appears twice, ours included, or a
            foreign key leads nowhere.
        RevisionFilesError: the revisions cannot be one history with ours.
        RevisionIdError: a revision that exists, or that the SDK is being asked for, has an id or a
            place that is not of the branch.
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
        include_name_hook=include_name,
        include_object_hook=include_object,
        reference=reference_of(package),
        branch=application,
    )
    assert_branch_ids(extended)
    refuse_revision_off_branch(extended)
    tolerate_several_version_locations()
    return extended
