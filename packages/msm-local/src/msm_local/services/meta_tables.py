"""Read, change and delete rows of the catalog."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from msm_local.contract.filters import FilterClause, Page, ResourceKind
from msm_local.contract.requests import MetaTablePatch
from msm_local.errors import (
    IdentifierTakenError,
    NotFoundError,
    NotImplementedHereError,
    ProtectedError,
)
from msm_local.repositories import meta_tables, physical
from msm_local.repositories.meta_table_rows import MetaTableRow

__all__ = [
    "DeleteOptions",
    "add_labels",
    "delete",
    "get",
    "list_page",
    "patch",
    "remove_labels",
    "require",
]


@dataclass(frozen=True, slots=True)
class DeleteOptions:
    """The query parameters of a deletion, as the SDK declares them."""

    full_delete_selected: bool = False
    full_delete_downstream_tables: bool = False
    delete_with_no_table: bool = False
    override_protection: bool = False


def list_page(
    connection: Connection[Any],
    resource: ResourceKind,
    clauses: list[FilterClause],
    page: Page,
) -> tuple[int, list[MetaTableRow]]:
    """The number of matching rows, and the rows of the page."""
    rows = meta_tables.find(connection, resource, clauses, page)
    if page.limit is None and page.offset == 0:
        return len(rows), rows
    return meta_tables.count(connection, resource, clauses), rows


def get(
    connection: Connection[Any], resource: ResourceKind, uid: UUID, *, lock: bool = False
) -> MetaTableRow:
    """The row; with ``lock`` it is locked until the transaction ends.

    Raises:
        NotFoundError: no row has this uid, it is of the other kind, or it was deleted.
    """
    row = meta_tables.find_by_uids(connection, [uid], lock=lock).get(uid)
    relational = row is not None and row.table_kind == "relational"
    if (
        row is None
        or row.deleted_at is not None
        or (resource == "time-index-meta-tables" and relational)
    ):
        raise NotFoundError(f"{resource} has no row with uid {uid}.")
    return row


def require(connection: Connection[Any], uids: Sequence[UUID]) -> None:
    """Check that the catalog has, or had, a row with each uid.

    Raises:
        NotFoundError: it never had one of them.
    """
    unknown = sorted(set(uids) - set(meta_tables.find_by_uids(connection, uids)))
    if unknown:
        raise NotFoundError(f"The catalog has no row with uid {', '.join(map(str, unknown))}.")


def patch(
    connection: Connection[Any], resource: ResourceKind, uid: UUID, request: MetaTablePatch
) -> MetaTableRow:
    """Change the fields that the request names, and return the row.

    Raises:
        NotFoundError: there is no such row.
        IdentifierTakenError: another row has the identifier.
    """
    row = get(connection, resource, uid)
    changes: Mapping[str, Any] = {
        name: value
        for name, value in request.model_dump().items()
        if name in request.model_fields_set
    }
    if not changes:
        return row
    identifier = request.identifier
    if identifier is not None:
        other = meta_tables.find_by_identifier(connection, [identifier]).get(identifier)
        if other is not None and other.uid != uid:
            raise IdentifierTakenError(
                f"The identifier {identifier!r} belongs to {other.qualified_name}; choose another.",
                identifier=identifier,
            )
    return meta_tables.patch(connection, uid, changes)


def add_labels(
    connection: Connection[Any], resource: ResourceKind, uid: UUID, labels: Sequence[str]
) -> list[str]:
    """Add the labels that the row does not have, and return all of its labels.

    Raises:
        NotFoundError: there is no such row.
    """
    # Locked: two clients that add labels at once must not overwrite each other's.
    row = get(connection, resource, uid, lock=True)
    wanted = list(dict.fromkeys([*row.labels, *labels]))
    return meta_tables.patch(connection, uid, {"labels": wanted}).labels


def remove_labels(
    connection: Connection[Any], resource: ResourceKind, uid: UUID, labels: Sequence[str]
) -> list[str]:
    """Remove these labels from the row, and return its remaining ones.

    Raises:
        NotFoundError: there is no such row.
    """
    row = get(connection, resource, uid, lock=True)
    wanted = [label for label in row.labels if label not in labels]
    return meta_tables.patch(connection, uid, {"labels": wanted}).labels


def delete(
    connection: Connection[Any], resource: ResourceKind, uid: UUID, options: DeleteOptions
) -> None:
    """Delete a row of the catalog whose table does not exist.

    Raises:
        NotFoundError: there is no such row.
        ProtectedError: the row is protected, or its table exists; only a downgrade drops tables.
        NotImplementedHereError: an option that would delete more than this row.
    """
    if options.full_delete_downstream_tables or options.delete_with_no_table:
        raise NotImplementedHereError(
            "msm-local deletes one row at a time: full_delete_downstream_tables and "
            "delete_with_no_table are not implemented."
        )
    row = get(connection, resource, uid)
    if row.protect_from_deletion and not options.override_protection:
        raise ProtectedError(
            f"{row.qualified_name} is protected from deletion; set protect_from_deletion to false "
            "first.",
            table=row.qualified_name,
        )
    if physical.read_tables(connection, [(row.physical_schema, row.physical_table_name)]):
        raise ProtectedError(
            f"The table {row.qualified_name} exists; drop it with "
            "`mainsequence migrations downgrade`.",
            table=row.qualified_name,
        )
    meta_tables.mark_deleted(connection, [uid])
