"""Errors of generation 2 whose answers carry a code."""

from typing import ClassVar

from msm_local.errors.request import RequestError

__all__ = [
    "CompiledSqlError",
    "DeadlineExceededError",
    "EmptyStatementError",
    "OtherDataSourceError",
    "OwnerUnreachableError",
    "PostgresqlRefusedError",
    "QueryLimitsError",
    "RowTooLargeError",
    "SqlParametersError",
]


class CompiledSqlError(RequestError):
    """Base of the errors that generation 2 answers with a code.

    Attributes:
        wire_code: the code in the answer.
    """

    wire_code: ClassVar[str]


class PostgresqlRefusedError(CompiledSqlError):
    """PostgreSQL refused the statement; the message is its own text, with its DETAIL lines."""

    wire_code = "compiled_sql_database_error"


class DeadlineExceededError(CompiledSqlError):
    """The statement exceeded limits.statement_timeout_ms."""

    wire_code = "sql_deadline_exceeded"


class QueryLimitsError(CompiledSqlError):
    """A limit of the request is out of range."""

    wire_code = "invalid_query_limits"


class EmptyStatementError(CompiledSqlError):
    """The SQL of the request is blank."""

    wire_code = "empty_sql"


class SqlParametersError(CompiledSqlError):
    """A parameter does not have the type that the request states for it."""

    wire_code = "invalid_sql_parameters"


class OtherDataSourceError(CompiledSqlError):
    """The request names a data source that this platform does not have."""

    status = 409
    wire_code = "data_source_not_selected_runtime"


class OwnerUnreachableError(CompiledSqlError):
    """Tables of a migration provider belong to a role that its migrations do not act as.

    Attributes:
        tables: their qualified names.
    """

    status = 409
    wire_code = "provider_tables_owner_unreachable"

    def __init__(self, message: str, *, tables: list[str]) -> None:
        super().__init__(message)
        self.tables = tables


class RowTooLargeError(CompiledSqlError):
    """One row takes more bytes than an answer carries for a row."""

    status = 413
    wire_code = "transfer_row_too_large"
