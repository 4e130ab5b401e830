"""The filters of generation 2's tables, read from a JSON body or a query string."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from msm_local.contract.filters import FilterClause, Lookup, Page, ResourceKind
from msm_local.contract.metatables.limits import MAX_FILTERED
from msm_local.errors import InvalidRequestError, UnknownFilterError

__all__ = ["FILTERS", "parse_body", "parse_query"]

# Most filters have several names: the catalog's column, and how its values are compared.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "identifier": ("identifiers", "identifier__in"),
    "uid": ("uids", "uid__in"),
    "physical_schema": ("physical_schemas", "physical_schema__in"),
    "physical_table_name": ("physical_table_names", "physical_table_name__in"),
    "data_source__uid": ("data_source_uids", "data_source__uid__in", "data_source_uid__in"),
    "namespace": ("namespaces", "namespace__in"),
    "management_mode": ("management_modes", "management_mode__in"),
    "provisioning_status": ("provisioning_statuses", "provisioning_status__in"),
    "schema_management_mode": ("schema_management_modes", "schema_management_mode__in"),
    "migration_provider_key": ("migration_provider_keys", "migration_provider_key__in"),
    "labels": ("labels__in",),
}
CONTAINS = (
    "identifier",
    "namespace",
    "physical_schema",
    "physical_table_name",
    "migration_provider_key",
)
TEXT = {"type": "string"}
TEXTS = {"type": "array", "items": TEXT, "minItems": 1}
TRUTH = {"type": "boolean"}
SCHEMAS: Mapping[Lookup, Mapping[str, Any]] = {
    "exact": TEXT,
    "contains": TEXT,
    "contains_any_case": TEXT,
    "in": TEXTS,
    "isnull": TRUTH,
}


def _filters() -> Iterator[tuple[str, str, Lookup]]:
    for field, lists in ALIASES.items():
        yield field, field, "exact"
        yield from ((name, field, "in") for name in lists)
    yield "data_source_uid", "data_source__uid", "exact"
    yield from ((f"{field}__contains", field, "contains") for field in CONTAINS)
    yield "labels__contains", "labels", "contains_any_case"
    # In the identifier, or in the name of the table.
    yield "q", "q", "contains_any_case"
    yield "namespace__isnull", "namespace", "isnull"
    yield "namespace__empty", "namespace", "isnull"


FILTERS: Mapping[str, tuple[str, Lookup]] = {name: (field, how) for name, field, how in _filters()}
UID_FIELDS = frozenset({"uid", "data_source__uid"})
# Of the client's context, which the platform ignores too.
IGNORED = frozenset(
    {"code_repository_branch_uid", "current_code_repository_branch_uid", "list_tables"}
)


def parse_body(
    resource: ResourceKind, body: Mapping[str, Any], default_limit: int = MAX_FILTERED
) -> tuple[list[FilterClause], Page]:
    """The filters of a ``filter/`` body.

    Raises:
        UnknownFilterError: tables have no such filter.
        InvalidRequestError: a value has the wrong type, or is out of range.
    """
    given = dict(body)
    indexed = given.pop("time_indexed", None)
    limit = _number("limit", given.pop("limit", default_limit), 1, MAX_FILTERED)
    offset = _number("offset", given.pop("offset", 0), 0, 2**31 - 1)
    clauses = [_clause(resource, name, value) for name, value in given.items()]
    # Tables of the resource for time-indexed ones are so, whatever the request says.
    kind = None if indexed is None else _kind(_truth("time_indexed", indexed))
    if kind is not None and resource == "meta-tables":
        clauses.append(FilterClause("table_kind", "exact", (kind,)))
    return clauses, Page(limit, offset)


def parse_query(
    resource: ResourceKind, query: Iterable[tuple[str, str]], default_limit: int
) -> tuple[list[FilterClause], Page]:
    """The filters of a list request; a list is several values, or one with commas.

    Raises:
        UnknownFilterError, InvalidRequestError: as of ``parse_body``.
    """
    values: dict[str, list[str]] = {}
    for name, value in query:
        values.setdefault(name, []).append(value)
    given = {name: _typed(name, texts) for name, texts in values.items() if name not in IGNORED}
    return parse_body(resource, given, default_limit)


def _typed(name: str, texts: list[str]) -> Any:
    """The value that a query string stands for."""
    lookup = FILTERS.get(name, ("", "exact"))[1]
    if lookup == "in":
        return [part for text in texts for part in text.split(",") if part]
    value = texts[-1]
    if name in {"limit", "offset"} and value.isdecimal():
        return int(value)
    if (lookup == "isnull" or name == "time_indexed") and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    return value


def _clause(resource: ResourceKind, name: str, value: object) -> FilterClause:
    if name not in FILTERS:
        raise UnknownFilterError(
            f"{resource} has no filter {name!r} on msm-local; it has "
            f"{', '.join(sorted(FILTERS))}, limit, offset and time_indexed.",
            filter_name=name,
            allowed=sorted(FILTERS),
        )
    field, lookup = FILTERS[name]
    match lookup, value:
        case "isnull", _:
            return FilterClause(field, "isnull", ("true" if _truth(name, value) else "false",))
        case "exact", None:
            return FilterClause(field, "isnull", ("true",))
        case "exact", str() if field == "labels":
            names = tuple(part.strip() for part in value.split(",") if part.strip())
            return FilterClause(field, "in", tuple(_text(name, field, part) for part in names))
        case "in", list() if value:
            return FilterClause(field, "in", tuple(_text(name, field, item) for item in value))
        case "in", _:
            raise InvalidRequestError(f"The filter {name!r} takes a list of texts, not {value!r}.")
    return FilterClause(field, lookup, (_text(name, field, value),))


def _text(name: str, field: str, value: object) -> str:
    # PostgreSQL refuses a NUL in text, and would answer with an error that names no filter.
    if not isinstance(value, str) or not value or "\x00" in value:
        raise InvalidRequestError(f"The filter {name!r} takes text, not {value!r}.")
    if field not in UID_FIELDS:
        return value
    try:
        return str(UUID(value))
    except ValueError as error:
        raise InvalidRequestError(f"The filter {name!r} takes a uid, not {value!r}.") from error


def _kind(indexed: bool) -> str:
    return "time_indexed" if indexed else "relational"


def _truth(name: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise InvalidRequestError(f"The filter {name!r} takes true or false, not {value!r}.")


def _number(name: str, value: object, minimum: int, maximum: int) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and minimum <= value <= maximum:
        return value
    raise InvalidRequestError(
        f"The parameter {name!r} takes a number from {minimum} to {maximum}, not {value!r}."
    )
