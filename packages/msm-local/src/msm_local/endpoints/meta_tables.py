"""Both MetaTable resources: reading, reserving, changing and deleting rows of the catalog."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Request, Response

from msm_local.endpoints.dependencies import PlatformDep, Resource
from msm_local.errors import NotImplementedHereError
from msm_local.filters import parse_body, parse_query
from msm_local.services import meta_tables
from msm_local.services.meta_tables import DeleteOptions
from msm_local.services.presentation import present_meta_tables
from msm_local.services.reservation import reserve
from msm_local.wire import MetaTablePatch, ReservationRow

__all__ = ["router"]

DEFAULT_PAGE = 100
router = APIRouter()


@router.post("/{resource}/filter/")
def filter_by_body(
    resource: Resource, body: Annotated[dict[str, Any], Body()], platform: PlatformDep
) -> dict[str, Any]:
    """All rows that match the filters of the body, or a page of them."""
    clauses, page = parse_body(resource, body)
    with platform.database.transaction() as connection:
        count, rows = meta_tables.list_page(connection, resource, clauses, page)
        results = present_meta_tables(connection, platform.database.settings, rows)
    return _page(count, results, following=None)


@router.get("/{resource}/")
def list_by_query(resource: Resource, request: Request, platform: PlatformDep) -> dict[str, Any]:
    """A page of the rows that match the filters of the query."""
    clauses, page = parse_query(resource, dict(request.query_params), DEFAULT_PAGE)
    with platform.database.transaction() as connection:
        count, rows = meta_tables.list_page(connection, resource, clauses, page)
        results = present_meta_tables(connection, platform.database.settings, rows)
    end = page.offset + len(rows)
    more = end < count and bool(rows)
    url = request.url.include_query_params(limit=page.limit, offset=end)
    return _page(count, results, following=str(url) if more else None)


@router.post("/{resource}/", status_code=201)
def create_collection(
    resource: Resource, rows: list[ReservationRow], platform: PlatformDep
) -> list[dict[str, Any]]:
    """Reserve all tables of the list, or none."""
    settings = platform.database.settings
    with platform.database.transaction() as connection:
        reserved = reserve(connection, settings, resource, rows)
        return present_meta_tables(connection, settings, reserved)


@router.get("/{resource}/column-search/")
@router.get("/{resource}/description-search/")
def search(resource: Resource) -> None:
    """Named here only because the path would otherwise be taken for a uid."""
    raise NotImplementedHereError(f"msm-local does not implement the searches of {resource}.")


@router.get("/{resource}/{uid}/")
def get_detail(resource: Resource, uid: UUID, platform: PlatformDep) -> dict[str, Any]:
    """One row."""
    with platform.database.transaction() as connection:
        row = meta_tables.get(connection, resource, uid)
        [result] = present_meta_tables(connection, platform.database.settings, [row])
    return result


@router.patch("/{resource}/{uid}/")
def patch_detail(
    resource: Resource, uid: UUID, request: MetaTablePatch, platform: PlatformDep
) -> dict[str, Any]:
    """Change what the body names."""
    with platform.database.transaction() as connection:
        row = meta_tables.patch(connection, resource, uid, request)
        [result] = present_meta_tables(connection, platform.database.settings, [row])
    return result


@router.delete("/{resource}/{uid}/", status_code=204)
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
    """Take a row out whose table does not exist."""
    options = DeleteOptions(
        full_delete_selected=full_delete_selected,
        full_delete_downstream_tables=full_delete_downstream_tables,
        delete_with_no_table=delete_with_no_table,
        override_protection=override_protection,
    )
    with platform.database.transaction() as connection:
        meta_tables.delete(connection, resource, uid, options)
    return Response(status_code=204)


def _page(count: int, results: list[dict[str, Any]], *, following: str | None) -> dict[str, Any]:
    return {"count": count, "next": following, "previous": None, "results": results}
