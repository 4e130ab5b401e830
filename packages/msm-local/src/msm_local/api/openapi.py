"""The description of the API, as OpenAPI."""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from msm_local.contract import responses
from msm_local.contract.filters import RESOURCES, ResourceKind, describe_filters
from msm_local.contract.paths import API_ROOT

__all__ = ["add_error", "describe", "operations"]

SUMMARY = (
    "A local stand-in for the Main Sequence platform: what the SDK's client asks for when tables "
    "are migrated, attached, checked, read and written. Every request needs the token of the "
    "platform, which `msm-local env` prints."
)


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI description; it is made once and kept."""
    if app.openapi_schema is None:
        description = get_openapi(
            title=app.title, version=app.version, description=SUMMARY, routes=app.routes
        )
        for _path, _verb, operation in operations(description):
            # FastAPI describes a 422 of its own; we answer 400, in the form of all errors.
            operation["responses"].pop("422", None)
        for name in ("HTTPValidationError", "ValidationError"):
            description["components"]["schemas"].pop(name, None)
        for resource in RESOURCES:
            _describe_filters(description, resource)
        add_error(description, responses.Error)
        schemes = {"token": {"type": "http", "scheme": "bearer"}}
        description["components"]["securitySchemes"] = schemes
        description["security"] = [{"token": []}]
        app.openapi_schema = description
    return app.openapi_schema


def add_error(description: Mapping[str, Any], error: Any) -> None:
    """Add the model of an error, to which the answers of all endpoints refer."""
    schema = TypeAdapter(error).json_schema(ref_template="#/components/schemas/{model}")
    parts = schema.pop("$defs", {})
    description["components"]["schemas"].update(parts, Error=schema)


def operations(description: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and description of each operation."""
    for path, verbs in description["paths"].items():
        for verb, operation in verbs.items():
            yield path, verb, operation


def _describe_filters(description: Mapping[str, Any], resource: ResourceKind) -> None:
    # The endpoints read filters from the raw body and query, so FastAPI does not know them.
    filters = describe_filters(resource)
    listing = description["paths"][f"{API_ROOT}/{resource}/"]["get"]
    listing["parameters"] = [
        {"name": name, "in": "query", "required": False, "schema": in_query}
        for name, (_in_body, in_query) in filters.items()
    ]
    body = description["paths"][f"{API_ROOT}/{resource}/filter/"]["post"]["requestBody"]
    body["content"]["application/json"]["schema"] = {
        "type": "object",
        "properties": {name: in_body for name, (in_body, _in_query) in filters.items()},
        "additionalProperties": False,
    }
