"""Whether a service can do its work now."""

from pydantic import BaseModel, Field

from msm.engine import find_resources
from msm.errors import StaleAttachmentError
from msm.runtime import MarketsRuntime
from msm.sdk import platform_endpoint

__all__ = ["Readiness", "check_ready"]


class Readiness(BaseModel):
    """What a service that is ready has."""

    tables: int = Field(description="How many tables are attached.")
    revision: str | None = Field(description="The revision that they are at.")


def check_ready(runtime: MarketsRuntime, *, at_least: str | None = None) -> Readiness:
    """Check that the platform answers, and that every table is as when the runtime was attached.

    It asks the platform what :func:`msm.start_engine` asks it, and changes nothing.

    Args:
        runtime: the runtime of the service.
        at_least: the revision that the tables have to be at, or a later one.

    Raises:
        PlatformError: the platform does not answer, or not as it should.
        StaleAttachmentError: a table was created again since the runtime was attached.
        AttachError: a table is missing, being migrated, or not as its model says, or is at an older
            revision.
    """
    found, _ = find_resources(list(runtime.meta_tables), runtime.timeout, at_least)
    again = sorted(
        model.__tablename__
        for model, table in found.items()
        if table.uid != runtime.meta_tables[model].uid
    )
    if again:
        raise StaleAttachmentError(
            f"{', '.join(again)} is another resource of the catalog than this runtime was "
            "attached to; restart the service, or call msm.start_engine again.",
            endpoint=platform_endpoint().url,
            status_code=None,
            detail="the resource was created again",
        )
    return Readiness(
        tables=len(found),
        revision=MarketsRuntime(found, runtime.data_source_uid).revision,
    )
