"""The history that a project has from before its models were on the bases of msm."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory

from msm.base import MarketsModel
from msm.sdk import MetaTable, TimeIndexMetaTable
from msm.sdk.migrations import build_alembic_version_metatable

from ..errors import DownstreamModelsError, OtherHistoryError, RevisionIdError
from ..history.files import read_revisions
from ..inspection.catalog import every_resource
from ..provider import PACKAGE_KEY

__all__ = ["ExistingHistory", "namespace_of", "refuse_history", "version_metatable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingHistory:
    """What a project calls the history that it had before, for :func:`stand_beside`.

    Args:
        provider: the package in the provider key of the catalog, such as ``vector_feed`` of
            ``vector_feed:vector-feed``. None for the application of the models.
        version_table: the name of Alembic's version table. None for the application and
            ``alembic_version``.
        identifier: the identifier of the version table in the catalog. None for its name.
        last_revision: the newest revision that was made before the project moved. It and those
            before it are run as they are: they are neither reviewed nor judged. None for a history
            that msm reviews from its first revision.
        named_by_convention: whether the metadata of the models had the naming convention of the SDK
            before. Then those revisions leave a part of the names of constraints to it.
    """

    provider: str | None = None
    version_table: str | None = None
    identifier: str | None = None
    last_revision: str | None = None
    named_by_convention: bool = False


def namespace_of(models: Sequence[type[MarketsModel]]) -> str:
    """The one namespace of a project's models.

    Raises:
        DownstreamModelsError: they have several.
    """
    namespaces = sorted({model.__metatable_namespace__ for model in models})
    if len(namespaces) > 1:
        raise DownstreamModelsError(
            f"The models have several namespaces, {', '.join(namespaces)}; set "
            "__metatable_namespace__ on the abstract bases of the project, and on no model.",
            models=models,
        )
    return namespaces[0]


def refuse_history(history: ExistingHistory, folder: Path) -> None:
    """Make sure that a project has the history that it names, in a folder.

    Raises:
        DownstreamModelsError: the provider key is that of msm.
        RevisionIdError: the newest revision is in no file.
    """
    if history.provider == PACKAGE_KEY:
        raise DownstreamModelsError(
            f"The provider {PACKAGE_KEY!r} is the key of the provider of msm in the catalog; give "
            "ExistingHistory the package that the project's own provider has had.",
            models=[],
        )
    if history.last_revision is None:
        return
    script = ScriptDirectory(folder.parents[1], version_locations=[str(folder)])
    if history.last_revision not in read_revisions(script).files:
        raise RevisionIdError(
            f"The last revision {history.last_revision!r} of ExistingHistory is in no file of "
            f"{folder}; move the project's revisions to that folder, or correct the id.",
            revision=history.last_revision,
        )


def version_metatable(
    models: Sequence[type[MarketsModel]], *, namespace: str, identifier: str, table: str
) -> type[Any]:
    """Alembic's version table of a project, refused if the catalog knows it by other names.

    Args:
        models: whose revisions it records.
        namespace: of the models.
        identifier: its identifier in the catalog.
        table: its name.
    """
    version: Any = build_alembic_version_metatable(
        namespace=namespace, identifier=identifier, schema=None, table_name=table
    )

    class ProjectAlembicVersion(version):  # type: ignore[misc]
        """Alembic's version table of a project."""

        @classmethod
        def build_registration_request(cls, **options: Any) -> Any:
            # Every command of the SDK begins with this request: nothing has been reserved yet.
            request = super().build_registration_request(**options)
            try:
                _refuse_other_names(request, table, options["migration_provider_key"], models)
            except OtherHistoryError as error:
                error.exit()
            return request

    return ProjectAlembicVersion


def _refuse_other_names(
    request: Any, table: str, key: str, models: Sequence[type[MarketsModel]]
) -> None:
    """Make sure that the catalog has no other names for the history of a project.

    The SDK would refuse them with a traceback that names no remedy, or enter the tables twice.
    """
    here = {
        "data_source__uid__in": [str(request.data_source_uid)],
        "physical_schema__in": [request.physical_schema],
    }
    found = MetaTable.filter_by_body(physical_table_name__in=[table], limit=1, **here)
    for row in found or _registries_of(models, here):
        names = (row.physical_table_name, row.identifier, row.migration_provider_key)
        if names != (table, request.identifier, key):
            package, _, namespace = row.migration_provider_key.partition(":")
            raise OtherHistoryError(
                f"{row.physical_table_name} is {row.identifier!r} of the provider "
                f"{row.migration_provider_key!r} in the platform's catalog, and this code has "
                f"{table} as {request.identifier!r} of {key!r}, and nothing was changed; pass "
                f"history=ExistingHistory(provider={package!r}, "
                f"version_table={row.physical_table_name!r}, identifier={row.identifier!r}) to "
                f"stand_beside() and set __metatable_namespace__ = {namespace!r} on the abstract "
                "bases if that is this project, or choose another __application__.",
                table=row.physical_table_name,
            )


def _registries_of(models: Sequence[type[MarketsModel]], here: dict[str, Any]) -> Sequence[Any]:
    """The version table that the catalog has for the first of the tables that it has."""
    names = [model.__tablename__ for model in models]
    for resource in (MetaTable, TimeIndexMetaTable):
        rows = resource.filter_by_body(physical_table_name__in=names, limit=1, **here)
        for row in rows:
            # All of that provider, because an older client cannot ask for one by its uid.
            theirs = every_resource(MetaTable, migration_provider_key=row.migration_provider_key)
            registry = str(row.alembic_version_meta_table_uid)
            return [each for each in theirs if str(each.uid) == registry]
    return []
