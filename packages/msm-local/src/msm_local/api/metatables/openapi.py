"""The description of generation 2's API, as OpenAPI."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from msm_local.api.openapi import add_error
from msm_local.contract.filters import RESOURCES
from msm_local.contract.metatables import responses
from msm_local.contract.metatables.filters import FILTERS, SCHEMAS
from msm_local.contract.metatables.limits import MAX_FILTERED
from msm_local.contract.paths import METATABLES_ROOT

__all__ = ["describe"]

SUMMARY = (
    "A local stand-in for the metatables API of the Main Sequence platform: what the client of "
    "generation 2 asks for when tables are migrated, attached, checked, read and written. Every "
    "request needs the token of the platform, which `msm-local env` prints."
)
PAGE = {
    "limit": {"type": "integer", "minimum": 1, "maximum": MAX_FILTERED},
    "offset": {"type": "integer", "minimum": 0, "exclusiveMaximum": 2**31},
    "time_indexed": {"type": "boolean"},
}


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI description; it is made once and kept."""
    if app.openapi_schema is None:
        described = get_openapi(
            title=app.title,
            version=app.version,
            description=SUMMARY,
            routes=app.routes,
            servers=[{"url": METATABLES_ROOT}],
        )
        filters = {name: SCHEMAS[how] for name, (_field, how) in FILTERS.items()} | PAGE
        for resource in RESOURCES:
            # The endpoints read filters from the raw body and query: FastAPI does not know them.
            described["paths"][f"/{resource}/"]["get"]["parameters"] = [
                {"name": name, "in": "query", "required": False, "schema": schema}
                for name, schema in filters.items()
            ]
            body = described["paths"][f"/{resource}/filter/"]["post"]["requestBody"]
            body["content"]["application/json"]["schema"] = {
                "type": "object",
                "properties": filters,
                "additionalProperties": False,
            }
        add_error(described, responses.Error)
        schemes = {"token": {"type": "http", "scheme": "bearer"}}
        described["components"]["securitySchemes"] = schemes
        described["security"] = [{"token": []}]
        app.openapi_schema = described
    return app.openapi_schema
