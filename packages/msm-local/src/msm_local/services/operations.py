"""Operations: one compiled-sql.v1 statement, checked against its scope, run as the runtime role."""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import Connection

from msm_local.contract import responses
from msm_local.contract.requests import (
    MAX_BYTES,
    MAX_MILLISECONDS,
    MAX_ROWS,
    OperationRequest,
    Scope,
)
from msm_local.database.pools import Database
from msm_local.database.values import ResultColumn, bind, result_columns, result_rows, result_size
from msm_local.errors import (
    AnswerTooLargeError,
    ForeignDataSourceError,
    InvalidRequestError,
    NotActiveError,
    NotFoundError,
    StatementRefusedError,
    TooManyRowsError,
)
from msm_local.repositories import meta_tables, operations
from msm_local.repositories.meta_table_rows import ScopeRow
from msm_local.repositories.settings import Settings
from msm_local.services.cancellation import Cancellation
from msm_local.services.failures import failure
from msm_local.services.statements import check_hidden
from msm_local.sql.parser import Statement, TableName, parse

__all__ = ["run_operation"]

# Few enough rows for the memory, however wide they are; later fetches grow.
FIRST_FETCH = 200


def run_operation(
    database: Database, request: OperationRequest, cancellation: Cancellation
) -> responses.OperationResult:
    """Run an operation and return its rows, and where the next ones begin.

    Raises:
        StatementRefusedError: not one statement of the declared kind, or outside its scope.
        NotFoundError, NotActiveError: a table of the scope does not exist, or is not active yet.
        OperationFailedError: PostgreSQL refused the statement; the class says why.
        ResultRefusedError: the rows have a type that JSON cannot carry.
        TooManyRowsError: a write returns more rows than one answer carries.
        AnswerTooLargeError: the rows take more bytes than one answer carries.
        ClientGoneError: the client disconnected.
        DatabaseUnavailableError: PostgreSQL does not answer.
    """
    statement = parse(request.statement.sql)
    if statement.kind != request.operation:
        raise StatementRefusedError(
            f"The operation is declared as {request.operation!r}, but its statement is of the kind "
            f"{statement.kind!r}."
        )
    # As the platform role, because the runtime role cannot see the catalog.
    with database.transaction() as connection:
        _check_scope(connection, database.settings, request.scope, statement)
    parameters = _parameters(request, statement)
    try:
        with database.runtime_transaction() as connection, cancellation.covers(connection):
            # The text that was parsed is the text that runs: a text made from the tree could mean
            # something else.
            if statement.kind == "select":
                return _select(connection, request, statement, parameters)
            return _write(connection, request, statement, parameters)
    except psycopg.Error as error:
        raise failure(error) from error


def _parameters(request: OperationRequest, statement: Statement) -> list[Any]:
    given = request.statement.parameters
    missing = sorted(set(statement.placeholders) - set(given))
    if missing:
        raise InvalidRequestError(f"The parameters have no value for {', '.join(missing)}.")
    types = request.statement.parameter_types or {}
    return [
        bind(name, given[name], types.get(name), is_json=name in statement.json_placeholders)
        for name in statement.placeholders
    ]


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
    rows = meta_tables.find_scope(connection, uids)
    unknown = [str(uid) for uid in uids if uid not in rows]
    if unknown:
        raise NotFoundError(f"The scope names tables that do not exist: {', '.join(unknown)}.")
    readable = {row.name: row for row in rows.values()}
    written = [table.meta_table_uid for table in scope.tables if table.access == "write"]
    writable = {rows[uid].name for uid in written}
    _check_tables(statement, readable, writable)
    check_hidden(connection, statement, readable)
    reserved = sorted(
        ".".join(row.name) for row in rows.values() if row.provisioning_status != "active"
    )
    if reserved:
        raise NotActiveError(
            f"Tables of the scope are not active yet: {', '.join(reserved)}; run `mainsequence "
            "migrations upgrade` first.",
            tables=reserved,
        )


def _check_tables(
    statement: Statement, readable: Mapping[TableName, ScopeRow], writable: set[TableName]
) -> None:
    used = statement.reads | statement.writes
    outside = sorted(".".join(name) for name in used if name not in readable)
    if outside:
        raise StatementRefusedError(
            f"The statement uses {', '.join(outside)}, which its scope does not declare."
        )
    locked = statement.reads if statement.locks else frozenset[TableName]()
    for name in statement.writes | locked:
        if readable[name].is_version_table:
            raise StatementRefusedError(
                f"{'.'.join(name)} keeps Alembic's revision; only a migration may write to it."
            )
        if name not in writable:
            raise StatementRefusedError(
                f"The statement writes or locks {'.'.join(name)}, which its scope declares as read."
            )


def _select(
    connection: Connection[Any],
    request: OperationRequest,
    statement: Statement,
    parameters: list[Any],
) -> responses.OperationResult:
    limits = request.limits
    page = min(limits.max_rows, MAX_ROWS)
    # One row more than the page, to know whether there is a next one.
    asked = min(page + 1, FIRST_FETCH)
    cursor = operations.open_select(
        connection,
        statement.text,
        parameters,
        timeout_ms=_timeout_ms(request),
        offset=limits.offset,
        count=asked,
    )
    columns = _columns(cursor)
    size = _checked_size(columns, cursor)
    found = cursor.fetchall()
    while cursor.rowcount == asked and len(found) <= page:
        # Twice as many in all with each fetch: the width of a row is known only after it was sent,
        # and rows above MAX_BYTES must not pile up before they are counted.
        asked = min(page + 1 - len(found), len(found))
        cursor = operations.fetch(connection, asked)
        size = _checked_size(columns, cursor, before=size)
        found += cursor.fetchall()
    rows = result_rows(columns, found[:page])
    return _answer(request, columns, rows, len(rows), page=page, more=len(found) > page)


def _write(
    connection: Connection[Any],
    request: OperationRequest,
    statement: Statement,
    parameters: list[Any],
) -> responses.OperationResult:
    cursor = operations.write(
        connection, statement.text, parameters, timeout_ms=_timeout_ms(request)
    )
    if cursor.description and cursor.rowcount > MAX_ROWS:
        raise TooManyRowsError(
            f"The write returns {cursor.rowcount} rows, and an answer carries at most {MAX_ROWS}; "
            "nothing was written: write fewer rows at once, or omit RETURNING.",
            limit=MAX_ROWS,
        )
    columns = _columns(cursor)
    _checked_size(columns, cursor)
    found = cursor.fetchall() if cursor.description else []
    rows = result_rows(columns, found)
    page = request.limits.max_rows
    return _answer(request, columns, rows, cursor.rowcount, page=page, more=False)


def _timeout_ms(request: OperationRequest) -> int:
    return min(request.limits.statement_timeout_ms, MAX_MILLISECONDS)


def _checked_size(
    columns: list[ResultColumn], cursor: psycopg.Cursor[Any], *, before: int = 0
) -> int:
    size = before + (result_size(columns, cursor.pgresult) if cursor.pgresult else 0)
    if size > MAX_BYTES:
        raise AnswerTooLargeError(
            f"The rows take more than {MAX_BYTES >> 20} MB, the limit of an answer, and nothing "
            "was written; ask for fewer rows at once (limits.max_rows), or for fewer columns.",
            limit=MAX_BYTES,
        )
    return size


def _columns(cursor: psycopg.Cursor[Any]) -> list[ResultColumn]:
    return result_columns([(item.name, item.type_code) for item in cursor.description or ()])


def _answer(
    request: OperationRequest,
    columns: list[ResultColumn],
    rows: list[dict[str, Any]],
    row_count: int,
    *,
    page: int,
    more: bool,
) -> responses.OperationResult:
    offset = request.limits.offset
    return {
        "ok": True,
        "operation": request.operation,
        "rows": rows,
        "row_count": row_count,
        "columns": [{"name": name, "type": token} for name, token in columns],
        "max_rows": request.limits.max_rows,
        "truncated": more,
        "pagination": {
            "limit": page,
            "offset": offset,
            "returned_count": len(rows),
            "has_more": more,
            "next_offset": offset + len(rows) if more else None,
        },
    }
