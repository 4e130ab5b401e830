"""Endpoints of generation 2's platform that msm-local does not have: each says so by name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from fastapi import APIRouter, Request

from msm_local.errors import NotHereError

__all__ = ["others", "routers"]


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
    Absent("POST", "/import-from-data-source/", "import_from_data_source"),
    Absent("GET", "/search/", "search"),
    Absent("GET", "/column-search/", "column_search"),
    Absent("POST", "/{uid}/validate-contract/", "validate_existing_contract"),
    Absent("POST", "/{uid}/read/", "read_rows, iter_rows"),
    Absent("POST", "/{uid}/introspect/", "introspect"),
    Absent("GET", "/{uid}/impact/", "get_impact"),
    Absent("GET", "/{uid}/schema-graph/", "get_schema_graph"),
    Absent(
        "POST",
        "/{uid}/delete-with-cascade/",
        "delete_with_cascade, delete_with_cascade_by_uid",
    ),
    Absent("GET", "/{uid}/access/", "get_access"),
    Absent("GET", "/{uid}/access/me/", "allowed_actions, grant_role, revoke_role"),
    Absent("POST", "/{uid}/access/changes/", "grant_role, revoke_role"),
    Absent("GET", "/{uid}/access/explain/", "explain"),
)
TIME_INDEX_META_TABLES = (
    *META_TABLES,
    Absent("POST", "/get-or-create/", "get_or_create"),
    Absent(
        "POST",
        "/get-data-between-dates-from-table-update/",
        "get_data_between_dates_from_table_update",
    ),
    Absent("GET", "/{uid}/get-stats/", "get_data_updates"),
    Absent("POST", "/{uid}/delete-after-date/", "delete_after_date"),
    Absent("POST", "/{uid}/get-last-observation/", "get_last_observation"),
    Absent(
        "POST",
        "/{uid}/get-data-between-dates-from-remote/",
        "get_data_between_dates_from_api, iter_batches",
    ),
)
# The client asks the other resource for these.
TIMESCALE = (
    Absent("GET", "/{uid}/timescale-policies/", "get_timescale_policies"),
    Absent("PUT", "/{uid}/timescale-policies/", "set_timescale_policies"),
)
DATA_SOURCES = (
    Absent("POST", "/data-sources/", "create, register"),
    Absent("PATCH", "/data-sources/{uid}/", "configure, patch, patch_by_uid"),
    Absent("DELETE", "/data-sources/{uid}/", "delete, destroy_by_uid"),
    Absent("POST", "/data-sources/{uid}/validate/", "check_connection"),
)
# Nothing below these is here: updates of tables and their runs, namespaces, and administration.
FAMILIES = (
    "access",
    "namespaces",
    "runtime-bootstrap",
    "security",
    "table-update-runs",
    "time-index-table-update-details",
    "time-index-table-updates",
)
VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def _answer(methods: str) -> Callable[[], Any]:
    def answer() -> NoReturn:
        raise NotHereError(
            f"msm-local does not have {methods}; the hosted platform does, and docs/parity.md "
            "lists what msm-local answers."
        )

    return answer


def _family(request: Request) -> NoReturn:
    raise NotHereError(
        f"msm-local does not have {request.method} {request.url.path}; the hosted platform does, "
        "and docs/parity.md lists what msm-local answers."
    )


def _add(router: APIRouter, client_class: str, endpoints: Sequence[Absent]) -> None:
    for absent in endpoints:
        router.add_api_route(
            absent.path,
            _answer(f"{client_class}.{absent.methods}"),
            methods=[absent.verb],
            response_model=None,
            # The description lists only what works.
            include_in_schema=False,
        )


def _routers() -> tuple[Mapping[str, APIRouter], APIRouter]:
    plain, indexed, rest = APIRouter(), APIRouter(), APIRouter()
    _add(plain, "MetaTable", META_TABLES)
    _add(plain, "TimeIndexMetaTable", TIMESCALE)
    _add(indexed, "TimeIndexMetaTable", TIME_INDEX_META_TABLES)
    _add(rest, "DataSource", DATA_SOURCES)
    for family in FAMILIES:
        for path in (f"/{family}/", f"/{family}/{{rest:path}}"):
            rest.add_api_route(
                path, _family, methods=VERBS, response_model=None, include_in_schema=False
            )
    return {"meta-tables": plain, "time-index-meta-tables": indexed}, rest


routers, others = _routers()
