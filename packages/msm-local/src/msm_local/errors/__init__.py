"""Every error that msm-local raises on purpose, as one tree.

    MsmLocalError
    ├── InstanceError             the command line cannot do what was asked of an instance
    │   ├── InvalidNameError
    │   ├── StateFolderError
    │   ├── PortBusyError
    │   ├── InstanceBusyError
    │   ├── NotRunningError
    │   ├── AlreadyRunningError
    │   ├── ApiMissingError
    │   ├── ApiMismatchError
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
    │   ├── RoleMissingError
    │   ├── ProgramMissingError
    │   └── ProjectSettingsError
    ├── ClusterError              the embedded PostgreSQL cannot be created, started or used
    │   └── BinariesMissingError
    ├── GitUnavailableError       a stand-in Git context cannot be made
    ├── DatabaseSetupError        roles or catalog cannot be created in the database
    │   └── AdministratorNeededError
    ├── DatabaseHeldError         the tests of a module share the database that a test wants clean
    └── RequestError              the answer to a request, with its HTTP status
        ├── UnauthorizedError, ForbiddenError, NotFoundError, NotImplementedHereError,
        │   NotHereError
        ├── InvalidRequestError: UnknownFilterError, StatementRefusedError, ResultRefusedError
        ├── BodyTooLargeError, AnswerTooLargeError, TooManyRowsError, RequestTooSlowError
        ├── ClientGoneError
        ├── ConflictError: ProviderConflictError, IdentifierTakenError, ForeignDataSourceError,
        │   TableKindConflictError, ProtectedError, NotActiveError, RuntimeChangedError
        ├── OperationFailedError, by SQLSTATE: UniqueViolatedError, ForeignKeyViolatedError,
        │   NotNullViolatedError, CheckViolatedError, ValueRefusedError, OperationTooLargeError,
        │   TransactionConflictError, StatementTimeoutError, OperationDeniedError
        ├── CompiledSqlError, with a code for generation 2: PostgresqlRefusedError,
        │   DeadlineExceededError, QueryLimitsError, EmptyStatementError, SqlParametersError,
        │   OtherDataSourceError, OwnerUnreachableError, RowTooLargeError
        └── DatabaseUnavailableError, ApiUnavailableError

The class holds the HTTP status, the exit code and what the command line adds to the sentence (see
MsmLocalError). Facts are attributes, and become fields of the JSON answer.
"""

from msm_local.errors.base import (
    MsmLocalError,
)
from msm_local.errors.compiled_sql import (
    CompiledSqlError,
    DeadlineExceededError,
    EmptyStatementError,
    OtherDataSourceError,
    OwnerUnreachableError,
    PostgresqlRefusedError,
    QueryLimitsError,
    RowTooLargeError,
    SqlParametersError,
)
from msm_local.errors.instance import (
    AlreadyRunningError,
    ApiMismatchError,
    ApiMissingError,
    ClientsConnectedError,
    InstanceBusyError,
    InstanceError,
    InvalidNameError,
    NotEmbeddedError,
    NotOursError,
    NotRunningError,
    PortBusyError,
    ProgramMissingError,
    ProjectSettingsError,
    ResetFailedError,
    RoleMissingError,
    StartFailedError,
    StateFolderError,
    StopFailedError,
    TemplateFailedError,
    UnhealthyError,
    UnknownRevisionError,
    UnreadableRevisionError,
)
from msm_local.errors.operation import (
    CheckViolatedError,
    ForeignKeyViolatedError,
    NotNullViolatedError,
    OperationDeniedError,
    OperationFailedError,
    OperationTooLargeError,
    StatementTimeoutError,
    TransactionConflictError,
    UniqueViolatedError,
    ValueRefusedError,
)
from msm_local.errors.request import (
    AnswerTooLargeError,
    ApiUnavailableError,
    BodyTooLargeError,
    ClientGoneError,
    ConflictError,
    DatabaseUnavailableError,
    ForbiddenError,
    ForeignDataSourceError,
    IdentifierTakenError,
    InvalidRequestError,
    NotActiveError,
    NotFoundError,
    NotHereError,
    NotImplementedHereError,
    ProtectedError,
    ProviderConflictError,
    RequestError,
    RequestTooSlowError,
    ResultRefusedError,
    RuntimeChangedError,
    StatementRefusedError,
    TableKindConflictError,
    TooManyRowsError,
    UnauthorizedError,
    UnknownFilterError,
)
from msm_local.errors.setup import (
    AdministratorNeededError,
    BinariesMissingError,
    ClusterError,
    DatabaseHeldError,
    DatabaseSetupError,
    GitUnavailableError,
)

__all__ = [
    "AdministratorNeededError",
    "AlreadyRunningError",
    "AnswerTooLargeError",
    "ApiMismatchError",
    "ApiMissingError",
    "ApiUnavailableError",
    "BinariesMissingError",
    "BodyTooLargeError",
    "CheckViolatedError",
    "ClientGoneError",
    "ClientsConnectedError",
    "ClusterError",
    "CompiledSqlError",
    "ConflictError",
    "DatabaseHeldError",
    "DatabaseSetupError",
    "DatabaseUnavailableError",
    "DeadlineExceededError",
    "EmptyStatementError",
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
    "NotHereError",
    "NotImplementedHereError",
    "NotNullViolatedError",
    "NotOursError",
    "NotRunningError",
    "OperationDeniedError",
    "OperationFailedError",
    "OperationTooLargeError",
    "OtherDataSourceError",
    "OwnerUnreachableError",
    "PortBusyError",
    "PostgresqlRefusedError",
    "ProgramMissingError",
    "ProjectSettingsError",
    "ProtectedError",
    "ProviderConflictError",
    "QueryLimitsError",
    "RequestError",
    "RequestTooSlowError",
    "ResetFailedError",
    "ResultRefusedError",
    "RoleMissingError",
    "RowTooLargeError",
    "RuntimeChangedError",
    "SqlParametersError",
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
