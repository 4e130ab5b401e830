"""Reserve and change rows of the catalog by the rules of generation 2."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection

from msm_local.contract.filters import ResourceKind
from msm_local.contract.metatables.requests import MetaTablePatch, ReservationRow
from msm_local.contract.requests import MetaTablePatch as StoredPatch
from msm_local.contract.requests import ReservationRow as StoredRow
from msm_local.errors import ProtectedError
from msm_local.repositories.meta_table_rows import MetaTableRow
from msm_local.repositories.settings import Settings
from msm_local.services.meta_tables import get, patch
from msm_local.services.metatables.contracts import check_contracts
from msm_local.services.metatables.storage_layout import check_layout
from msm_local.services.reservation import reserve

__all__ = ["change", "refuse_deletion", "reserve_tables"]


def reserve_tables(
    connection: Connection[Any], settings: Settings, rows: Sequence[ReservationRow]
) -> list[MetaTableRow]:
    """Reserve all tables or none, and return their rows in the order of the request.

    Raises:
        RequestError: every error of a reservation.
    """
    check_contracts(connection, rows)
    for row in rows:
        authored = row.table_contract.authoring.time_indexed
        names = authored.index_names or [row.time_index_name or ""]
        if row.time_index_name is not None:
            table = f"{row.physical_schema}.{row.physical_table_name}"
            check_layout(table, names, authored.storage_layout)
    return reserve(connection, settings, None, [_stored(row) for row in rows])


def _stored(row: ReservationRow) -> StoredRow:
    given = row.model_dump(
        mode="json", by_alias=True, exclude_unset=True, include=set(StoredRow.model_fields)
    )
    given["identifier"] = _trimmed(row.identifier)
    given["namespace"] = _namespace(row.namespace)
    given["time_index_name"] = _trimmed(row.time_index_name)
    return StoredRow(**given)


def change(
    connection: Connection[Any], resource: ResourceKind, uid: UUID, request: MetaTablePatch
) -> MetaTableRow:
    """Change the fields that the request names, and return the row.

    Raises:
        NotFoundError: there is no such row.
        IdentifierTakenError: another row has the identifier.
    """
    # Tables that a migration made stay protected, whatever the request says.
    given = request.model_dump(exclude_unset=True, exclude={"protect_from_deletion"})
    if "identifier" in given:
        given["identifier"] = _trimmed(request.identifier)
    if "namespace" in given:
        given["namespace"] = _namespace(request.namespace)
    if "labels" in given:
        given["labels"] = request.labels or []
    return patch(connection, resource, uid, StoredPatch(**given))


def refuse_deletion(connection: Connection[Any], resource: ResourceKind, uid: UUID) -> None:
    """Refuse to delete a row: only its migration removes it.

    Raises:
        NotFoundError: there is no such row.
        ProtectedError: there is.
    """
    row = get(connection, resource, uid)
    raise ProtectedError(
        f"{row.qualified_name} is managed by its migrations; remove its model and drop the table "
        "in a revision, or run `metatables migrations downgrade`.",
        table=row.qualified_name,
    )


def _trimmed(text: str | None) -> str | None:
    return (text or "").strip() or None


def _namespace(text: str | None) -> str | None:
    # The platform has one namespace for all ways to capitalize it.
    return (text or "").strip().casefold() or None
