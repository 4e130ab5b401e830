"""Every error msm-local raises on purpose, as one tree.

    MsmLocalError
    ├── InstanceError             the command line cannot do what was asked of an instance
    │   ├── InvalidNameError
    │   ├── StateFolderError
    │   ├── PortBusyError
    │   ├── InstanceBusyError
    │   ├── NotRunningError
    │   ├── AlreadyRunningError
    │   ├── UnhealthyError
    │   ├── StartFailedError
    │   ├── StopFailedError
    │   ├── ClientsConnectedError
    │   ├── NotEmbeddedError
    │   ├── UnknownRevisionError
    │   ├── UnreadableRevisionError
    │   ├── TemplateFailedError
    │   ├── ResetFailedError
    │   ├── NotOursError
    │   └── ProgramMissingError
    ├── ClusterError              the embedded PostgreSQL does not do what it should
    │   └── BinariesMissingError
    ├── GitUnavailableError       no stand-in Git context can be made
    ├── DatabaseSetupError        roles or catalog cannot be brought into the database
    │   └── AdministratorNeededError
    └── RequestError              an answer to a client, with its HTTP status
        ├── UnauthorizedError, ForbiddenError, NotFoundError, NotImplementedHereError
        ├── InvalidRequestError, UnknownFilterError, StatementRefusedError, ResultRefusedError
        ├── BodyTooLargeError, AnswerTooLargeError, TooManyRowsError, RequestTooSlowError
        ├── ClientGoneError
        ├── ConflictError: ProviderConflictError, IdentifierTakenError, ForeignDataSourceError,
        │   TableKindConflictError, ProtectedError, NotActiveError
        ├── OperationFailedError and its classes, one per group of SQLSTATEs
        └── DatabaseUnavailableError

The HTTP status stands on the class; facts are attributes, and become fields of the JSON answer.
What the command line says besides the sentence stands there too: see MsmLocalError.
"""

import re
from typing import ClassVar

__all__ = [
    "AdministratorNeededError",
    "AlreadyRunningError",
    "AnswerTooLargeError",
    "BinariesMissingError",
    "BodyTooLargeError",
    "CheckViolatedError",
    "ClientGoneError",
    "ClientsConnectedError",
    "ClusterError",
    "ConflictError",
    "DatabaseSetupError",
    "DatabaseUnavailableError",
    "ForbiddenError",
    "ForeignDataSourceError",
    "ForeignKeyViolatedError",
    "GitUnavailableError",
    "IdentifierTakenError",
    "InstanceBusyError",
    "InstanceError",
    "InvalidNameError",
    "InvalidRequestError",
    "MsmLocalError",
    "NotActiveError",
    "NotEmbeddedError",
    "NotFoundError",
    "NotImplementedHereError",
    "NotNullViolatedError",
    "NotOursError",
    "NotRunningError",
    "OperationDeniedError",
    "OperationFailedError",
    "OperationTooLargeError",
    "PortBusyError",
    "ProgramMissingError",
    "ProtectedError",
    "ProviderConflictError",
    "RequestError",
    "RequestTooSlowError",
    "ResetFailedError",
    "ResultRefusedError",
    "StartFailedError",
    "StateFolderError",
    "StatementRefusedError",
    "StatementTimeoutError",
    "StopFailedError",
    "TableKindConflictError",
    "TemplateFailedError",
    "TooManyRowsError",
    "TransactionConflictError",
    "UnauthorizedError",
    "UnhealthyError",
    "UniqueViolatedError",
    "UnknownFilterError",
    "UnknownRevisionError",
    "UnreadableRevisionError",
    "ValueRefusedError",
]


class MsmLocalError(Exception):
    """Base of every error that msm-local raises on purpose.

    Attributes:
        status: the HTTP status of the answer, when the error ends a request.
        exit_code: the exit code of the command line, when the error ends a command.
        effect: what the command that it ended did and did not change.
    """

    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1
    effect: ClassVar[str] = "Nothing was changed."

    @classmethod
    def code(cls) -> str:
        """The name under which docs/local.md lists the error, such as ``port-busy``."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__.removesuffix("Error")).lower()

    def facts(self) -> dict[str, object]:
        """The attributes that are set, by name: what the JSON answer adds to the sentence."""
        return {name: value for name, value in vars(self).items() if value is not None}


class InstanceError(MsmLocalError):
    """The command line cannot do what was asked of an instance."""


class InvalidNameError(InstanceError):
    """An instance name has characters that a folder name should not have."""


class StateFolderError(InstanceError):
    """The state folder cannot be used: not ours, not writable, or with a file that is damaged."""

    effect = "No data was changed."


class PortBusyError(InstanceError):
    """The port that was asked for belongs to another process."""

    effect = "Nothing was started."

    def __init__(self, message: str, *, port: int) -> None:
        super().__init__(message)
        self.port = port


class InstanceBusyError(InstanceError):
    """Another start, stop or reset of the instance takes too long to wait for."""


class NotRunningError(InstanceError):
    """The command needs a running platform."""

    exit_code = 3


class AlreadyRunningError(InstanceError):
    """The platform runs, and what was asked for needs it stopped, or started otherwise."""

    effect = "It was left running."


class UnhealthyError(InstanceError):
    """The platform runs, but does not answer as it should."""

    exit_code = 4
    effect = "It was left running."


class StartFailedError(InstanceError):
    """The platform did not come up; the sentence names the step and the log."""

    effect = "Nothing is left running, and data that was there is as it was."


class StopFailedError(InstanceError):
    """The platform does not end; the sentence names the process and the log."""

    effect = "It still runs."


class ClientsConnectedError(InstanceError):
    """Clients are connected to the database that shall be replaced.

    Attributes:
        clients: how many.
    """

    def __init__(self, message: str, *, clients: int) -> None:
        super().__init__(message)
        self.clients = clients


class NotEmbeddedError(InstanceError):
    """The PostgreSQL of --database-url is not ours to do that with."""


class UnknownRevisionError(InstanceError):
    """The project has no such revision, or no revisions at all."""


class UnreadableRevisionError(InstanceError):
    """A revision file is no Python, or its ids are no literals."""


class TemplateFailedError(InstanceError):
    """The revisions could not be run on the template of a fresh database."""

    effect = "The database is as it was."


class ResetFailedError(InstanceError):
    """PostgreSQL could not put a fresh database in the place of the old one."""

    effect = "The database is as it was."


class NotOursError(InstanceError):
    """A folder that shall be deleted does not carry the marker of msm-local."""

    effect = "Nothing was deleted."


class ProgramMissingError(InstanceError):
    """A program that the command hands over to is not on this machine."""


class ClusterError(MsmLocalError):
    """The embedded PostgreSQL does not do what it should."""

    effect = "Nothing is left running, and data that was there is as it was."


class BinariesMissingError(ClusterError):
    """The wheel with the PostgreSQL binaries is not installed, or holds no binaries."""


class GitUnavailableError(MsmLocalError):
    """No stand-in Git context can be made."""

    effect = "No command was run, and no data was changed."


class DatabaseSetupError(MsmLocalError):
    """Roles or catalog cannot be brought into the database."""

    effect = "The database is as it was."


class AdministratorNeededError(DatabaseSetupError):
    """The role of the database URL lacks what only an administrator can give it.

    Attributes:
        script: SQL for the administrator, a statement a line.
    """

    exit_code = 5

    def __init__(self, message: str, *, script: str) -> None:
        super().__init__(message)
        self.script = script


class RequestError(MsmLocalError):
    """Base of the errors that a request can end in."""

    status = 400


class UnauthorizedError(RequestError):
    """The request carries no token, or another one."""

    status = 401


class ForbiddenError(RequestError):
    """Host or Origin is not this platform's own."""

    status = 403


class NotFoundError(RequestError):
    """No row of the catalog has the uid of the request."""

    status = 404


class NotImplementedHereError(RequestError):
    """The hosted platform may have this endpoint; msm-local does not."""

    status = 501


class InvalidRequestError(RequestError):
    """The body or the query of the request is not what the endpoint takes."""


class UnknownFilterError(InvalidRequestError):
    """A filter that the resource does not declare."""

    def __init__(self, message: str, *, filter_name: str, allowed: list[str]) -> None:
        super().__init__(message)
        self.filter_name = filter_name
        self.allowed = allowed


class StatementRefusedError(InvalidRequestError):
    """The SQL of an operation is not one statement of the declared kind, inside its scope."""


class ResultRefusedError(InvalidRequestError):
    """A result column that compiled-sql.v1 cannot carry."""

    def __init__(self, message: str, *, column: str) -> None:
        super().__init__(message)
        self.column = column


class BodyTooLargeError(RequestError):
    """The body of the request is larger than the platform takes."""

    status = 413

    def __init__(self, message: str, *, limit: int) -> None:
        super().__init__(message)
        self.limit = limit


class AnswerTooLargeError(RequestError):
    """The rows of an operation take more bytes than one answer carries; nothing was written."""

    status = 413

    def __init__(self, message: str, *, limit: int) -> None:
        super().__init__(message)
        self.limit = limit


class TooManyRowsError(RequestError):
    """A write would return more rows than one answer carries; nothing was written."""

    status = 413

    def __init__(self, message: str, *, limit: int) -> None:
        super().__init__(message)
        self.limit = limit


class RequestTooSlowError(RequestError):
    """The body of the request did not arrive in time."""

    status = 408


class ClientGoneError(RequestError):
    """The client hung up; nobody reads this."""

    status = 499


class ConflictError(RequestError):
    """Base of the requests that the state of the catalog forbids."""

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


class ProtectedError(ConflictError):
    """The row may not be deleted: protected, or its table still exists."""

    def __init__(self, message: str, *, table: str) -> None:
        super().__init__(message)
        self.table = table


class NotActiveError(ConflictError):
    """The scope of an operation names tables that no upgrade has activated yet."""

    def __init__(self, message: str, *, tables: list[str]) -> None:
        super().__init__(message)
        self.tables = tables


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
    """A referenced row is missing, or a referencing one is in the way."""

    status = 409


class NotNullViolatedError(OperationFailedError):
    """A column that needs a value got none."""


class CheckViolatedError(OperationFailedError):
    """A CHECK of the table does not hold."""


class ValueRefusedError(OperationFailedError):
    """A value is not one of its type, or outside its range."""


class OperationTooLargeError(OperationFailedError):
    """The statement, or what it makes, is more than PostgreSQL takes or has room for."""

    status = 413


class TransactionConflictError(OperationFailedError):
    """Another transaction was faster; the same request may succeed now."""

    status = 409


class StatementTimeoutError(OperationFailedError):
    """The statement ran longer than it may: an operation, than limits.statement_timeout_ms."""

    status = 408


class OperationDeniedError(OperationFailedError):
    """The runtime role lacks the privilege."""

    status = 403


class DatabaseUnavailableError(RequestError):
    """PostgreSQL does not answer.

    Not 503: the SDK would send the request again, and again for minutes where the platform is
    gone by then; and a write whose connection was lost may have been committed.
    """

    status = 424
