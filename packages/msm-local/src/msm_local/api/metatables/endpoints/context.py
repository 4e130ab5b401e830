"""Where a process stores its tables: the runtime context, the DataSource, and leases."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from msm_local.api.endpoints.dependencies import PlatformDep
from msm_local.api.metatables.endpoints.refusals import refusals
from msm_local.contract.json_values import Text
from msm_local.contract.metatables import responses
from msm_local.contract.paths import METATABLES_ROOT
from msm_local.errors import NotFoundError
from msm_local.services.metatables import migration_connections
from msm_local.services.metatables.presentation import present_context, present_data_source

__all__ = ["router"]

router = APIRouter()
# Version of the limits that a client may ask for.
TRANSFER_CONTRACT = 1


class DataSourceFilters(BaseModel):
    """The filters of DataSources."""

    # The platform ignores other ones too.
    model_config = ConfigDict(extra="ignore", frozen=True)

    search: Text | None = None
    limit: Annotated[int, Field(ge=1)] | None = None
    offset: Annotated[int, Field(ge=0)] = 0


@router.get("/runtime-context/", response_model=responses.RuntimeContext, responses=refusals())
def get_context(
    request: Request,
    response: Response,
    platform: PlatformDep,
    transfer_contract: int | None = None,
) -> dict[str, Any]:
    """The data source, its dialect, and the limits of data requests."""
    response.headers["Cache-Control"] = "no-store"
    endpoint = f"{request.url.scheme}://{request.url.netloc}{METATABLES_ROOT}"
    return present_context(
        platform.database.settings, endpoint, with_limits=transfer_contract == TRANSFER_CONTRACT
    )


@router.get("/data-sources/", responses=refusals())
def list_data_sources(
    filters: Annotated[DataSourceFilters, Query()], platform: PlatformDep
) -> responses.DataSourcePage:
    """The one DataSource, if it matches the search."""
    source = present_data_source(platform.database)
    matches = (filters.search or "").lower() in source["display_name"].lower()
    results = [source] if matches and filters.offset == 0 else []
    return {"count": int(matches), "next": None, "previous": None, "results": results}


@router.get("/data-sources/{uid}/", responses=refusals(NotFoundError))
def get_data_source(uid: UUID, platform: PlatformDep) -> responses.DataSource:
    """The one DataSource."""
    ours = platform.database.settings.data_source_uid
    if uid != ours:
        raise NotFoundError(f"There is no data source {uid}; this platform has only {ours}.")
    return present_data_source(platform.database)


@router.post("/runtime-migrations/{lease_uid}/release/", responses=refusals())
def release_migration(lease_uid: UUID, platform: PlatformDep) -> responses.Released:
    """End the credential of a migration connection; the client has closed its sessions."""
    migration_connections.release(platform.database, lease_uid)
    platform.reaper.notice()
    return {"ok": True}
