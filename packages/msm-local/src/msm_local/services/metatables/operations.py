"""Operations of generation 2: one statement over the active tables of the data source."""

from itertools import islice
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection
from psycopg.errors import QueryCanceled

from msm_local.contract.metatables import responses
from msm_local.contract.metatables.limits import MAX_OFFSET
from msm_local.contract.metatables.requests import (
    CompiledOperation,
    Limits,
    OperationKind,
    Query,
    Statement,
)
from msm_local.database.json_loaders import read_as_json
from msm_local.database.pools import Database
from msm_local.errors import (
    DeadlineExceededError,
    EmptyStatementError,
    OtherDataSourceError,
    PostgresqlRefusedError,
    QueryLimitsError,
    StatementRefusedError,
)
from msm_local.repositories import meta_tables, physical, transfers
from msm_local.services.cancellation import Cancellation
from msm_local.services.metatables.parameters import NamedStatement, bound, with_names
from msm_local.services.metatables.results import Page
from msm_local.services.statements import check_hidden
from msm_local.sql.parser import PUBLIC, invalid_text, parse
from msm_local.sql.parser import Statement as Parsed

__all__ = ["check_tables", "run_operation", "run_query"]

FIRST_FETCH = 200
SELECT: OperationKind = "select"


def run_operation(
    database: Database, request: CompiledOperation, cancellation: Cancellation
) -> responses.OperationResult:
    """Run an operation and return its rows, and where the next ones begin.

    The label of the operation only decides whether its transaction may write.

    Raises:
        CompiledSqlError: PostgreSQL refused the statement, or it does not fit the limits.
        StatementRefusedError: it contains what operations may not, or uses a table that is not
            active.
        ClientGoneError: the client disconnected.
        DatabaseUnavailableError: PostgreSQL does not answer.
    """
    limits = request.limits
    _check_request(database, request.data_source_uid, request.statement.sql, limits)
    statement = with_names(request.statement)
    parsed = _parse(database, statement)
    values = bound(statement, parsed)
    with database.transaction() as connection:
        check_tables(connection, parsed)
    page, row_count = _run(database, request.operation, parsed, values, limits, cancellation)
    return {
        "ok": True,
        "operation": request.operation,
        "dialect": "postgresql",
        "data_source_uid": str(request.data_source_uid),
        "rows": page.rows,
        "row_count": row_count,
        "max_rows": limits.max_rows,
        "truncated": page.is_full,
        "pagination": {
            "limit": limits.max_rows,
            "offset": limits.offset,
            "returned_count": page.count,
            "has_more": page.is_full,
            "next_offset": limits.offset + page.count if page.is_full else None,
        },
    }


def run_query(
    database: Database, query: Query, cancellation: Cancellation
) -> responses.QueryResult:
    """Run a SELECT without parameters.

    Raises:
        RequestError: every error of an operation.
    """
    request = CompiledOperation(
        operation=SELECT,
        statement=Statement(sql=query.sql),
        data_source_uid=query.data_source_uid,
        limits=query.limits,
    )
    answer = run_operation(database, request, cancellation)
    return {
        "ok": True,
        "results": answer["rows"],
        "row_count": answer["row_count"],
        "max_rows": answer["max_rows"],
        "truncated": answer["truncated"],
        "error": None,
    }


def _check_request(database: Database, data_source: UUID, sql: str, limits: Limits) -> None:
    ours = database.settings.data_source_uid
    if data_source != ours:
        raise OtherDataSourceError(
            f"There is no data source {data_source}; this platform has only {ours}."
        )
    if limits.offset > MAX_OFFSET:
        raise QueryLimitsError(
            f"limits.offset is {limits.offset}, and at most {MAX_OFFSET} rows can be skipped; page "
            "by a key."
        )
    if not sql.strip():
        raise EmptyStatementError("The statement is blank.")


def _parse(database: Database, statement: NamedStatement) -> Parsed:
    # As psycopg does it: without parameters the text has no placeholders, and percent signs in it
    # mean themselves.
    text = statement.sql if statement.parameters else statement.sql.replace("%", "%%")
    try:
        return parse(text)
    except StatementRefusedError as error:
        invalid = invalid_text(text)
        if invalid is None:
            raise
        with database.runtime_transaction() as connection:
            problem = transfers.parse_error(connection, invalid)
        if problem is None:
            raise
        raise PostgresqlRefusedError(problem) from error


def check_tables(connection: Connection[Any], parsed: Parsed) -> None:
    """Refuse a statement that uses more than the active tables.

    Args:
        connection: of the platform role, because the runtime role cannot see the catalog.
        parsed: the statement.

    Raises:
        StatementRefusedError: it does.
    """
    used = parsed.reads | parsed.writes
    rows = meta_tables.find_scope_by_names(connection, sorted(used))
    # PostgreSQL itself says so where a table does not exist at all.
    unknown = [table for _schema, table in used - set(rows)]
    inactive = {(PUBLIC, table) for table in physical.find_relations(connection, unknown)}
    inactive |= {name for name, row in rows.items() if row.provisioning_status != "active"}
    if inactive:
        names = ", ".join(sorted(".".join(name) for name in inactive))
        raise StatementRefusedError(
            f"The statement uses {names}, not active in the catalog of this data source; run "
            "`metatables migrations upgrade` for a provider that has its model."
        )
    locked = parsed.reads if parsed.locks else frozenset[tuple[str, str]]()
    for name in sorted(parsed.writes | locked):
        if name in rows and rows[name].is_version_table:
            raise StatementRefusedError(
                f"{'.'.join(name)} keeps Alembic's revision; only a migration may write to it."
            )
    check_hidden(connection, parsed, rows)


def _run(
    database: Database,
    label: OperationKind,
    parsed: Parsed,
    values: list[Any],
    limits: Limits,
    cancellation: Cancellation,
) -> tuple[Page, int]:
    """Run the statement; its page, and how many rows it has or has changed."""
    is_select = parsed.kind == SELECT
    page = Page(limits.max_rows, must_fit=label == SELECT)
    try:
        with database.runtime_transaction() as connection, cancellation.covers(connection):
            run = _select if is_select else _write
            total = run(connection, label, parsed, values, limits, page)
    except QueryCanceled as error:
        raise DeadlineExceededError(
            f"The statement ran longer than {limits.statement_timeout_ms} ms "
            "(limits.statement_timeout_ms)."
        ) from error
    except psycopg.Error as error:
        text = transfers.error_text(error, declared=is_select)
        raise PostgresqlRefusedError(text) from error
    except (TypeError, ValueError) as error:
        # A value that JSON cannot carry, or a parameter that PostgreSQL cannot.
        raise PostgresqlRefusedError(str(error)) from error
    return page, page.count if label == SELECT else total


def _select(
    connection: Connection[Any],
    label: OperationKind,
    parsed: Parsed,
    values: list[Any],
    limits: Limits,
    page: Page,
) -> int:
    asked = min(page.room, FIRST_FETCH)
    cursor, skipped = transfers.open_select(
        connection,
        parsed.text,
        values,
        read_as_json,
        timeout_ms=limits.statement_timeout_ms,
        read_only=label == SELECT,
        offset=limits.offset,
        count=asked,
    )
    total = skipped + cursor.rowcount
    page.extend(cursor, transfers.oids(cursor))
    while cursor.rowcount == asked and page.room:
        # Few rows first, and then as many as fit: rows must not pile up before they are counted.
        asked = min(page.room, 2 * asked)
        cursor = transfers.fetch(connection, read_as_json, asked)
        total += cursor.rowcount
        page.extend(cursor, transfers.oids(cursor))
    # Of a SELECT that is labelled as a write, all rows count.
    return total if label == SELECT else total + transfers.run_out(connection)


def _write(
    connection: Connection[Any],
    label: OperationKind,
    parsed: Parsed,
    values: list[Any],
    limits: Limits,
    page: Page,
) -> int:
    cursor = transfers.write(
        connection,
        parsed.text,
        values,
        read_as_json,
        timeout_ms=limits.statement_timeout_ms,
        read_only=label == SELECT,
    )
    if cursor.description is not None:
        # What does not fit into the answer is written all the same.
        page.extend(islice(cursor, limits.offset, None), transfers.oids(cursor))
    return cursor.rowcount
