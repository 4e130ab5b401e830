"""What is known of a recorded statement: its tables, and how PostgreSQL would run it."""

from collections.abc import Iterable
from datetime import datetime

import psycopg

from msm_local.database.pools import Database
from msm_local.errors import StatementRefusedError
from msm_local.repositories import operations
from msm_local.services.activity.recorder import Operation
from msm_local.services.failures import failure
from msm_local.services.metatables.operations import check_tables
from msm_local.services.metatables.parameters import name_positions
from msm_local.sql.parser import Statement, TableName, parse

__all__ = ["last_writes", "plan_of", "tables_of"]

PLAN_TIMEOUT_MS = 5_000
WRITES = frozenset({"insert", "update", "upsert", "delete"})


def tables_of(operation: Operation) -> list[TableName]:
    """The tables that a statement uses; none if it cannot be read."""
    if not operation.asked.statement or not operation.is_whole:
        return []
    try:
        parsed = _parsed(operation)
    except StatementRefusedError:
        return []
    return sorted(parsed.reads | parsed.writes)


def last_writes(operations: Iterable[Operation]) -> dict[TableName, datetime]:
    """When each table was last written by a recorded operation that succeeded.

    Args:
        operations: the oldest first.
    """
    found: dict[TableName, datetime] = {}
    for operation in operations:
        if operation.asked.kind not in WRITES or operation.outcome.error or not operation.is_whole:
            continue
        for table in _parsed(operation).writes:
            found[table] = operation.began
    return found


def plan_of(database: Database, operation: Operation) -> list[str]:
    """The plan of PostgreSQL for a statement with any values, as lines.

    Nothing is run: the transaction is of the runtime role, can only read, and ends in a rollback.

    Raises:
        RequestError: there is no plan; the sentence says why.
    """
    if not operation.asked.statement:
        raise StatementRefusedError(f"The operation {operation.asked.kind!r} has no statement.")
    if not operation.is_whole:
        raise StatementRefusedError("The statement was too long to keep all of it.")
    parsed = _parsed(operation)
    with database.transaction() as connection:
        check_tables(connection, parsed)
    try:
        with (
            database.runtime_transaction() as connection,
            connection.transaction(force_rollback=True),
        ):
            return operations.explain(
                connection, parsed.text, len(parsed.placeholders), timeout_ms=PLAN_TIMEOUT_MS
            )
    except psycopg.Error as error:
        raise failure(error) from error


def _parsed(operation: Operation) -> Statement:
    text = operation.asked.statement
    match operation.asked.placeholders:
        case "none":
            text = text.replace("%", "%%")
        case "positional":
            text = name_positions(text)
    return parse(text)
