"""Errors of an operation whose statement PostgreSQL refused, one class per group of SQLSTATEs."""

from msm_local.errors.request import RequestError

__all__ = [
    "CheckViolatedError",
    "ForeignKeyViolatedError",
    "NotNullViolatedError",
    "OperationDeniedError",
    "OperationFailedError",
    "OperationTooLargeError",
    "StatementTimeoutError",
    "TransactionConflictError",
    "UniqueViolatedError",
    "ValueRefusedError",
]


class OperationFailedError(RequestError):
    """PostgreSQL refused the statement of an operation."""

    def __init__(
        self,
        message: str,
        *,
        sqlstate: str | None = None,
        constraint: str | None = None,
        table: str | None = None,
        column: str | None = None,
        message_detail: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate
        self.constraint = constraint
        self.table = table
        self.column = column
        self.message_detail = message_detail
        self.hint = hint


class UniqueViolatedError(OperationFailedError):
    """A row with this key exists."""

    status = 409


class ForeignKeyViolatedError(OperationFailedError):
    """A referenced row does not exist, or the row is still referenced."""

    status = 409


class NotNullViolatedError(OperationFailedError):
    """A column that must not be NULL got no value."""


class CheckViolatedError(OperationFailedError):
    """A row does not satisfy a CHECK of the table."""


class ValueRefusedError(OperationFailedError):
    """A value does not have the type of its column, or is out of range."""


class OperationTooLargeError(OperationFailedError):
    """The statement or its result exceeds a limit of PostgreSQL, or its memory or disk."""

    status = 413


class TransactionConflictError(OperationFailedError):
    """A concurrent transaction was in the way; the same request may succeed if sent again."""

    status = 409


class StatementTimeoutError(OperationFailedError):
    """The statement exceeded its timeout (of an operation: limits.statement_timeout_ms)."""

    status = 408


class OperationDeniedError(OperationFailedError):
    """The runtime role lacks the privilege."""

    status = 403
