"""The migrations of a downstream project cannot be run."""

from collections.abc import Sequence

from .base import MigrationError, ProviderModelsError

__all__ = [
    "DownstreamError",
    "DownstreamModelsError",
    "ForeignTableChangedError",
    "MissingReferenceError",
    "OtherHistoryError",
    "RevisionIdError",
]


class DownstreamError(MigrationError):
    """The migrations of a downstream project cannot be run."""


class DownstreamModelsError(DownstreamError, ProviderModelsError):
    """The models cannot be those of one downstream project."""


class RevisionIdError(DownstreamError):
    """A revision of a branch has an id or a parent that does not belong to the branch.

    Attributes:
        revision: the id; None if none was given, so that the SDK would take the next one of msm.
    """

    def __init__(self, message: str, *, revision: str | None) -> None:
        super().__init__(message)
        self.revision = revision


class MissingReferenceError(DownstreamError):
    """Columns that the project's foreign keys refer to are not in the database.

    Attributes:
        columns: as ``table.column``.
    """

    def __init__(self, message: str, *, columns: Sequence[str]) -> None:
        super().__init__(message)
        self.columns = tuple(columns)


class OtherHistoryError(DownstreamError):
    """The catalog has the project's tables, or its version table, under other names.

    Attributes:
        table: the version table that the catalog has.
    """

    def __init__(self, message: str, *, table: str) -> None:
        super().__init__(message)
        self.table = table


class ForeignTableChangedError(DownstreamError):
    """A revision created, changed or dropped a table that its project does not own.

    Attributes:
        tables: their names.
    """

    def __init__(self, message: str, *, tables: Sequence[str]) -> None:
        super().__init__(message)
        self.tables = tuple(tables)
