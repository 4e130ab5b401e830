"""The actions on MetaTables: migration connection, finalize, operations."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from msm_local.endpoints.dependencies import PlatformDep, Resource
from msm_local.services import credentials, finalization
from msm_local.wire import FinalizeRequest, MigrationConnectionRequest, OperationRequest

__all__ = ["router"]

router = APIRouter()


@router.post("/{resource}/{uid}/migration-connection/")
def issue_migration_connection(
    resource: Resource,  # noqa: ARG001 - both resources have the action
    uid: UUID,
    request: MigrationConnectionRequest,
    platform: PlatformDep,
) -> dict[str, Any]:
    """A short-lived login for Alembic."""
    answer = credentials.issue(platform.database, uid, request)
    platform.reaper.notice()
    return answer


@router.post("/{resource}/finalize-managed/")
def finalize_managed(
    resource: Resource,  # noqa: ARG001 - both resources have the action
    request: FinalizeRequest,
    platform: PlatformDep,
) -> Response:
    """Reconcile the catalog with PostgreSQL: 200 if every table is as it should be, else 409."""
    database = platform.database
    with database.transaction() as connection:
        answer = finalization.finalize(connection, database.settings, request)
    database.forget_plans()
    return JSONResponse(answer, status_code=200 if answer["ok"] else 409)


@router.post("/{resource}/execute-operation/")
def execute_operation(
    resource: Resource,  # noqa: ARG001 - both resources have the action
    request: OperationRequest,
    platform: PlatformDep,
) -> Response:
    """Run one compiled-sql.v1 statement."""
    # The parser behind it takes long to load; a start, and a migration, do without it.
    from msm_local.services import operations

    # Rows are JSON values already; FastAPI's encoder would walk through all of them again.
    return JSONResponse(operations.execute(platform.database, request))
