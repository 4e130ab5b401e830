"""The database, or its catalog, is in a state that these revisions do not know."""

from collections.abc import Sequence

from .base import MigrationError

__all__ = [
    "DatabaseAheadError",
    "DatabaseStateError",
    "InvalidIndexError",
    "LostTablesError",
    "MissingExtensionError",
    "NamespaceTakenError",
    "PublishedHistoryError",
    "SearchPathError",
    "UnknownVersionError",
    "UnversionedTablesError",
]


class DatabaseStateError(MigrationError):
    """The database is in a state that these revisions do not know; nothing was changed."""


class UnknownVersionError(DatabaseStateError):
    """The version table has revisions that are in no file of this code.

    Attributes:
        rows: the unknown revisions.
        fault: the part of the message that says what is wrong.
        remedy: the part that says what to do.
    """

    def __init__(self, fault: str, remedy: str, *, rows: Sequence[str]) -> None:
        super().__init__(f"{fault}, and nothing was changed; {remedy}.")
        self.fault = fault
        self.remedy = remedy
        self.rows = tuple(rows)


class DatabaseAheadError(UnknownVersionError):
    """A later version of this code migrated the database."""


class PublishedHistoryError(UnknownVersionError):
    """The published ms-markets migrated the database."""


class PublishedCatalogError(DatabaseStateError):
    """The published ms-markets entered the version table into the platform's catalog.

    Attributes:
        table: the version table.
    """

    def __init__(self, message: str, *, table: str) -> None:
        super().__init__(message)
        self.table = table


class MissingExtensionError(UnknownVersionError):
    """A project that extends this history, and that is not in the provider, migrated it."""


class UnversionedTablesError(DatabaseStateError):
    """Tables of the provider exist, but no version row says which revision made them.

    Attributes:
        tables: the tables found.
        fault: the part of the message that says what is wrong.
        remedy: the part that says what to do.
    """

    def __init__(self, fault: str, remedy: str, *, tables: Sequence[str]) -> None:
        super().__init__(f"{fault}, so nothing was changed; {remedy}.")
        self.fault = fault
        self.remedy = remedy
        self.tables = tuple(tables)


class LostTablesError(DatabaseStateError):
    """Active tables of the provider do not exist, although the version rows are the heads.

    Attributes:
        tables: the tables that are gone.
    """

    def __init__(self, message: str, *, tables: Sequence[str]) -> None:
        super().__init__(message)
        self.tables = tuple(tables)


class SearchPathError(DatabaseStateError):
    """Unqualified names would not resolve to the schema public.

    Attributes:
        search_path: of the session.
    """

    def __init__(self, message: str, *, search_path: str) -> None:
        super().__init__(message)
        self.search_path = search_path


class NamespaceTakenError(DatabaseStateError):
    """A table belongs to another namespace, according to the platform's catalog.

    Attributes:
        namespace: the other one.
        table: the table in question.
    """

    def __init__(self, message: str, *, namespace: str, table: str) -> None:
        super().__init__(message)
        self.namespace = namespace
        self.table = table


class InvalidIndexError(DatabaseStateError):
    """A pending revision creates an index that a cancelled build has left INVALID.

    Attributes:
        index: its name.
        table: its table.
        revision: the id of the revision.
    """

    exit_code = 6

    def __init__(
        self, index: str, *, table: str, revision: str, is_hypertable: bool = False
    ) -> None:
        # TimescaleDB refuses it concurrently.
        drop = "DROP INDEX" if is_hypertable else "DROP INDEX CONCURRENTLY"
        super().__init__(
            f"The index {index} of {table}, which revision {revision} creates, was left INVALID by "
            "a build that did not end, and nothing was changed; run "
            f"`{drop} {index}` as the owner of the table, and run this again."
        )
        self.index = index
        self.table = table
        self.revision = revision
