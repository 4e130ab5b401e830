"""Every error msm raises on purpose, as one tree.

    MsmError
    ├── EnvironmentMismatchError    the installed packages cannot work together
    ├── ModelDefinitionError        a model class is wrong; raised while the class is created
    ├── ModelGraphError             a list of models is wrong: one is listed twice, or is not mapped
    ├── SettingsError               an environment variable has a value that cannot be used
    ├── PlatformError               the platform did not do what was asked
    │   ├── PlatformUnreachableError
    │   ├── OutcomeUnknownError         the answer to a write was lost
    │   ├── EndpointChangedError        a process cannot change from one platform to another
    │   ├── GitContextError
    │   └── PlatformRefusedError
    │       ├── StaleAttachmentError         what the runtime was attached to is gone
    │       └── OperationRefusedError        the statement of an operation; by SQLSTATE
    │           ├── ConstraintError          a constraint was violated
    │           │   ├── ConflictError
    │           │   ├── MissingReferenceError
    │           │   ├── StillReferencedError
    │           │   ├── CheckViolatedError
    │           │   └── NotNullViolatedError
    │           ├── DiskFullError            PostgreSQL has no space left to write to
    │           ├── MissingTableError        a table does not exist in the database
    │           ├── InvalidValueError        a value that PostgreSQL cannot take
    │           │   └── TooLargeError
    │           ├── TimedOutError
    │           └── TransactionConflictError another transaction was faster
    ├── AttachError                 the platform's catalog lacks a table that the models need
    ├── StatementError              a statement cannot be sent as a MetaTable operation
    │   ├── StatementValueError         a value in it cannot be sent
    │   ├── NotAttachedError
    │   ├── NoStableOrderError
    │   └── ResultTruncatedError
    ├── ResultError                 a result is not what was asked for
    │   ├── ReturningCutError           a write was done, and not all of its rows came back
    │   └── ResultValueError
    ├── RowsError                   rows of one call could not be written
    │   ├── InvalidRowsError        they are wrong; nothing was sent
    │   └── PartlyWrittenError      a batch failed after others had been written
    ├── InvalidCursorError          a client of a service sent a cursor that it was not given
    └── SchemaError                 a table has no schema of pydantic

Each class carries its facts as attributes; the message is one sentence that ends with what to do.
"""

from msm.errors.api import InvalidCursorError, SchemaError
from msm.errors.base import EnvironmentMismatchError, MsmError, SettingsError
from msm.errors.definition import ModelDefinitionError, ModelGraphError
from msm.errors.operation import (
    CheckViolatedError,
    ConflictError,
    ConstraintError,
    DiskFullError,
    InvalidValueError,
    MissingReferenceError,
    MissingTableError,
    NoStableOrderError,
    NotAttachedError,
    NotNullViolatedError,
    OperationRefusedError,
    ResultError,
    ResultTruncatedError,
    ResultValueError,
    ReturningCutError,
    StatementError,
    StatementValueError,
    StillReferencedError,
    TimedOutError,
    TooLargeError,
    TransactionConflictError,
)
from msm.errors.platform import (
    AttachError,
    AttachProblem,
    EndpointChangedError,
    GitContextError,
    OutcomeUnknownError,
    PlatformError,
    PlatformRefusedError,
    PlatformUnreachableError,
    StaleAttachmentError,
)
from msm.errors.rows import InvalidRowsError, PartlyWrittenError, RowFault, RowsError

__all__ = [
    "AttachError",
    "AttachProblem",
    "CheckViolatedError",
    "ConflictError",
    "ConstraintError",
    "DiskFullError",
    "EndpointChangedError",
    "EnvironmentMismatchError",
    "GitContextError",
    "InvalidCursorError",
    "InvalidRowsError",
    "InvalidValueError",
    "MissingReferenceError",
    "MissingTableError",
    "ModelDefinitionError",
    "ModelGraphError",
    "MsmError",
    "NoStableOrderError",
    "NotAttachedError",
    "NotNullViolatedError",
    "OperationRefusedError",
    "OutcomeUnknownError",
    "PartlyWrittenError",
    "PlatformError",
    "PlatformRefusedError",
    "PlatformUnreachableError",
    "ResultError",
    "ResultTruncatedError",
    "ResultValueError",
    "ReturningCutError",
    "RowFault",
    "RowsError",
    "SchemaError",
    "SettingsError",
    "StaleAttachmentError",
    "StatementError",
    "StatementValueError",
    "StillReferencedError",
    "TimedOutError",
    "TooLargeError",
    "TransactionConflictError",
]

# A traceback names a class by its module: show the one that users import it from.
for _name in __all__:
    globals()[_name].__module__ = __name__
