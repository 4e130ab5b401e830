"""The actions on MetaTables: migration connection, finalize, operations, queries, labels."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Request, Response

from msm_local.api.endpoints.dependencies import PlatformDep, Resource
from msm_local.api.endpoints.finalized import finalize_with
from msm_local.api.endpoints.recording import run_recorded
from msm_local.api.endpoints.refusals import refusals
from msm_local.contract import responses
from msm_local.contract.json_values import Text
from msm_local.contract.requests import (
    FinalizeRequest,
    LabelsRequest,
    MigrationConnectionRequest,
    OperationRequest,
)
from msm_local.errors import (
    AnswerTooLargeError,
    CheckViolatedError,
    ForeignDataSourceError,
    ForeignKeyViolatedError,
    NotActiveError,
    NotFoundError,
    NotNullViolatedError,
    OperationDeniedError,
    OperationFailedError,
    OperationTooLargeError,
    ProviderConflictError,
    ResultRefusedError,
    StatementRefusedError,
    TooManyRowsError,
    UniqueViolatedError,
    ValueRefusedError,
)
from msm_local.services import credentials, finalization, meta_tables
from msm_local.services.activity.recorder import Asked

__all__ = ["router"]

router = APIRouter()

OPERATION_ERRORS = (
    NotFoundError,
    NotActiveError,
    ForeignDataSourceError,
    StatementRefusedError,
    ResultRefusedError,
    AnswerTooLargeError,
    TooManyRowsError,
    OperationFailedError,
    UniqueViolatedError,
    ForeignKeyViolatedError,
    NotNullViolatedError,
    CheckViolatedError,
    ValueRefusedError,
    OperationTooLargeError,
    OperationDeniedError,
)


@router.post(
    "/{uid}/migration-connection/", responses=refusals(NotFoundError, ProviderConflictError)
)
def issue_migration_connection(
    resource: Resource, uid: UUID, request: MigrationConnectionRequest, platform: PlatformDep
) -> responses.MigrationConnection:
    """A short-lived login for Alembic."""
    answer = credentials.issue(platform.database, resource, uid, request)
    platform.reaper.notice()
    return answer


@router.post(
    "/finalize-managed/",
    response_model=responses.Finalized,
    responses=refusals(NotFoundError)
    | {409: {"model": responses.Finalized | responses.Error, "description": "A table failed."}},
)
def finalize_managed(request: FinalizeRequest, platform: PlatformDep) -> Response:
    """Reconcile the catalog with PostgreSQL: 200 if every table is as expected, else 409."""
    return finalize_with(finalization.finalize, platform, "mainsequence8", request)


@router.post(
    "/execute-operation/",
    response_model=responses.OperationResult,
    responses=refusals(*OPERATION_ERRORS),
)
async def execute_operation(
    http: Request, request: OperationRequest, platform: PlatformDep
) -> Response:
    """Run one compiled-sql.v1 statement."""
    # Imported here: it loads the SQL parser, which neither a start nor a migration needs.
    from msm_local.services.operations import run_operation

    asked = Asked("mainsequence8", request.operation, request.statement.sql, "named")
    run = partial(run_operation, platform.database, request)
    return await run_recorded(http, platform, asked, run)


@router.post(
    "/{uid}/run-query/",
    response_model=responses.QueryResult,
    responses=refusals(*OPERATION_ERRORS),
)
async def run_query(
    http: Request,
    resource: Resource,
    uid: UUID,
    sql: Annotated[Text, Body(min_length=1)],
    platform: PlatformDep,
) -> Response:
    """Run a SELECT over this one table; the body is its text, as a JSON string."""
    from msm_local.services import queries

    run = partial(queries.run, platform.database, resource, uid, sql)
    return await run_recorded(http, platform, Asked("mainsequence8", "query", sql), run)


@router.post("/{uid}/add-label/", responses=refusals(NotFoundError))
def add_label(
    resource: Resource, uid: UUID, request: LabelsRequest, platform: PlatformDep
) -> responses.Labels:
    """Attach labels; labels that the table already has are kept."""
    with platform.database.transaction() as connection:
        labels = meta_tables.add_labels(connection, resource, uid, request.labels)
    return {"labels": [{"name": label} for label in labels]}


@router.post("/{uid}/remove-label/", responses=refusals(NotFoundError))
def remove_label(
    resource: Resource, uid: UUID, request: LabelsRequest, platform: PlatformDep
) -> responses.Labels:
    """Remove labels; a label that the table does not have is not an error."""
    with platform.database.transaction() as connection:
        labels = meta_tables.remove_labels(connection, resource, uid, request.labels)
    return {"labels": [{"name": label} for label in labels]}
