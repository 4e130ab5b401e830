"""The statements of operations, on a connection of the runtime role."""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection, Cursor, RawCursor, sql

__all__ = ["fetch", "open_select", "write"]

FETCH = sql.SQL("FETCH FORWARD {} FROM msm_result")
MOVE = sql.SQL("MOVE FORWARD {} FROM msm_result")


def open_select(
    connection: Connection[Any],
    text: str,
    parameters: Sequence[Any],
    *,
    timeout_ms: int,
    offset: int,
    count: int,
) -> Cursor[Any]:
    """Start a SELECT and fetch its first rows, in one round trip.

    Args:
        connection: of the runtime role, in a transaction without an earlier SELECT.
        text: the statement, with $1, $2 ... as placeholders.
        parameters: their values, $1 first.
        timeout_ms: timeout of each statement of the transaction, in milliseconds.
        offset: rows to skip.
        count: rows to fetch at most.
    """
    # A server-side cursor: rows beyond the page are never computed, or sent.
    declare = f"DECLARE msm_result NO SCROLL CURSOR FOR {text}"
    with connection.pipeline():
        _limit_time(connection, timeout_ms)
        connection.execute("SET TRANSACTION READ ONLY")
        _execute(RawCursor(connection), declare, parameters)
        if offset:
            connection.execute(MOVE.format(offset))
        return connection.execute(FETCH.format(count))


def fetch(connection: Connection[Any], count: int) -> Cursor[Any]:
    """Fetch the next rows, at most ``count``, of the SELECT that was started."""
    return connection.execute(FETCH.format(count))


def write(
    connection: Connection[Any], text: str, parameters: Sequence[Any], *, timeout_ms: int
) -> Cursor[Any]:
    """Run an INSERT, UPDATE or DELETE, in one round trip; its parameters are as of a SELECT."""
    cursor = RawCursor(connection)
    with connection.pipeline():
        _limit_time(connection, timeout_ms)
        _execute(cursor, text, parameters)
    return cursor


def _execute(cursor: RawCursor[Any], text: str, parameters: Sequence[Any]) -> None:
    # Prepared, because that takes the extended protocol, which carries one statement only: without
    # parameters psycopg would otherwise send the text as it is, with whatever follows a semicolon.
    cursor.execute(text.encode(), parameters, prepare=True)


def _limit_time(connection: Connection[Any], timeout_ms: int) -> None:
    connection.execute("SELECT set_config('statement_timeout', %s, true)", [str(timeout_ms)])
