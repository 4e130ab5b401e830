"""Endpoints that the SDK's client calls and msm-local does not have: each answers 501 by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from fastapi import APIRouter

from msm_local.errors import NotImplementedHereError

__all__ = ["data_sources", "meta_tables", "table_updates", "time_index_meta_tables"]


@dataclass(frozen=True, slots=True)
class Absent:
    """An endpoint that msm-local does not have.

    Attributes:
        verb: the HTTP method.
        path: below the resource.
        methods: the client's methods that call it.
    """

    verb: str
    path: str
    methods: str


META_TABLES = (
    Absent("POST", "/register/", "register"),
    Absent("POST", "/validate-contract/", "validate_contract"),
    Absent("GET", "/column-search/", "column_search"),
    Absent("POST", "/{uid}/validate-contract/", "validate_existing_contract"),
    Absent("POST", "/{uid}/introspect/", "introspect"),
    Absent("GET", "/{uid}/schema-graph/", "get_schema_graph"),
    Absent("POST", "/{uid}/refresh-table-search-index/", "refresh_table_search_index"),
    Absent(
        "POST",
        "/{uid}/delete-with-cascade/",
        "delete_with_cascade, delete_with_cascade_by_uid",
    ),
    Absent("GET", "/{uid}/can-view/", "can_view, users_can_view, list_users_can_view"),
    Absent("GET", "/{uid}/can-edit/", "can_edit, users_can_edit, list_users_can_edit"),
    Absent("POST", "/{uid}/add-to-view/", "add_to_view"),
    Absent("POST", "/{uid}/add-to-edit/", "add_to_edit"),
    Absent("POST", "/{uid}/remove-from-view/", "remove_from_view"),
    Absent("POST", "/{uid}/remove-from-edit/", "remove_from_edit"),
    Absent("POST", "/{uid}/add-team-to-view/", "add_team_to_view"),
    Absent("POST", "/{uid}/add-team-to-edit/", "add_team_to_edit"),
    Absent("POST", "/{uid}/remove-team-from-view/", "remove_team_from_view"),
    Absent("POST", "/{uid}/remove-team-from-edit/", "remove_team_from_edit"),
)
TIME_INDEX_META_TABLES = (
    *META_TABLES,
    Absent("GET", "/description-search/", "description_search"),
    Absent("POST", "/get-or-create/", "get_or_create"),
    Absent(
        "POST",
        "/get-data-between-dates-from-table-update/",
        "get_data_between_dates_from_table_update",
    ),
    Absent("GET", "/{uid}/get-stats/", "get_data_updates"),
    Absent("POST", "/{uid}/delete-after-date/", "delete_after_date"),
    Absent("POST", "/{uid}/get-last-observation/", "get_last_observation"),
    Absent("POST", "/{uid}/get-data-between-dates-from-remote/", "get_data_between_dates_from_api"),
)
DATA_SOURCES = (
    Absent("POST", "/", "create"),
    Absent("POST", "/get-or-create-duck-db/", "get_or_create_duck_db, create_duckdb"),
    Absent("PATCH", "/{uid}/", "patch, patch_by_uid"),
    Absent("DELETE", "/{uid}/", "delete, destroy_by_uid"),
)
# The client writes the rows of a DataSource here.
TABLE_UPDATES = (Absent("POST", "/{uid}/insert-data-into-table/", "insert_data_into_table"),)


def _router(client_class: str, endpoints: Sequence[Absent]) -> APIRouter:
    router = APIRouter()
    for absent in endpoints:
        router.add_api_route(
            absent.path,
            _answer(f"{client_class}.{absent.methods}"),
            methods=[absent.verb],
            response_model=None,
            # The description lists only what works.
            include_in_schema=False,
        )
    return router


def _answer(methods: str) -> Callable[[], Any]:
    def answer() -> NoReturn:
        raise NotImplementedHereError(
            f"msm-local does not implement {methods}; the hosted platform does, and docs/parity.md "
            "lists what msm-local answers."
        )

    return answer


meta_tables = _router("MetaTable", META_TABLES)
time_index_meta_tables = _router("TimeIndexMetaTable", TIME_INDEX_META_TABLES)
data_sources = _router("DataSource", DATA_SOURCES)
table_updates = _router("DataSource", TABLE_UPDATES)
