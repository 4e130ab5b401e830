"""Git contexts, the DataSource and the user: all of which a local platform has one."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request

from msm_local.endpoints.dependencies import PlatformDep
from msm_local.errors import NotFoundError
from msm_local.services import git_context
from msm_local.services.presentation import present_data_source, present_user
from msm_local.wire import GitContextRequest

__all__ = ["router"]

router = APIRouter()


@router.post("/code-repository-branches/resolve-git-context/")
def resolve_git_context(request: GitContextRequest, platform: PlatformDep) -> dict[str, Any]:
    """Take any repository and branch."""
    with platform.database.transaction() as connection:
        return git_context.resolve(connection, platform.database.settings, request)


@router.get("/data-sources/")
def list_data_sources(request: Request, platform: PlatformDep) -> dict[str, Any]:
    """The one DataSource, unless ``uid`` or ``uid__in`` ask for others."""
    settings = platform.database.settings
    asked = request.query_params.get("uid") or request.query_params.get("uid__in")
    matches = asked is None or str(settings.data_source_uid) in asked.split(",")
    results = [present_data_source(settings)] if matches else []
    return {"count": len(results), "next": None, "previous": None, "results": results}


@router.get("/data-sources/{uid}/")
def get_data_source(uid: UUID, platform: PlatformDep) -> dict[str, Any]:
    """The one DataSource."""
    settings = platform.database.settings
    if uid != settings.data_source_uid:
        raise NotFoundError(
            f"There is no data source {uid}; this platform has only {settings.data_source_uid}."
        )
    return present_data_source(settings)


@router.get("/users/me/")
def get_user(platform: PlatformDep) -> dict[str, Any]:
    """The one user."""
    return present_user(platform.database.settings)
