"""Every error msm raises on purpose, as one tree.

    MsmError
    ├── EnvironmentMismatchError    the installation cannot carry msm
    ├── ModelDefinitionError        a model class is wrong; raised while the class is created
    ├── ModelGraphError             a list of models is wrong: twice the same, or not ours to attach
    ├── SettingsError               an environment variable has a value that cannot be used
    ├── PlatformError               the platform did not do what was asked
    │   ├── PlatformUnreachableError
    │   ├── GitContextError
    │   └── PlatformRefusedError
    │       └── OperationRefusedError        the statement of an operation; by SQLSTATE
    │           ├── ConstraintError          a constraint does not hold
    │           │   ├── ConflictError
    │           │   ├── MissingReferenceError
    │           │   ├── StillReferencedError
    │           │   ├── CheckViolatedError
    │           │   └── NotNullViolatedError
    │           ├── DiskFullError            PostgreSQL has no space left to write to
    │           ├── MissingTableError        a table is gone from the database
    │           ├── InvalidValueError        a value that PostgreSQL cannot take
    │           │   └── TooLargeError
    │           ├── TimedOutError
    │           └── TransactionConflictError another transaction was faster
    ├── AttachError                 the platform's catalog does not hold what the models need
    ├── StatementError              a statement cannot be sent as a MetaTable operation
    │   ├── NotAttachedError
    │   ├── NoStableOrderError
    │   └── ResultTruncatedError
    ├── ResultError                 a result is not what was asked for
    │   ├── RowCountError
    │   └── ResultValueError
    └── RowsError                   many rows could not be written as one
        ├── InvalidRowsError        they are wrong; nothing was sent
        └── PartlyWrittenError      a batch failed after others had been written

Each class carries its facts as attributes; the message is one sentence that ends with what to do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from msm.errors.formatting import shortened

__all__ = [
    "AttachError",
    "AttachProblem",
    "CheckViolatedError",
    "ConflictError",
    "ConstraintError",
    "DiskFullError",
    "EnvironmentMismatchError",
    "GitContextError",
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
    "PartlyWrittenError",
    "PlatformError",
    "PlatformRefusedError",
    "PlatformUnreachableError",
    "ResultError",
    "ResultTruncatedError",
    "ResultValueError",
    "RowCountError",
    "RowFault",
    "RowsError",
    "SettingsError",
    "StatementError",
    "StillReferencedError",
    "TimedOutError",
    "TooLargeError",
    "TransactionConflictError",
]

UPGRADE_COMMAND = "mainsequence migrations upgrade --provider migrations:migration head"
CHECK_COMMAND = "python -m migrations.check"


class MsmError(Exception):
    """Base of every error that msm raises on purpose."""


class EnvironmentMismatchError(MsmError, ImportError):
    """The installed distributions cannot work together.

    Attributes:
        found: what is installed, as ``name version``.
        needed: what would have to be installed instead.
    """

    def __init__(self, message: str, *, found: str, needed: str) -> None:
        super().__init__(message)
        self.found = found
        self.needed = needed


class ModelDefinitionError(MsmError):
    """A model class breaks a rule of the markets schema.

    Attributes:
        model: the class, as ``module.QualifiedName``.
    """

    def __init__(self, model: type, fault: str) -> None:
        self.model = f"{model.__module__}.{model.__qualname__}"
        super().__init__(f"Model {self.model} {fault}")


class ModelGraphError(MsmError):
    """A sequence of models cannot be used as a graph.

    Attributes:
        models: the offending classes, as ``module.QualifiedName``, or what was passed instead.
    """

    def __init__(self, message: str, *, models: Sequence[object]) -> None:
        super().__init__(message)
        self.models = tuple(
            f"{model.__module__}.{model.__qualname__}" if isinstance(model, type) else repr(model)
            for model in models
        )


class SettingsError(MsmError):
    """An environment variable holds a value that msm cannot use.

    Attributes:
        variable: the variable's name.
        value: what it holds.
    """

    def __init__(self, message: str, *, variable: str, value: str) -> None:
        super().__init__(message)
        self.variable = variable
        self.value = value


class PlatformError(MsmError):
    """The platform did not do what it was asked.

    Attributes:
        endpoint: the platform's base URL, without ``/api/v1``.
    """

    def __init__(self, message: str, *, endpoint: str) -> None:
        super().__init__(message)
        self.endpoint = endpoint


class PlatformUnreachableError(PlatformError):
    """Nothing answers at the platform's endpoint."""


class GitContextError(PlatformError):
    """The SDK cannot tell which repository branch this process belongs to."""


class PlatformRefusedError(PlatformError):
    """The platform answered with an error.

    Attributes:
        status_code: the HTTP status, or None when there was no answer.
        detail: the platform's own words.
    """

    def __init__(
        self, message: str, *, endpoint: str, status_code: int | None, detail: str
    ) -> None:
        super().__init__(message, endpoint=endpoint)
        self.status_code = status_code
        self.detail = detail


class OperationRefusedError(PlatformRefusedError):
    """The platform, or PostgreSQL behind it, refused the statement of an operation.

    Attributes:
        sqlstate: PostgreSQL's code; None where the platform does not say it.
        constraint: name of the constraint, or of the unique index, that does not hold.
        table: physical name of the table that the fault is about.
        model: identifier of that table's model, such as ``Asset``.
        columns: names of the columns that the fault is about; empty where nothing tells them.
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
    """A constraint of a table does not hold; which one, the platform may not have said."""


class ConflictError(ConstraintError):
    """A row with this key exists already."""


class MissingReferenceError(ConstraintError):
    """A row refers to one that does not exist."""


class StillReferencedError(ConstraintError):
    """A row that shall go, or change its key, is referred to by others."""


class CheckViolatedError(ConstraintError):
    """A CHECK of the table does not hold."""


class NotNullViolatedError(ConstraintError):
    """A column that needs a value got none."""


class DiskFullError(OperationRefusedError):
    """PostgreSQL has no space left to write to."""


class MissingTableError(OperationRefusedError):
    """A table that the catalog calls active is gone from the database."""


class InvalidValueError(OperationRefusedError):
    """A value is not one of its column's type, or cannot be computed with."""


class TooLargeError(InvalidValueError):
    """A value is longer or larger than its column, or a request than the platform takes."""


class TimedOutError(OperationRefusedError):
    """The statement ran, or waited for a lock, longer than it may."""


class TransactionConflictError(OperationRefusedError):
    """Another transaction was faster; the same statement may succeed now."""


type AttachReason = Literal["missing", "duplicated", "reserved", "physical_name", "data_source"]


@dataclass(frozen=True, slots=True)
class AttachProblem:
    """What is wrong with the catalog's resource of one model.

    Attributes:
        model: the model identifier, such as ``Asset``.
        table: the physical table name that was looked up.
        reason: the kind of fault.
        detail: what was found, for a person.
    """

    model: str
    table: str
    reason: AttachReason
    detail: str


class AttachError(MsmError):
    """The catalog does not hold, exactly once and active, what the models need.

    Attributes:
        problems: one entry a table, in the order of the models asked for.
        data_source_uid: the data source of the current Git context.
    """

    def __init__(self, problems: Sequence[AttachProblem], *, data_source_uid: str) -> None:
        self.problems = tuple(problems)
        self.data_source_uid = data_source_uid
        listing = "\n".join(
            f"  {problem.table} ({problem.model}): {problem.detail}" for problem in self.problems
        )
        remedies = dict.fromkeys(_remedy(problem) for problem in self.problems)
        count = len(self.problems)
        super().__init__(
            f"{count} table{'s' if count > 1 else ''} cannot be attached; "
            f"{'; '.join(remedies)}:\n{listing}"
        )


def _remedy(problem: AttachProblem) -> str:
    application = problem.table.partition("__")[0]
    if application == "ms_markets":
        where = "from the repository root, or with msm_migrations where that is installed"
        upgrade, check = UPGRADE_COMMAND, CHECK_COMMAND
    else:
        where = f"from the repository of {application}, with its migration package"
        upgrade = "mainsequence migrations upgrade --provider PACKAGE:migration heads"
        check = "python -m msm_migrations.check --provider PACKAGE:migration"
    bring = f"bring the database to head, {where}: `{upgrade}`"
    match problem.reason:
        case "reserved":
            return bring
        case "missing":
            # A table that was dropped by hand is none that an upgrade would make again.
            return f"{bring}; if it is there already, see `{check}`"
        case "data_source":
            there = "the checkout or the branch of that data source"
            return f"run this from {there}, or under `msm-local exec -- COMMAND` there"
        case "duplicated" | "physical_name":
            return f"see what `{check}` tells, {where}"


class StatementError(MsmError):
    """A statement cannot be sent as a MetaTable operation."""


class NotAttachedError(StatementError):
    """A statement uses a table whose model has not been attached.

    Attributes:
        tables: the physical names of the tables that are not attached.
    """

    def __init__(self, message: str, *, tables: Sequence[str]) -> None:
        super().__init__(message)
        self.tables = tuple(tables)


class NoStableOrderError(StatementError):
    """A select has no key to page by, so that its rows cannot be read in several parts.

    Attributes:
        reason: what keeps it from having one.
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


class ResultError(MsmError):
    """A result is not what was asked for."""


class RowCountError(ResultError):
    """A result has no row, or several, where one was expected.

    Attributes:
        row_count: how many rows it has.
    """

    def __init__(self, message: str, *, row_count: int) -> None:
        super().__init__(message)
        self.row_count = row_count


class ResultValueError(ResultError):
    """A value of a result is not one of its column's Python type.

    Attributes:
        column: name of the result column.
        value: what the platform sent, as JSON carries it.
    """

    def __init__(self, message: str, *, column: str, value: object) -> None:
        super().__init__(message)
        self.column = column
        self.value = value


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with one value of one row.

    Attributes:
        row: the place of the row among those given, counted from 0.
        column: the column; several of a key, separated by commas.
        value: what was given.
        problem: what is wrong with it.
    """

    row: int
    column: str
    value: Any
    problem: str

    def __str__(self) -> str:
        given = "" if self.value is None else f" = {shortened(self.value)}"
        return f"row {self.row}, {self.column}{given}: {self.problem}"


class RowsError(MsmError):
    """Many rows of one model could not be written as one.

    Attributes:
        model: the model identifier, such as ``Asset``.
        verb: ``insert``, ``upsert`` or ``delete``.
    """

    def __init__(self, message: str, *, model: type, verb: str) -> None:
        super().__init__(message)
        self.model = model.__name__
        self.verb = verb


class InvalidRowsError(RowsError):
    """Rows do not fit their model; nothing has been sent.

    Attributes:
        faults: every fault, in the order of the rows. The message shows the first few.
    """

    def __init__(self, model: type, verb: str, faults: Sequence[RowFault]) -> None:
        self.faults = tuple(faults)
        more = len(faults) - FAULTS_SHOWN
        shown = [str(fault) for fault in faults[:FAULTS_SHOWN]]
        listing = "; ".join([*shown, f"and {more:,} more"] if more > 0 else shown)
        super().__init__(
            f"Nothing was sent, because {model.__name__} does not take these rows: {listing}. "
            f"Correct them and {verb} again.",
            model=model,
            verb=verb,
        )


class PartlyWrittenError(RowsError):
    """A batch failed after others had been written; the error it failed with is the cause.

    Attributes:
        written: the rows that have been written, as ranges of places among those given.
        failed: the rows of the batch that failed. None of the rows after it have been sent.
    """

    def __init__(
        self,
        model: type,
        verb: str,
        cause: MsmError,
        *,
        written: Sequence[range],
        failed: Sequence[range],
    ) -> None:
        self.written = tuple(written)
        self.failed = tuple(failed)
        again = (
            "insert the rows that are not written"
            if verb == "insert"
            else f"{verb} all rows again, which is safe"
        )
        super().__init__(
            f"The {verb} of {model.__name__} has written {_rows(written)}, and failed at "
            f"{_rows(failed)}; mend what is wrong there and {again}: {cause}",
            model=model,
            verb=verb,
        )


FAULTS_SHOWN = 5
RANGES_SHOWN = 3


def _rows(ranges: Sequence[range]) -> str:
    shown = [f"{part[0]:,} to {part[-1]:,}" for part in ranges[:RANGES_SHOWN]]
    more = len(ranges) - RANGES_SHOWN
    return f"rows {', '.join(shown)}" + (f" and {more:,} more ranges" if more > 0 else "")
