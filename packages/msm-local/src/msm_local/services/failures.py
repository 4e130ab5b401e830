"""From an error of PostgreSQL to one of ours: by SQLSTATE, because message texts are translated."""

from collections.abc import Mapping

import psycopg
from psycopg import errors as sqlstates

from msm_local.errors import (
    CheckViolatedError,
    ForeignKeyViolatedError,
    InvalidRequestError,
    NotNullViolatedError,
    OperationDeniedError,
    OperationFailedError,
    OperationTooLargeError,
    RequestError,
    StatementTimeoutError,
    TransactionConflictError,
    UniqueViolatedError,
    ValueRefusedError,
)

__all__ = ["failure"]

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
    sqlstates.LockNotAvailable: TransactionConflictError,
}
# The first two characters of an SQLSTATE are its class.
CLASSES: Mapping[str, type[OperationFailedError]] = {
    "22": ValueRefusedError,
    "53": OperationTooLargeError,
    "54": OperationTooLargeError,
}


def failure(error: psycopg.Error) -> RequestError:
    """The error of ours for a statement that psycopg or PostgreSQL refused."""
    if error.sqlstate is None:
        # Without a SQLSTATE psycopg refused a value before it sent the statement.
        return InvalidRequestError(f"A parameter cannot be sent to PostgreSQL: {error}.")
    by_state = next((ours for theirs, ours in FAILURES.items() if isinstance(error, theirs)), None)
    kind = by_state or CLASSES.get(error.sqlstate[:2], OperationFailedError)
    facts = error.diag
    return kind(
        f"PostgreSQL refused the statement: {facts.message_primary}.",
        sqlstate=error.sqlstate,
        constraint=facts.constraint_name,
        table=facts.table_name,
        column=facts.column_name,
        message_detail=facts.message_detail,
        hint=facts.message_hint,
    )
