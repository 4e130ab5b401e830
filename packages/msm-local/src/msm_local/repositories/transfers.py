"""The statements of generation 2's operations, on a connection of the runtime role."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from psycopg import Connection, Cursor, RawCursor, pq, sql
from psycopg.rows import DictRow, dict_row

__all__ = ["Adapt", "error_text", "fetch", "oids", "open_select", "parse_error", "run_out", "write"]

# Makes a cursor read values in the form that the answer needs.
Adapt = Callable[[Cursor[Any]], None]

# A line of its own, so that PostgreSQL shows the statement as the client sent it.
DECLARE = "DECLARE msm_result NO SCROLL CURSOR FOR\n"
FETCH = sql.SQL("FETCH FORWARD {} FROM msm_result")
MOVE = sql.SQL("MOVE FORWARD {} FROM msm_result")
MOVE_ALL = "MOVE FORWARD ALL FROM msm_result"
POSITION = re.compile(r"^LINE (\d+): ", re.MULTILINE)


def open_select(
    connection: Connection[Any],
    text: str,
    parameters: Sequence[Any],
    adapt: Adapt,
    *,
    timeout_ms: int,
    read_only: bool,
    offset: int,
    count: int,
) -> tuple[Cursor[DictRow], int]:
    """Start a SELECT; its first rows, in one round trip, and how many rows were skipped.

    Args:
        connection: of the runtime role, in a transaction without an earlier SELECT.
        text: the statement, with $1, $2 ... as placeholders.
        parameters: their values, $1 first.
        adapt: applied to the cursor of the rows.
        timeout_ms: timeout of each statement of the transaction, in milliseconds.
        read_only: whether the statement may lock rows.
        offset: rows to skip.
        count: rows to fetch at most.
    """
    skipped = connection.cursor()
    rows = _row_cursor(connection, adapt)
    with connection.pipeline():
        _begin(connection, timeout_ms, read_only=read_only)
        RawCursor(connection).execute(f"{DECLARE}{text}".encode(), parameters, prepare=True)
        if offset:
            skipped.execute(MOVE.format(offset))
        rows.execute(FETCH.format(count))
    return rows, skipped.rowcount if offset else 0


def fetch(connection: Connection[Any], adapt: Adapt, count: int) -> Cursor[DictRow]:
    """Fetch the next rows, at most ``count``, of the SELECT that was started."""
    return _row_cursor(connection, adapt).execute(FETCH.format(count))


def oids(cursor: Cursor[Any]) -> list[int]:
    """The object id of the type of each column."""
    return [column.type_code for column in cursor.description or ()]


def run_out(connection: Connection[Any]) -> int:
    """Run the SELECT that was started to its end; the number of rows that were left."""
    return connection.execute(MOVE_ALL).rowcount


def write(
    connection: Connection[Any],
    text: str,
    parameters: Sequence[Any],
    adapt: Adapt,
    *,
    timeout_ms: int,
    read_only: bool,
) -> Cursor[DictRow]:
    """Run an INSERT, UPDATE or DELETE, in one round trip; its parameters are as of a SELECT."""
    cursor = RawCursor(connection, row_factory=dict_row)
    adapt(cursor)
    with connection.pipeline():
        _begin(connection, timeout_ms, read_only=read_only)
        cursor.execute(text.encode(), parameters, prepare=True)
    return cursor


def error_text(error: psycopg.Error, *, declared: bool) -> str:
    """PostgreSQL's own text about a statement, as if the statement had been sent alone.

    Args:
        error: what psycopg raised.
        declared: whether the statement was sent by ``open_select``.
    """
    text = str(error)
    if not declared:
        return text
    return POSITION.sub(lambda match: f"LINE {int(match[1]) - 1}: ", text, count=1)


def parse_error(connection: Connection[Any], text: str) -> str | None:
    """What PostgreSQL says about a text that it cannot parse, which is not run; None if it can."""
    result = connection.pgconn.prepare(b"", text.encode())
    if result.status != pq.ExecStatus.FATAL_ERROR:
        return None
    return pq.misc.error_message(result)


def _row_cursor(connection: Connection[Any], adapt: Adapt) -> Cursor[DictRow]:
    cursor = connection.cursor(row_factory=dict_row)
    adapt(cursor)
    return cursor


def _begin(connection: Connection[Any], timeout_ms: int, *, read_only: bool) -> None:
    connection.execute("SELECT set_config('statement_timeout', %s, true)", [str(timeout_ms)])
    if read_only:
        connection.execute("SET TRANSACTION READ ONLY")
