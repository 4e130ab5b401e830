"""Queries: a SELECT over one table, whose text a user typed."""

from uuid import UUID

from msm_local.contract import responses
from msm_local.contract.filters import ResourceKind
from msm_local.contract.requests import OperationRequest, Scope, ScopeTable, StatementBody
from msm_local.database.pools import Database
from msm_local.services import meta_tables
from msm_local.services.cancellation import Cancellation
from msm_local.services.operations import run_operation

__all__ = ["run"]


def run(
    database: Database, resource: ResourceKind, uid: UUID, sql: str, cancellation: Cancellation
) -> responses.QueryResult:
    """Run a SELECT that reads the table of ``uid`` and no other.

    Raises:
        NotFoundError: there is no such row.
        RequestError: every error of an operation.
    """
    with database.transaction() as connection:
        row = meta_tables.get(connection, resource, uid)
    request = OperationRequest(
        operation="select",
        # Typed text has no placeholders, so its percent signs mean themselves.
        statement=StatementBody(sql=sql.replace("%", "%%")),
        scope=Scope(tables=[ScopeTable(meta_table_uid=uid)]),
    )
    answer = run_operation(database, request, cancellation)
    return {
        "ok": True,
        "meta_table_uid": str(uid),
        "time_index_meta_table_uid": str(uid) if row.table_kind == "time_indexed" else None,
        "results": answer["rows"],
        "row_count": answer["row_count"],
        "max_rows": answer["max_rows"],
        "truncated": answer["truncated"],
    }
