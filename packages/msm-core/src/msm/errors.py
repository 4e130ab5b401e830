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
    ├── AttachError                 the platform's catalog does not hold what the models need
    └── StatementError              a statement cannot be sent as a MetaTable operation
        ├── NotAttachedError
        └── ResultTruncatedError

Each class carries its facts as attributes; the message is one sentence that ends with what to do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "AttachError",
    "AttachProblem",
    "EnvironmentMismatchError",
    "GitContextError",
    "ModelDefinitionError",
    "ModelGraphError",
    "MsmError",
    "NotAttachedError",
    "PlatformError",
    "PlatformRefusedError",
    "PlatformUnreachableError",
    "ResultTruncatedError",
    "SettingsError",
    "StatementError",
]

UPGRADE_COMMAND = "mainsequence migrations upgrade --provider migrations:migration head"


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
        models: the offending classes, as ``module.QualifiedName``.
    """

    def __init__(self, message: str, *, models: Sequence[type]) -> None:
        super().__init__(message)
        self.models = tuple(f"{model.__module__}.{model.__qualname__}" for model in models)


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
    reason: Literal["missing", "duplicated", "reserved", "physical_name", "data_source"]
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
        applications = {problem.table.partition("__")[0] for problem in self.problems}
        projects = ", ".join(sorted(applications - {"ms_markets"}))
        others = f", and the tables of {projects} with that project's provider" if projects else ""
        count = len(self.problems)
        super().__init__(
            f"{count} table{'s' if count > 1 else ''} cannot be attached; bring the database to "
            f"head, from the repository root, with `{UPGRADE_COMMAND}`{others}:\n{listing}"
        )


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


class ResultTruncatedError(StatementError):
    """A select has more rows than one operation may return.

    Attributes:
        limit: the number of rows that were asked for.
    """

    def __init__(self, message: str, *, limit: int) -> None:
        super().__init__(message)
        self.limit = limit
