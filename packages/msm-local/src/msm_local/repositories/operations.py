"""The statements of operations, on a connection of the runtime role."""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection, Cursor, RawCursor, sql

__all__ = ["explain", "fetch", "open_select", "write"]

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


def explain(connection: Connection[Any], text: str, count: int, *, timeout_ms: int) -> list[str]:
    """The plan of a statement for values that are not known, as lines; nothing is run.

    Args:
        connection: of the runtime role, in a transaction that did nothing yet.
        text: the statement, with $1, $2 ... as placeholders.
        count: how many placeholders it has.
        timeout_ms: the longest time to plan or to wait for a lock, in milliseconds.
    """
    connection.execute("SET TRANSACTION READ ONLY")
    _limit_time(connection, timeout_ms)
    # As GENERIC_PLAN of EXPLAIN, which PostgreSQL has from 16 on.
    connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    _execute(RawCursor(connection), f"PREPARE msm_plan AS {text}", ())
    try:
        values = f"({', '.join(['NULL'] * count)})" if count else ""
        # In a savepoint: DEALLOCATE must work after an error, since no rollback undoes a PREPARE.
        with connection.transaction():
            rows = connection.execute(f"EXPLAIN EXECUTE msm_plan{values}".encode()).fetchall()
    finally:
        connection.execute("DEALLOCATE msm_plan")
    return [str(line) for (line,) in rows]


def _execute(cursor: RawCursor[Any], text: str, parameters: Sequence[Any]) -> None:
    # Prepared, because that takes the extended protocol, which carries one statement only: without
    # parameters psycopg would otherwise send the text as it is, with whatever follows a semicolon.
    cursor.execute(text.encode(), parameters, prepare=True)


def _limit_time(connection: Connection[Any], timeout_ms: int) -> None:
    connection.execute("SELECT set_config('statement_timeout', %s, true)", [str(timeout_ms)])
