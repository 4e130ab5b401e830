"""Errors of an operation: its statement cannot be sent, was refused, or has the wrong result."""

from collections.abc import Mapping, Sequence
from typing import Any

from msm.errors.base import MsmError
from msm.errors.platform import PlatformRefusedError

__all__ = [
    "CheckViolatedError",
    "ConflictError",
    "ConstraintError",
    "DiskFullError",
    "InvalidValueError",
    "MissingReferenceError",
    "MissingTableError",
    "NoStableOrderError",
    "NotAttachedError",
    "NotNullViolatedError",
    "OperationRefusedError",
    "ResultError",
    "ResultTruncatedError",
    "ResultValueError",
    "ReturningCutError",
    "StatementError",
    "StatementValueError",
    "StillReferencedError",
    "TimedOutError",
    "TooLargeError",
    "TransactionConflictError",
]


class StatementError(MsmError):
    """A statement cannot be sent as a MetaTable operation."""


class StatementValueError(StatementError):
    """A value in a statement cannot be sent."""


class NotAttachedError(StatementError):
    """A statement uses a table whose model has not been attached.

    Attributes:
        tables: the physical names of the tables that are not attached.
    """

    def __init__(self, message: str, *, tables: Sequence[str]) -> None:
        super().__init__(message)
        self.tables = tuple(tables)


class NoStableOrderError(StatementError):
    """A select has no key to page by, so its rows cannot be read in several parts.

    Attributes:
        reason: why it has no key.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"The statement cannot be read in pages, because {reason}; read models, aliases and "
            "inner joins with where(), ordered by their keys, and do the rest in Python."
        )


class ResultTruncatedError(StatementError):
    """A select has more rows than one answer carries, and no key to read the others by.

    Attributes:
        limit: the number of rows that came.
    """

    def __init__(self, message: str, *, limit: int) -> None:
        super().__init__(message)
        self.limit = limit


class OperationRefusedError(PlatformRefusedError):
    """The platform, or PostgreSQL behind it, refused the statement of an operation.

    Attributes:
        sqlstate: PostgreSQL's code; None where the platform does not send it.
        constraint: name of the constraint, or of the unique index, that was violated.
        table: physical name of the table that the error is about.
        model: identifier of that table's model, such as ``Asset``.
        columns: names of the columns that the error is about; empty where they are not known.
        values: by column, the value that was sent, where exactly one was.
    """

    def __init__(
        self,
        message: str,
        *,
        endpoint: str,
        status_code: int | None,
        detail: str,
        sqlstate: str | None = None,
        constraint: str | None = None,
        table: str | None = None,
        model: str | None = None,
        columns: Sequence[str] = (),
        values: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, endpoint=endpoint, status_code=status_code, detail=detail)
        self.sqlstate = sqlstate
        self.constraint = constraint
        self.table = table
        self.model = model
        self.columns = tuple(columns)
        self.values = dict(values or {})


class ConstraintError(OperationRefusedError):
    """A constraint of a table was violated; the platform may not have said which one."""


class ConflictError(ConstraintError):
    """A row with this key exists already."""


class MissingReferenceError(ConstraintError):
    """A row refers to a row that does not exist."""


class StillReferencedError(ConstraintError):
    """A row cannot be deleted, or change its key, because other rows refer to it."""


class CheckViolatedError(ConstraintError):
    """A CHECK of the table was violated."""


class NotNullViolatedError(ConstraintError):
    """A column that needs a value got none."""


class DiskFullError(OperationRefusedError):
    """PostgreSQL has no space left to write to."""


class MissingTableError(OperationRefusedError):
    """A table that is active in the catalog does not exist in the database."""


class InvalidValueError(OperationRefusedError):
    """A value does not fit the type of its column, or cannot be computed with."""


class TooLargeError(InvalidValueError):
    """A value is too large for its column, or a request or an answer for the platform."""


class TimedOutError(OperationRefusedError):
    """The statement ran, or waited for a lock, longer than its timeout."""


class TransactionConflictError(OperationRefusedError):
    """Another transaction was faster; the same statement may succeed now."""


class ResultError(MsmError):
    """A result is not what was asked for."""


class ReturningCutError(ResultError):
    """A write was done, and its RETURNING gave more rows than one answer carries.

    Attributes:
        row_count: how many rows were written.
        returned: how many of them came.
    """

    def __init__(self, message: str, *, row_count: int, returned: int) -> None:
        super().__init__(message)
        self.row_count = row_count
        self.returned = returned


class ResultValueError(ResultError):
    """A value of a result does not fit the Python type of its column.

    Attributes:
        column: name of the result column.
        value: what the platform sent, as JSON carries it.
    """

    def __init__(self, message: str, *, column: str, value: object) -> None:
        super().__init__(message)
        self.column = column
        self.value = value
