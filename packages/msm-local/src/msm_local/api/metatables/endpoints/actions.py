"""The actions on MetaTables: migration connection, finalize, operations and queries."""

from functools import partial
from uuid import UUID

from fastapi import APIRouter, Request, Response

from msm_local.api.endpoints.dependencies import PlatformDep, Resource
from msm_local.api.endpoints.finalized import finalize_with
from msm_local.api.endpoints.recording import run_recorded
from msm_local.api.metatables.endpoints.refusals import refusals
from msm_local.contract.metatables import responses
from msm_local.contract.metatables.requests import (
    CompiledOperation,
    FinalizeRequest,
    MigrationConnectionRequest,
    Query,
)
from msm_local.errors import (
    DeadlineExceededError,
    EmptyStatementError,
    NotFoundError,
    OtherDataSourceError,
    OwnerUnreachableError,
    PostgresqlRefusedError,
    ProviderConflictError,
    QueryLimitsError,
    RowTooLargeError,
    SqlParametersError,
    StatementRefusedError,
)
from msm_local.services.activity.recorder import Asked
from msm_local.services.metatables import finalization, migration_connections

__all__ = ["router"]

router = APIRouter()

OPERATION_ERRORS = (
    PostgresqlRefusedError,
    DeadlineExceededError,
    StatementRefusedError,
    SqlParametersError,
    QueryLimitsError,
    EmptyStatementError,
    OtherDataSourceError,
    RowTooLargeError,
)


@router.post(
    "/{uid}/migration-connection/",
    responses=refusals(NotFoundError, ProviderConflictError, OwnerUnreachableError),
)
def issue_migration_connection(
    resource: Resource,
    uid: UUID,
    request: MigrationConnectionRequest,
    response: Response,
    platform: PlatformDep,
) -> responses.MigrationConnection:
    """A short-lived login for Alembic, with a lease."""
    answer = migration_connections.issue(platform.database, resource, uid, request)
    platform.reaper.notice()
    response.headers["Cache-Control"] = "no-store"
    return answer


@router.post(
    "/finalize-managed/",
    response_model=responses.Finalized,
    responses=refusals(NotFoundError)
    | {409: {"model": responses.Finalized | responses.Error, "description": "A table failed."}},
)
def finalize_managed(request: FinalizeRequest, platform: PlatformDep) -> Response:
    """Reconcile a batch of the catalog: 200 if every table is as expected, else 409."""
    return finalize_with(finalization.finalize, platform, "metatables", request)


@router.post(
    "/execute-operation/",
    response_model=responses.OperationResult,
    responses=refusals(*OPERATION_ERRORS),
)
async def execute_operation(
    http: Request, request: CompiledOperation, platform: PlatformDep
) -> Response:
    """Run one compiled-sql.v1 statement."""
    # Imported here: it loads the SQL parser, which neither a start nor a migration needs.
    from msm_local.services.metatables import operations

    sent = request.statement
    asked = Asked("metatables", request.operation, sent.sql, sent.placeholders)
    run = partial(operations.run_operation, platform.database, request)
    return await run_recorded(http, platform, asked, run)


@router.post(
    "/run-query/",
    response_model=responses.QueryResult,
    responses=refusals(*OPERATION_ERRORS),
)
async def run_query(http: Request, query: Query, platform: PlatformDep) -> Response:
    """Run a SELECT whose text a user typed."""
    from msm_local.services.metatables import operations

    run = partial(operations.run_query, platform.database, query)
    return await run_recorded(http, platform, Asked("metatables", "query", query.sql), run)
