"""Finalize by the rules of generation 2: a batch of tables, of which none may be missing unasked.

- Table exists: the row becomes or stays active, with the shape that PostgreSQL has and the texts
  that the models have.
- No table, and the request names it as removed: the row is deleted, which is not a failure.
- No table otherwise: a failure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from msm_local.contract.metatables import responses
from msm_local.contract.metatables.requests import FinalizeRequest
from msm_local.errors import InvalidRequestError, NotFoundError
from msm_local.repositories import meta_tables
from msm_local.repositories.meta_table_rows import MetaTableRow, Shape
from msm_local.repositories.settings import Settings
from msm_local.services.metatables.authoring import authored_shape, with_authored, with_observed
from msm_local.services.observation import Observed, find_problem, observe

__all__ = ["finalize"]

ACTIVE = "active"
RESERVED = "reserved"
DELETED = "deleted"
UNKNOWN = "unknown"
# Our own kinds of problems, under the codes of the platform.
CODES = {
    "OwnerError": "physical_table_inaccessible",
    "UnsupportedTypeError": "physical_contract_reconciliation_failed",
}


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one table; ``shape`` if its row is to be activated with it."""

    uid: UUID
    row: MetaTableRow | None
    before: str
    after: str
    exists: bool = False
    error: responses.Coded | None = None
    shape: Shape | None = None


def finalize(
    connection: Connection[Any], settings: Settings, request: FinalizeRequest
) -> responses.Finalized:
    """Reconcile the catalog with PostgreSQL; failures are per table, in the answer.

    Raises:
        NotFoundError: the version table is not one of this provider.
        InvalidRequestError: there are texts for tables that the request does not name.
    """
    uids = list(dict.fromkeys(request.meta_table_uids))
    authored = request.authored_metadata or {}
    if set(authored) - set(uids):
        raise InvalidRequestError("authored_metadata may name only tables of meta_table_uids.")
    _check_registry(connection, request)
    # Locked: two runs that finalize the same tables must not mix their statuses.
    found = meta_tables.find_by_uids(connection, uids, lock=True)
    rows = {
        uid: with_authored(row, authored.get(uid))
        for uid, row in found.items()
        if row.deleted_at is None
    }
    observed = observe(connection, rows.values())
    outcomes = [_judge(settings, request, uid, rows.get(uid), observed.get(uid)) for uid in uids]
    _store(connection, request, outcomes)
    stored = meta_tables.find_by_uids(connection, uids)
    return _answer(outcomes, stored)


def _check_registry(connection: Connection[Any], request: FinalizeRequest) -> None:
    uid = request.alembic_version_meta_table_uid
    if uid is None:
        return
    row = meta_tables.find_by_uids(connection, [uid]).get(uid)
    is_root = row is not None and row.alembic_version_meta_table_uid is None
    if row is None or row.deleted_at is not None or not is_root or _strange(request, row):
        raise NotFoundError(
            f"The catalog has no version table with uid {uid} for this migration provider."
        )


def _strange(request: FinalizeRequest, row: MetaTableRow) -> bool:
    """Whether the row belongs to another provider than the request names."""
    package, namespace = request.migration_package, request.migration_namespace
    key = request.migration_provider_key
    if key is None and package is not None and namespace is not None:
        key = f"{package}:{namespace}"
    named = (
        (package, row.migration_package),
        (namespace, row.migration_namespace),
        (key, row.migration_provider_key),
    )
    return any(asked is not None and asked != has for asked, has in named)


def _judge(
    settings: Settings,
    request: FinalizeRequest,
    uid: UUID,
    row: MetaTableRow | None,
    observed: Observed | None,
) -> _Outcome:
    if row is None:
        error = _error("meta_table_not_found", f"The catalog has no row with uid {uid}.")
        return _Outcome(uid, None, UNKNOWN, UNKNOWN, error=error)
    before = row.provisioning_status
    if _strange(request, row):
        error = _error(
            "provider_mismatch",
            f"The table {row.qualified_name} belongs to the provider "
            f"{row.migration_provider_key!r}.",
        )
        return _Outcome(uid, row, before, before, error=error)
    if observed is None:
        is_registry = uid == request.alembic_version_meta_table_uid
        if uid in request.removed_meta_table_uids and not is_registry:
            return _Outcome(uid, row, before, DELETED)
        return _Outcome(uid, row, before, before, error=_missing(row))
    refusal = _refusal(settings, row, observed)
    if refusal is not None:
        return _Outcome(uid, row, before, before, exists=True, error=refusal)
    return _Outcome(uid, row, before, ACTIVE, exists=True, shape=authored_shape(observed.shape))


def _missing(row: MetaTableRow) -> responses.Coded:
    return _error(
        "physical_table_missing",
        f"The table {row.qualified_name} does not exist, and the migration did not name it as "
        "removed; add a revision that creates it, or remove its model from the provider; if it "
        "was dropped by hand, `python -m migrations.check` prints the SQL that creates it.",
    )


def _refusal(settings: Settings, row: MetaTableRow, observed: Observed) -> responses.Coded | None:
    problem = find_problem(settings, row, observed)
    if problem is not None:
        return _error(CODES[problem.kind], problem.sentence)
    if not observed.shape.columns:
        return _error(
            "physical_contract_reconciliation_failed",
            f"The table {row.qualified_name} has no columns.",
        )
    strangers = sorted(
        f"{key.target_table_physical_schema}.{key.target_table_physical_table_name}"
        for key in observed.shape.foreign_keys
        if key.target_table_uid is None
    )
    if strangers:
        return _error(
            "physical_contract_reconciliation_failed",
            f"The table {row.qualified_name} references {', '.join(strangers)}, which the catalog "
            "does not have; migrate that table with a provider too, or drop the foreign key.",
        )
    return None


def _store(
    connection: Connection[Any], request: FinalizeRequest, outcomes: Sequence[_Outcome]
) -> None:
    active = [item for item in outcomes if item.row is not None and item.shape is not None]
    authored = request.authored_metadata or {}
    changed = [
        with_observed(item.row, item.shape)
        for item in active
        if item.row is not None and item.shape is not None and item.uid in authored
    ]
    meta_tables.store_texts(connection, changed)
    meta_tables.activate(
        connection, {item.uid: item.shape for item in active if item.shape is not None}
    )
    meta_tables.mark_deleted(connection, [item.uid for item in outcomes if item.after == DELETED])
    if "alembic_revision" in request.model_fields_set:
        meta_tables.store_revision(
            connection,
            [item.uid for item in active],
            request.alembic_revision,
            request.alembic_version_meta_table_uid,
        )


def _answer(outcomes: Sequence[_Outcome], stored: dict[UUID, MetaTableRow]) -> responses.Finalized:
    tables = [_result(item, stored.get(item.uid)) for item in outcomes]
    failed = sum(item.error is not None for item in outcomes)
    reserved = sum(item.after == RESERVED for item in outcomes)
    return {
        "ok": failed == 0 and reserved == 0,
        "finalized_count": sum(table["finalized"] for table in tables),
        "active_count": sum(item.after == ACTIVE for item in outcomes),
        "deleted_count": sum(item.after == DELETED for item in outcomes),
        "reserved_count": reserved,
        "failed_count": failed,
        "tables": tables,
    }


def _result(item: _Outcome, row: MetaTableRow | None) -> responses.FinalizedTable:
    # A row that the request cannot see is not described.
    row = None if item.row is None else row
    registry = None if row is None else row.alembic_version_meta_table_uid
    return {
        "meta_table_uid": str(item.uid),
        "identifier": None if row is None else row.identifier,
        "physical_schema": None if row is None else row.physical_schema,
        "physical_table_name": None if row is None else row.physical_table_name,
        "previous_provisioning_status": item.before,
        "provisioning_status": item.after,
        "table_kind": UNKNOWN if row is None else row.table_kind,
        "time_indexed": row is not None and row.table_kind == "time_indexed",
        "cadence": None if row is None else row.cadence,
        "finalized": item.after == DELETED or (item.after == ACTIVE and item.before != ACTIVE),
        "physical_table_exists": item.exists,
        "deleted": item.after == DELETED,
        "schema_management_mode": None if row is None else row.schema_management_mode,
        "migration_package": None if row is None else row.migration_package,
        "migration_namespace": None if row is None else row.migration_namespace,
        "migration_provider_key": None if row is None else row.migration_provider_key,
        "alembic_version_meta_table_uid": None if registry is None else str(registry),
        "alembic_revision": None if row is None else row.alembic_revision,
        "error": item.error,
    }


def _error(code: str, sentence: str) -> responses.Coded:
    return {"code": code, "detail": sentence}
