"""Finalize: after Alembic ran, the catalog takes over what PostgreSQL has.

- Table exists, row reserved: the row becomes active, which is what "finalized" means.
- Table exists, row active: its shape is read again.
- Table exists, row deleted: the row becomes active again, under its old uid.
- No table, row active: the downgrade dropped it; the row becomes deleted, which is not a failure.
- No table, row reserved: not created yet; a failure only after an upgrade to head.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from psycopg import Connection

from msm_local.contract import responses
from msm_local.contract.requests import FinalizeRequest
from msm_local.repositories import meta_tables, physical
from msm_local.repositories.meta_table_rows import MetaTableRow, Shape
from msm_local.repositories.settings import Settings
from msm_local.services.meta_tables import require
from msm_local.services.observation import Observed, find_problem, observe

__all__ = ["finalize"]

HEADS = frozenset({"head", "heads"})
ACTIVE = "active"
RESERVED = "reserved"
DELETED = "deleted"
UNKNOWN = "unknown"


@dataclass(slots=True)
class _Outcome:
    uid: UUID
    row: MetaTableRow | None
    exists: bool
    before: str
    after: str
    error: dict[str, str] | None = None
    shape: Shape | None = field(default=None, repr=False)


def finalize(
    connection: Connection[Any], settings: Settings, request: FinalizeRequest
) -> responses.Finalized:
    """Reconcile the catalog with PostgreSQL; failures are per table, in the answer.

    Raises:
        NotFoundError: the catalog does not have the version table.
    """
    if request.alembic_version_meta_table_uid is not None:
        require(connection, [request.alembic_version_meta_table_uid])
    uids = list(dict.fromkeys(request.meta_table_uids))
    # Locked: two runs that finalize the same tables must not mix their statuses.
    rows = meta_tables.find_by_uids(connection, uids, lock=True)
    observed = observe(connection, rows.values())
    outcomes = [_judge(settings, request, uid, rows.get(uid), observed.get(uid)) for uid in uids]
    _store(connection, request, outcomes)
    stored = meta_tables.find_by_uids(connection, uids)
    return _answer(outcomes, stored)


def _judge(
    settings: Settings,
    request: FinalizeRequest,
    uid: UUID,
    row: MetaTableRow | None,
    observed: Observed | None,
) -> _Outcome:
    if row is None:
        error = _error("NotFoundError", f"The catalog has no row with uid {uid}.")
        return _Outcome(uid, None, exists=False, before=UNKNOWN, after=UNKNOWN, error=error)
    before = DELETED if row.deleted_at is not None else row.provisioning_status
    outcome = _Outcome(uid, row, exists=observed is not None, before=before, after=before)
    if observed is None:
        _judge_absent(outcome, row, everything=request.alembic_revision in HEADS)
    else:
        problem = find_problem(settings, row, observed)
        if problem is None:
            outcome.after, outcome.shape = ACTIVE, observed.shape
        else:
            outcome.error = _error(problem.kind, problem.sentence)
    key = request.migration_provider_key
    if key is not None and key != row.migration_provider_key:
        outcome.after, outcome.shape = before, None
        outcome.error = _error(
            "ProviderConflictError",
            f"The table {row.qualified_name} belongs to the provider "
            f"{row.migration_provider_key!r}, not to {key!r}.",
        )
    return outcome


def _judge_absent(outcome: _Outcome, row: MetaTableRow, *, everything: bool) -> None:
    if outcome.before == ACTIVE:
        outcome.after = DELETED
    if everything:
        outcome.error = _error(
            "TableMissingError",
            f"The table {row.qualified_name} does not exist after the upgrade to head; add a "
            "revision that creates it, or remove its model from the provider; if it was dropped by "
            "hand, `python -m migrations.check` prints the SQL that creates it.",
        )


def _store(
    connection: Connection[Any], request: FinalizeRequest, outcomes: Sequence[_Outcome]
) -> None:
    meta_tables.activate(
        connection, {item.uid: item.shape for item in outcomes if item.shape is not None}
    )
    dropped = [item.uid for item in outcomes if item.before == ACTIVE and item.after == DELETED]
    meta_tables.mark_deleted(connection, dropped)
    succeeded = [item.uid for item in outcomes if item.error is None]
    registry_uid = request.alembic_version_meta_table_uid
    revision = _revision(connection, request, outcomes)
    meta_tables.store_revision(connection, succeeded, revision, registry_uid)


def _revision(
    connection: Connection[Any], request: FinalizeRequest, outcomes: Sequence[_Outcome]
) -> str | None:
    """The revision in the version table; without such a table, the target in the request."""
    for item in outcomes:
        registry = item.row
        if item.uid != request.alembic_version_meta_table_uid or registry is None:
            continue
        if item.shape is None or not registry.is_version_table:
            return None
        # Alembic's version table has one column.
        versions = physical.read_versions(
            connection,
            registry.physical_schema,
            registry.physical_table_name,
            item.shape.columns[0].name,
        )
        return ",".join(versions) or None
    return request.alembic_revision


def _answer(outcomes: Sequence[_Outcome], stored: dict[UUID, MetaTableRow]) -> responses.Finalized:
    results = [_result(item, stored.get(item.uid)) for item in outcomes]
    failed = sum(item.error is not None for item in outcomes)
    return {
        "ok": failed == 0,
        "finalized_count": sum(result["finalized"] for result in results),
        "active_count": sum(item.after == ACTIVE for item in outcomes),
        "reserved_count": sum(item.after == RESERVED for item in outcomes),
        "failed_count": failed,
        "tables": results,
    }


def _result(item: _Outcome, row: MetaTableRow | None) -> responses.FinalizedTable:
    result: responses.FinalizedTable = {
        "meta_table_uid": str(item.uid),
        "previous_provisioning_status": item.before,
        "provisioning_status": item.after,
        "table_kind": UNKNOWN,
        "time_indexed": False,
        "finalized": item.after == ACTIVE and item.before != ACTIVE,
        "physical_table_exists": item.exists,
        "deleted": item.after == DELETED,
        "error": item.error,
    }
    if row is None:
        return result
    registry = row.alembic_version_meta_table_uid
    return {
        **result,
        "identifier": row.identifier,
        "physical_table_name": row.physical_table_name,
        "physical_schema": row.physical_schema,
        "table_kind": row.table_kind,
        "time_indexed": row.table_kind == "time_indexed",
        "cadence": row.cadence,
        "schema_management_mode": row.schema_management_mode,
        "migration_package": row.migration_package,
        "migration_namespace": row.migration_namespace,
        "migration_provider_key": row.migration_provider_key,
        "alembic_version_meta_table_uid": None if registry is None else str(registry),
        "alembic_revision": row.alembic_revision,
    }


def _error(kind: str, sentence: str) -> dict[str, str]:
    return {"error": kind, "detail": sentence}
