"""Operations: one compiled-sql.v1 statement, checked against its scope, run as the runtime role."""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import Connection, sql
from psycopg import errors as sqlstates

from msm_local.database import Database
from msm_local.errors import (
    CheckViolatedError,
    ForeignDataSourceError,
    ForeignKeyViolatedError,
    InvalidRequestError,
    NotActiveError,
    NotFoundError,
    NotNullViolatedError,
    OperationDeniedError,
    OperationFailedError,
    StatementRefusedError,
    StatementTimeoutError,
    TransactionConflictError,
    UniqueViolatedError,
)
from msm_local.repositories import meta_tables
from msm_local.repositories.meta_tables import MetaTableRow
from msm_local.repositories.settings import Settings
from msm_local.services.statements import Statement, TableName, parse
from msm_local.values import bind, result_columns, result_row
from msm_local.wire import Limits, OperationRequest, Scope

__all__ = ["execute"]

MOST_ROWS = 100_000
MOST_MILLISECONDS = 600_000
FAILURES: Mapping[type[psycopg.Error], type[OperationFailedError]] = {
    sqlstates.UniqueViolation: UniqueViolatedError,
    sqlstates.ExclusionViolation: UniqueViolatedError,
    sqlstates.ForeignKeyViolation: ForeignKeyViolatedError,
    sqlstates.RestrictViolation: ForeignKeyViolatedError,
    sqlstates.NotNullViolation: NotNullViolatedError,
    sqlstates.CheckViolation: CheckViolatedError,
    sqlstates.QueryCanceled: StatementTimeoutError,
    sqlstates.InsufficientPrivilege: OperationDeniedError,
    sqlstates.SerializationFailure: TransactionConflictError,
    sqlstates.DeadlockDetected: TransactionConflictError,
}


def execute(database: Database, request: OperationRequest) -> dict[str, Any]:
    """Run an operation and return its rows, with how to get the next ones.

    Raises:
        StatementRefusedError: not one statement of the declared kind, or outside its scope.
        NotFoundError, NotActiveError: the scope names tables that are not there (yet).
        OperationFailedError: PostgreSQL refused it; the class says why.
        ResultRefusedError: the rows cannot be carried as JSON.
        DatabaseUnavailableError: PostgreSQL does not answer.
    """
    statement = parse(request.statement.sql)
    if statement.kind != request.operation:
        raise StatementRefusedError(
            f"The operation says {request.operation!r}, and its statement is a {statement.kind}."
        )
    with database.transaction() as connection:
        _check_scope(connection, database.settings, request.scope, statement)
    parameters = _parameters(request, statement)
    try:
        with database.runtime_transaction() as connection:
            _limit_time(connection, request.limits.statement_timeout_ms)
            if statement.kind == "select":
                return _select(connection, request, parameters)
            return _write(connection, request, parameters)
    except psycopg.Error as error:
        raise _failure(error) from error


def _parameters(request: OperationRequest, statement: Statement) -> dict[str, Any]:
    given = request.statement.parameters
    missing = sorted(statement.placeholders - set(given))
    if missing:
        raise InvalidRequestError(f"The statement has no value for {', '.join(missing)}.")
    used = {name: given[name] for name in statement.placeholders}
    return bind(used, request.statement.parameter_types or {}, statement.json_placeholders)


def _check_scope(
    connection: Connection[Any], settings: Settings, scope: Scope, statement: Statement
) -> None:
    if scope.data_source_uid not in (None, settings.data_source_uid):
        raise ForeignDataSourceError(
            f"The scope names the data source {scope.data_source_uid}; this platform has only "
            f"{settings.data_source_uid}.",
            data_source_uid=str(scope.data_source_uid),
        )
    uids = [table.meta_table_uid for table in scope.tables]
    rows = meta_tables.find_by_uids(connection, uids)
    unknown = [str(uid) for uid in uids if uid not in rows or rows[uid].deleted_at is not None]
    if unknown:
        raise NotFoundError(f"The scope names tables that do not exist: {', '.join(unknown)}.")
    readable = {_name(row): row for row in rows.values()}
    writable = {
        _name(rows[table.meta_table_uid]) for table in scope.tables if table.access == "write"
    }
    _check_tables(statement, readable, writable)
    reserved = sorted(
        row.qualified_name for row in rows.values() if row.provisioning_status != "active"
    )
    if reserved:
        raise NotActiveError(
            f"Not active yet: {', '.join(reserved)}; run `mainsequence migrations upgrade` first.",
            tables=reserved,
        )


def _check_tables(
    statement: Statement, readable: Mapping[TableName, MetaTableRow], writable: set[TableName]
) -> None:
    used = statement.reads | statement.writes
    outside = sorted(".".join(name) for name in used if name not in readable)
    if outside:
        raise StatementRefusedError(
            f"The statement uses {', '.join(outside)}, which its scope does not declare."
        )
    for name in statement.writes:
        if readable[name].is_version_table:
            raise StatementRefusedError(
                f"{'.'.join(name)} keeps Alembic's revision; only a migration writes it."
            )
        if name not in writable:
            raise StatementRefusedError(
                f"The statement writes {'.'.join(name)}, which its scope declares as read."
            )


def _name(row: MetaTableRow) -> TableName:
    return (row.physical_schema, row.physical_table_name)


def _limit_time(connection: Connection[Any], milliseconds: int) -> None:
    connection.execute(
        "SELECT set_config('statement_timeout', %s, true)",
        [str(min(milliseconds, MOST_MILLISECONDS))],
    )


def _select(
    connection: Connection[Any], request: OperationRequest, parameters: dict[str, Any]
) -> dict[str, Any]:
    limits = request.limits
    page = min(limits.max_rows, MOST_ROWS)
    connection.execute("SET TRANSACTION READ ONLY")
    # prepare=True takes the extended protocol, which carries one statement only. The text was
    # parsed, and is one SELECT.
    declare = f"DECLARE msm_result NO SCROLL CURSOR FOR {request.statement.sql}"
    connection.execute(declare.encode(), parameters, prepare=True)
    if limits.offset:
        connection.execute(sql.SQL("MOVE FORWARD {} FROM msm_result").format(limits.offset))
    cursor = connection.execute(sql.SQL("FETCH FORWARD {} FROM msm_result").format(page + 1))
    columns = result_columns([(item.name, item.type_code) for item in cursor.description or ()])
    found = cursor.fetchall()
    rows = [result_row(columns, row) for row in found[:page]]
    return _answer(request, columns, rows, len(rows), more=len(found) > page)


def _write(
    connection: Connection[Any], request: OperationRequest, parameters: dict[str, Any]
) -> dict[str, Any]:
    cursor = connection.execute(request.statement.sql.encode(), parameters, prepare=True)
    columns = result_columns([(item.name, item.type_code) for item in cursor.description or ()])
    rows = [result_row(columns, row) for row in cursor.fetchall()] if cursor.description else []
    return _answer(request, columns, rows, cursor.rowcount, more=False)


def _answer(
    request: OperationRequest,
    columns: list[tuple[str, str]],
    rows: list[dict[str, Any]],
    row_count: int,
    *,
    more: bool,
) -> dict[str, Any]:
    limits: Limits = request.limits
    return {
        "ok": True,
        "operation": request.operation,
        "rows": rows,
        "row_count": row_count,
        "columns": [{"name": name, "type": token} for name, token in columns],
        "max_rows": limits.max_rows,
        "truncated": more,
        "pagination": {
            "limit": limits.max_rows,
            "offset": limits.offset,
            "returned_count": len(rows),
            "has_more": more,
            "next_offset": limits.offset + len(rows) if more else None,
        },
    }


def _failure(error: psycopg.Error) -> OperationFailedError:
    kind = next(
        (ours for theirs, ours in FAILURES.items() if isinstance(error, theirs)),
        OperationFailedError,
    )
    facts = error.diag
    return kind(
        f"PostgreSQL refused the statement: {facts.message_primary or error}.",
        sqlstate=error.sqlstate,
        constraint=facts.constraint_name,
        table=facts.table_name,
        column=facts.column_name,
        hint=facts.message_hint,
    )
