"""Whether a client still means the database that this platform has."""

from typing import Annotated

from fastapi import Header

from msm_local.api.endpoints.dependencies import PlatformDep
from msm_local.errors import RuntimeChangedError
from msm_local.services.metatables.presentation import runtime_instance_id

__all__ = ["same_instance"]


async def same_instance(
    platform: PlatformDep,
    x_metatables_runtime_instance: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> None:
    """Refuse a request that names another runtime than this one.

    Raises:
        RuntimeChangedError: it does.
    """
    given = x_metatables_runtime_instance
    if given and given != runtime_instance_id(platform.database.settings):
        raise RuntimeChangedError(
            "The platform has another database than this process found at its start; start the "
            "process again."
        )
