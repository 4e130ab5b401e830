"""Errors that end a request before PostgreSQL sees its statement."""

from msm_local.errors.base import MsmLocalError

__all__ = [
    "AnswerTooLargeError",
    "ApiUnavailableError",
    "BodyTooLargeError",
    "ClientGoneError",
    "ConflictError",
    "DatabaseUnavailableError",
    "ForbiddenError",
    "ForeignDataSourceError",
    "IdentifierTakenError",
    "InvalidRequestError",
    "NotActiveError",
    "NotFoundError",
    "NotHereError",
    "NotImplementedHereError",
    "ProtectedError",
    "ProviderConflictError",
    "RequestError",
    "RequestTooSlowError",
    "ResultRefusedError",
    "RuntimeChangedError",
    "StatementRefusedError",
    "TableKindConflictError",
    "TooManyRowsError",
    "UnauthorizedError",
    "UnknownFilterError",
]


class RequestError(MsmLocalError):
    """Base of the errors that end a request."""

    status = 400


class UnauthorizedError(RequestError):
    """The request has no token, or a wrong one."""

    status = 401


class ForbiddenError(RequestError):
    """The Host or Origin header does not name this platform."""

    status = 403


class NotFoundError(RequestError):
    """The catalog has no row with the uid of the request."""

    status = 404


class NotImplementedHereError(RequestError):
    """The hosted platform may have this endpoint; msm-local does not."""

    status = 501


class NotHereError(RequestError):
    """The hosted platform may have this endpoint of generation 2; msm-local does not."""

    # Not 501, after which generation 2's client calls the outcome of a data request unknown; nor
    # 404, which reads as a row that does not exist.
    status = 400


class InvalidRequestError(RequestError):
    """The body or the query of the request is not valid for the endpoint."""


class UnknownFilterError(InvalidRequestError):
    """The resource does not declare this filter."""

    def __init__(self, message: str, *, filter_name: str, allowed: list[str]) -> None:
        super().__init__(message)
        self.filter_name = filter_name
        self.allowed = allowed


class StatementRefusedError(InvalidRequestError):
    """The SQL of an operation is not one statement of the declared kind, inside its scope."""


class ResultRefusedError(InvalidRequestError):
    """A result column has a type that compiled-sql.v1 cannot carry."""

    def __init__(self, message: str, *, column: str) -> None:
        super().__init__(message)
        self.column = column


class _LimitExceededError(RequestError):
    """Base of the errors that name the limit which was exceeded."""

    status = 413

    def __init__(self, message: str, *, limit: int) -> None:
        super().__init__(message)
        self.limit = limit


class BodyTooLargeError(_LimitExceededError):
    """The body of the request is larger than the platform accepts."""


class AnswerTooLargeError(_LimitExceededError):
    """The rows of an operation take more bytes than one answer carries; nothing was written."""


class TooManyRowsError(_LimitExceededError):
    """A write would return more rows than one answer carries; nothing was written."""


class RequestTooSlowError(RequestError):
    """The body of the request did not arrive in time."""

    status = 408


class ClientGoneError(RequestError):
    """The client disconnected; nobody reads this answer."""

    # Not an HTTP standard: the status that nginx logs for a client that closed its connection.
    status = 499


class ConflictError(RequestError):
    """Base of the requests that the state of the catalog does not allow."""

    status = 409


class ProviderConflictError(ConflictError):
    """The table belongs to another migration provider."""

    def __init__(self, message: str, *, table: str, owner: str | None, asked: str | None) -> None:
        super().__init__(message)
        self.table = table
        self.owner = owner
        self.asked = asked


class IdentifierTakenError(ConflictError):
    """Another table has this identifier."""

    def __init__(self, message: str, *, identifier: str) -> None:
        super().__init__(message)
        self.identifier = identifier


class ForeignDataSourceError(ConflictError):
    """The request names a data source that this platform does not have."""

    def __init__(self, message: str, *, data_source_uid: str) -> None:
        super().__init__(message)
        self.data_source_uid = data_source_uid


class TableKindConflictError(ConflictError):
    """The table exists as the other kind: relational instead of time-indexed, or the reverse."""

    def __init__(self, message: str, *, table: str) -> None:
        super().__init__(message)
        self.table = table


class RuntimeChangedError(ConflictError):
    """The request names another runtime than this platform has."""


class ProtectedError(ConflictError):
    """The row must not be deleted: it is protected, or its table still exists."""

    def __init__(self, message: str, *, table: str) -> None:
        super().__init__(message)
        self.table = table


class NotActiveError(ConflictError):
    """The scope of an operation names tables that no upgrade has activated yet."""

    def __init__(self, message: str, *, tables: list[str]) -> None:
        super().__init__(message)
        self.tables = tables


class ApiUnavailableError(RequestError):
    """The process that serves the metatables API has ended, or does not answer."""

    status = 503


class DatabaseUnavailableError(RequestError):
    """PostgreSQL does not answer."""

    # Not 503: the SDK would retry for minutes, although the platform itself ends when its
    # PostgreSQL does. And a write whose connection was lost may have been committed already.
    status = 424
