"""The filters that a resource declares, read from a JSON body or a query string."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from msm_local.errors import InvalidRequestError, UnknownFilterError

__all__ = [
    "RESOURCES",
    "FilterClause",
    "Lookup",
    "Page",
    "ResourceKind",
    "describe_filters",
    "parse_body",
    "parse_query",
]

# Only generation 2 has filters for parts in any case.
Lookup = Literal["exact", "in", "contains", "contains_any_case", "isnull"]
ResourceKind = Literal["meta-tables", "time-index-meta-tables"]
Schema = Mapping[str, object]

SHARED: Mapping[str, tuple[Lookup, ...]] = {
    "identifier": ("in", "exact", "contains"),
    "uid": ("in", "exact"),
    "data_source__uid": ("in", "exact"),
    "namespace": ("exact", "contains", "in", "isnull"),
    "physical_schema": ("exact", "in"),
    "physical_table_name": ("exact", "contains", "in"),
    "labels": ("exact", "in", "contains"),
    # The SDK adds this one to every read; it takes the value from the Git context.
    "organization_environment_uid": ("exact",),
}
DECLARED: Mapping[ResourceKind, Mapping[str, tuple[Lookup, ...]]] = {
    "meta-tables": {
        **SHARED,
        "management_mode": ("exact", "in"),
        "provisioning_status": ("exact", "in"),
        "schema_management_mode": ("exact", "in"),
        "migration_provider_key": ("exact", "in"),
    },
    "time-index-meta-tables": SHARED,
}
RESOURCES = tuple(DECLARED)
TEXT = {"type": "string"}
IN_BODY: Mapping[Lookup, Schema] = {
    "exact": TEXT,
    "contains": TEXT,
    "contains_any_case": TEXT,
    "in": {"type": "array", "items": TEXT},
    "isnull": {"type": "boolean"},
}
IN_QUERY: Mapping[Lookup, Schema] = {
    "exact": TEXT,
    "contains": TEXT,
    "contains_any_case": TEXT,
    "in": TEXT | {"description": "Values, separated by commas."},
    "isnull": {"type": "boolean"},
}
MAX_NUMBER = 2**31


@dataclass(frozen=True, slots=True)
class FilterClause:
    """One condition.

    Attributes:
        field: a declared field.
        lookup: how to compare.
        values: the texts to compare with; exactly one, except for ``in``.
    """

    field: str
    lookup: Lookup
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of the matching rows to return.

    Attributes:
        limit: number of rows, or None for all.
        offset: rows to skip.
    """

    limit: int | None
    offset: int


def parse_body(
    resource: ResourceKind, body: Mapping[str, object]
) -> tuple[list[FilterClause], Page]:
    """The filters of a ``filter/`` body; as in the SDK, null means that a filter is not given.

    Raises:
        UnknownFilterError: the resource does not declare a filter.
        InvalidRequestError: a value has the wrong type.
    """
    given = {name: value for name, value in body.items() if value is not None}
    page = Page(_number(given.pop("limit", None), "limit", 1), _offset(given.pop("offset", None)))
    return [_clause(resource, name, value) for name, value in given.items()], page


def parse_query(
    resource: ResourceKind, query: Mapping[str, str], default_limit: int
) -> tuple[list[FilterClause], Page]:
    """The filters of a list request; values of ``__in`` are separated by commas.

    Raises:
        UnknownFilterError: the resource does not declare a filter.
        InvalidRequestError: a value has the wrong type.
    """
    given: dict[str, object] = {
        name: value.split(",") if name.endswith("__in") else value for name, value in query.items()
    }
    limit = _number(given.pop("limit", None), "limit", 1)
    page = Page(limit or default_limit, _offset(given.pop("offset", None)))
    return [_clause(resource, name, value) for name, value in given.items()], page


def describe_filters(resource: ResourceKind) -> dict[str, tuple[Schema, Schema]]:
    """The JSON Schemas of each filter of a resource, in a body and in a query, by name."""
    page = {
        name: {"type": "integer", "minimum": minimum, "exclusiveMaximum": MAX_NUMBER}
        for name, minimum in (("limit", 1), ("offset", 0))
    }
    filters = {
        name: (IN_BODY[lookup], IN_QUERY[lookup])
        for name, (_field, lookup) in _declared(resource).items()
    }
    return filters | {name: (schema, schema) for name, schema in page.items()}


def _declared(resource: ResourceKind) -> dict[str, tuple[str, Lookup]]:
    return {
        field if lookup == "exact" else f"{field}__{lookup}": (field, lookup)
        for field, lookups in DECLARED[resource].items()
        for lookup in lookups
    }


def _clause(resource: ResourceKind, name: str, value: object) -> FilterClause:
    names = _declared(resource)
    if name not in names:
        raise UnknownFilterError(
            f"{resource} has no filter {name!r}; it has {', '.join(sorted(names))}.",
            filter_name=name,
            allowed=sorted(names),
        )
    field, lookup = names[name]
    if lookup == "in":
        items = value if isinstance(value, list) else [value]
        return FilterClause(field, lookup, tuple(_text(name, item) for item in items))
    if lookup == "isnull":
        return FilterClause(field, lookup, ("true" if _truth(name, value) else "false",))
    return FilterClause(field, lookup, (_text(name, value),))


def _text(name: str, value: object) -> str:
    # PostgreSQL refuses a NUL in text, and would answer with an error that names no filter.
    if isinstance(value, str) and "\x00" not in value:
        return value
    raise InvalidRequestError(f"The filter {name!r} takes text, not {value!r}.")


def _truth(name: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"1", "true", "yes"}:
        return True
    if isinstance(value, str) and value.lower() in {"0", "false", "no"}:
        return False
    raise InvalidRequestError(f"The filter {name!r} takes true or false, not {value!r}.")


def _offset(value: object) -> int:
    return _number(value, "offset", 0) or 0


def _number(value: object, name: str, minimum: int) -> int | None:
    if value is None:
        return None
    try:
        number = int(str(value))
    except ValueError:
        number = minimum - 1
    if isinstance(value, bool) or not minimum <= number < MAX_NUMBER:
        raise InvalidRequestError(
            f"The parameter {name!r} takes a number from {minimum} to {MAX_NUMBER - 1}, "
            f"not {value!r}."
        )
    return number
