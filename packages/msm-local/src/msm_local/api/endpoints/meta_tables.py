"""Both MetaTable resources: read, reserve, change and delete rows of the catalog."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Request, Response

from msm_local.api.endpoints.dependencies import PlatformDep, Resource
from msm_local.api.endpoints.reading import read_page, read_row
from msm_local.api.endpoints.refusals import refusals
from msm_local.contract import responses
from msm_local.contract.filters import parse_body, parse_query
from msm_local.contract.json_values import JsonObject
from msm_local.contract.requests import MetaTablePatch, ReservationRow
from msm_local.errors import (
    ForeignDataSourceError,
    IdentifierTakenError,
    NotFoundError,
    NotImplementedHereError,
    ProtectedError,
    ProviderConflictError,
    TableKindConflictError,
    UnknownFilterError,
)
from msm_local.services import meta_tables
from msm_local.services.meta_table_presentation import present_meta_tables
from msm_local.services.meta_tables import DeleteOptions
from msm_local.services.reservation import reserve

__all__ = ["router"]

DEFAULT_PAGE = 100
router = APIRouter()


@router.post("/filter/", responses=refusals(UnknownFilterError))
def filter_by_body(
    resource: Resource, body: Annotated[JsonObject, Body()], platform: PlatformDep
) -> responses.MetaTablePage:
    """All rows that match the filters of the body, or a page of them."""
    clauses, page = parse_body(resource, body)
    count, results = read_page(platform, resource, clauses, page, present_meta_tables)
    return {"count": count, "next": None, "previous": None, "results": results}


@router.get("/", responses=refusals(UnknownFilterError))
def list_by_query(
    resource: Resource, request: Request, platform: PlatformDep
) -> responses.MetaTablePage:
    """A page of the rows that match the filters of the query."""
    clauses, page = parse_query(resource, dict(request.query_params), DEFAULT_PAGE)
    count, results = read_page(platform, resource, clauses, page, present_meta_tables)
    end = page.offset + len(results)
    # A page without rows has no next one: a client that follows the links would never stop.
    more = end < count and bool(results)
    url = request.url.include_query_params(limit=page.limit, offset=end)
    return {
        "count": count,
        "next": str(url) if more else None,
        "previous": None,
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
    resource: Resource, rows: list[ReservationRow] | ReservationRow, platform: PlatformDep
) -> list[responses.MetaTable] | responses.MetaTable:
    """Reserve one table, or all tables of a list in one transaction."""
    settings = platform.database.settings
    wanted = rows if isinstance(rows, list) else [rows]
    with platform.database.transaction() as connection:
        reserved = reserve(connection, settings, resource, wanted)
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
        row = meta_tables.patch(connection, resource, uid, request)
        [result] = present_meta_tables(connection, platform.database.settings, [row])
    return result


@router.delete(
    "/{uid}/",
    status_code=204,
    responses=refusals(NotFoundError, ProtectedError, NotImplementedHereError),
)
def delete_detail(
    resource: Resource,
    uid: UUID,
    platform: PlatformDep,
    *,
    full_delete_selected: bool = False,
    full_delete_downstream_tables: bool = False,
    delete_with_no_table: bool = False,
    override_protection: bool = False,
) -> Response:
    """Delete a row whose table does not exist."""
    options = DeleteOptions(
        full_delete_selected=full_delete_selected,
        full_delete_downstream_tables=full_delete_downstream_tables,
        delete_with_no_table=delete_with_no_table,
        override_protection=override_protection,
    )
    with platform.database.transaction() as connection:
        meta_tables.delete(connection, resource, uid, options)
    return Response(status_code=204)
