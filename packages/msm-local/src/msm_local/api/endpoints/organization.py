"""Git contexts, the DataSource and the user: a local platform has one of the last two."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from msm_local.api.endpoints.dependencies import PlatformDep
from msm_local.api.endpoints.refusals import refusals
from msm_local.contract import responses
from msm_local.contract.json_values import Text
from msm_local.contract.requests import GitContextRequest
from msm_local.errors import NotFoundError
from msm_local.services import git_context
from msm_local.services.presentation import present_data_source, present_user

__all__ = ["router"]

router = APIRouter()


class DataSourceFilters(BaseModel):
    """The filters of DataSources; values of ``uid__in`` are separated by commas."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    uid: Text | None = None
    uid__in: Text | None = None
    display_name: Text | None = None
    class_type: Text | None = None
    status: Text | None = None
    storage_access_mode: Literal["read_write", "read_only", "disabled"] | None = None


@router.post("/code-repository-branches/resolve-git-context/", responses=refusals())
def resolve_git_context(request: GitContextRequest, platform: PlatformDep) -> responses.GitContext:
    """Resolve any repository and branch."""
    with platform.database.transaction() as connection:
        return git_context.resolve(connection, platform.database.settings, request)


@router.get("/data-sources/", responses=refusals())
def list_data_sources(
    filters: Annotated[DataSourceFilters, Query()], platform: PlatformDep
) -> responses.DataSourcePage:
    """The one DataSource, if it matches the filters."""
    source = present_data_source(platform.database.settings)
    asked = filters.model_dump(exclude_none=True)
    uids = asked.pop("uid__in", source["uid"]).split(",")
    matches = source["uid"] in uids and asked.items() <= source.items()
    results = [source] if matches else []
    return {"count": len(results), "next": None, "previous": None, "results": results}


@router.get("/data-sources/{uid}/", responses=refusals(NotFoundError))
def get_data_source(uid: UUID, platform: PlatformDep) -> responses.DataSource:
    """The one DataSource."""
    settings = platform.database.settings
    if uid != settings.data_source_uid:
        raise NotFoundError(
            f"There is no data source {uid}; this platform has only {settings.data_source_uid}."
        )
    return present_data_source(settings)


@router.get("/users/me/", responses=refusals())
def get_user(platform: PlatformDep) -> responses.User:
    """The one user."""
    return present_user(platform.database.settings)
