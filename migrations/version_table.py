"""Alembic's version table, as a resource of the platform's catalog."""

from typing import Any

from msm.base import MarketsModel
from msm.sdk import MetaTable, schema_table_name
from msm.sdk.migrations import build_alembic_version_metatable
from msm.settings import settings

from .errors import NamespaceTakenError, PublishedCatalogError
from .run.guards import refuse_published, refuse_taken

__all__ = ["NAME", "MarketsAlembicVersion"]

NAME = str(
    schema_table_name(MarketsModel.__application__, "alembic_version", settings.table_suffix)
)

_Version: Any = build_alembic_version_metatable(
    class_name="MarketsAlembicVersion",
    namespace=settings.namespace,
    # Its physical name, which is the catalog identifier of every resource of ours.
    identifier=NAME,
    schema=None,
    table_name=NAME,
)


class MarketsAlembicVersion(_Version):  # type: ignore[misc]
    """Alembic's version table, refused if ms-markets or another namespace has it."""

    @classmethod
    def build_registration_request(cls, **options: Any) -> Any:
        """Ask the catalog who has the table.

        Raises:
            SystemExit: another namespace has it, or ms-markets.
        """
        # Every command of the SDK begins with this request: nothing has been reserved yet.
        request = super().build_registration_request(**options)
        found = MetaTable.filter_by_body(
            data_source__uid__in=[str(request.data_source_uid)],
            physical_schema__in=[request.physical_schema],
            physical_table_name__in=[NAME],
            limit=1,
        )
        try:
            refuse_taken(settings.namespace, found)
            refuse_published(found)
        except (NamespaceTakenError, PublishedCatalogError) as error:
            error.exit()
        return request
