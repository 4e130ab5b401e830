"""Both MetaTable resources: read, reserve and change rows of the catalog."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Request

from msm_local.api.endpoints.dependencies import PlatformDep, Resource
from msm_local.api.endpoints.reading import read_page, read_row
from msm_local.api.metatables.endpoints.refusals import refusals
from msm_local.contract.json_values import JsonObject
from msm_local.contract.metatables import responses
from msm_local.contract.metatables.filters import parse_body, parse_query
from msm_local.contract.metatables.limits import MAX_RESERVATIONS
from msm_local.contract.metatables.requests import MetaTablePatch, ReservationRow
from msm_local.errors import (
    ForeignDataSourceError,
    IdentifierTakenError,
    InvalidRequestError,
    NotFoundError,
    ProtectedError,
    ProviderConflictError,
    TableKindConflictError,
)
from msm_local.services.metatables.table_presentation import present_meta_tables
from msm_local.services.metatables.tables import change, refuse_deletion, reserve_tables

__all__ = ["router"]

DEFAULT_PAGE = 100
router = APIRouter()


@router.post("/filter/", responses=refusals())
def filter_by_body(
    resource: Resource, body: Annotated[JsonObject, Body()], platform: PlatformDep
) -> responses.MetaTablePage:
    """A page of the rows that match the filters of the body."""
    clauses, page = parse_body(resource, body)
    count, results = read_page(platform, resource, clauses, page, present_meta_tables)
    return {"count": count, "next": None, "previous": None, "results": results}


@router.get("/", responses=refusals())
def list_by_query(
    resource: Resource, request: Request, platform: PlatformDep
) -> responses.MetaTablePage:
    """A page of the rows that match the filters of the query."""
    clauses, page = parse_query(resource, request.query_params.multi_items(), DEFAULT_PAGE)
    count, results = read_page(platform, resource, clauses, page, present_meta_tables)
    limit = page.limit or DEFAULT_PAGE
    before = max(0, page.offset - limit)
    more = page.offset + len(results) < count and bool(results)
    url = request.url.include_query_params
    return {
        "count": count,
        "next": str(url(limit=limit, offset=page.offset + limit)) if more else None,
        "previous": str(url(limit=limit, offset=before)) if page.offset else None,
        "results": results,
    }


@router.post(
    "/",
    status_code=201,
    responses=refusals(
        NotFoundError,
        ForeignDataSourceError,
        ProviderConflictError,
        IdentifierTakenError,
        TableKindConflictError,
    ),
)
def create(
    rows: list[ReservationRow] | ReservationRow, platform: PlatformDep
) -> list[responses.MetaTable] | responses.MetaTable:
    """Reserve one table, or all tables of a list in one transaction."""
    settings = platform.database.settings
    wanted = rows if isinstance(rows, list) else [rows]
    if not 1 <= len(wanted) <= MAX_RESERVATIONS:
        raise InvalidRequestError(f"Reserve from 1 to {MAX_RESERVATIONS} tables at once.")
    with platform.database.transaction() as connection:
        reserved = reserve_tables(connection, settings, wanted)
        answer = present_meta_tables(connection, settings, reserved)
    return answer if isinstance(rows, list) else answer[0]


@router.get("/{uid}/", responses=refusals(NotFoundError))
def get_detail(resource: Resource, uid: UUID, platform: PlatformDep) -> responses.MetaTable:
    """One row."""
    return read_row(platform, resource, uid, present_meta_tables)


@router.patch("/{uid}/", responses=refusals(NotFoundError, IdentifierTakenError))
def patch_detail(
    resource: Resource, uid: UUID, request: MetaTablePatch, platform: PlatformDep
) -> responses.MetaTable:
    """Change the fields that the body names."""
    with platform.database.transaction() as connection:
        row = change(connection, resource, uid, request)
        [result] = present_meta_tables(connection, platform.database.settings, [row])
    return result


@router.delete("/{uid}/", responses=refusals(NotFoundError, ProtectedError))
def delete_detail(resource: Resource, uid: UUID, platform: PlatformDep) -> None:
    """Refuse: a table that migrations manage is removed by them alone."""
    with platform.database.transaction() as connection:
        refuse_deletion(connection, resource, uid)
