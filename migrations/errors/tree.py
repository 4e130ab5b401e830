"""Every error of the migration package, as one tree.

    MigrationError
    ├── LimitError                  an MSM_MIGRATION_* variable has a value that cannot be used
    ├── LockHeldError               another migration is running; exit code 75, so try later
    ├── RevisionFilesError          the revision files cannot be one history
    │   ├── UnreadableRevisionError
    │   ├── DuplicateRevisionError
    │   ├── MissingParentError
    │   ├── UnknownDependencyError
    │   ├── RevisionCycleError
    │   └── SeveralHeadsError
    ├── DatabaseStateError          the database is not one that these revisions know
    │   ├── UnknownVersionError
    │   │   ├── DatabaseAheadError      rows of a later version of this code
    │   │   ├── PublishedHistoryError   rows of the published ms-markets
    │   │   └── MissingExtensionError   rows of a project that extends this history
    │   ├── UnversionedTablesError
    │   ├── LostTablesError
    │   ├── SearchPathError
    │   └── NamespaceTakenError
    ├── SessionError                the connection cannot carry a migration
    │   ├── PoolerError
    │   ├── CredentialExpiredError
    │   ├── LockLostError
    │   └── ConnectionLostError
    └── RunError                    the migration began and was undone
        ├── TableBusyError          a session holds a table for longer than we wait
        ├── StatementCancelledError
        ├── StatementFailedError
        ├── RevisionRaisedError
        └── AlembicRefusedError

Each class carries its facts as attributes; the message is one sentence that ends with what to do.
The tools beside the provider (review, check, plan) derive errors of their own from the root.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from msm.errors import MsmError

__all__ = [
    "PACKAGE",
    "UPGRADE",
    "AlembicRefusedError",
    "ConnectionLostError",
    "CredentialExpiredError",
    "DatabaseAheadError",
    "DatabaseStateError",
    "DuplicateRevisionError",
    "LimitError",
    "LockHeldError",
    "LockLostError",
    "LostTablesError",
    "MigrationError",
    "MissingExtensionError",
    "MissingParentError",
    "NamespaceTakenError",
    "PoolerError",
    "PublishedHistoryError",
    "RevisionCycleError",
    "RevisionFilesError",
    "RevisionRaisedError",
    "RunError",
    "SearchPathError",
    "Session",
    "SessionError",
    "SeveralHeadsError",
    "StatementCancelledError",
    "StatementFailedError",
    "TableBusyError",
    "UnknownDependencyError",
    "UnknownVersionError",
    "UnreadableRevisionError",
    "UnversionedTablesError",
]

# "migrations" at the repository root, "msm_migrations" where it is installed.
PACKAGE = __name__.partition(".")[0]
UPGRADE = f"mainsequence migrations upgrade --provider {PACKAGE}:migration head"
TRY_LATER = 75


@dataclass(frozen=True, slots=True)
class Session:
    """A session of the database, as far as the migration role may see it.

    Attributes:
        pid: its process on the database server.
        application: its ``application_name``.
        since: when its last statement began; None where the role may not see it.
    """

    pid: int
    application: str
    since: datetime | None = None

    def __str__(self) -> str:
        name = f" ({self.application})" if self.application else ""
        began = (
            f", its last statement began {self.since:%Y-%m-%d %H:%M:%S %Z}" if self.since else ""
        )
        return f"pid {self.pid}{name}{began}"


class MigrationError(MsmError):
    """A migration cannot be run, read or trusted as it stands.

    Attributes:
        exit_code: of the process that the error ends.
    """

    exit_code = 1


class LimitError(MigrationError):
    """An ``MSM_MIGRATION_*`` variable holds a value that cannot be used.

    Attributes:
        variable: its name.
        value: what it holds.
    """

    def __init__(self, variable: str, value: str, *, needed: str) -> None:
        self.variable = variable
        self.value = value
        super().__init__(f"{variable}={value!r} is not {needed}; set it to that, or unset it.")


class LockHeldError(MigrationError):
    """Another migration of the same database and version table is running.

    Attributes:
        table: the version table whose lock it holds.
        seconds: how long this one waited.
        holder: who holds it; None where it was gone when it was looked for.
    """

    exit_code = TRY_LATER

    def __init__(
        self, table: str, *, seconds: float, holder: Session | None, variable: str
    ) -> None:
        self.table = table
        self.seconds = seconds
        self.holder = holder
        super().__init__(
            f"Another migration holds the lock of {table} and did not end within {seconds:g} s: "
            f"{holder or 'its session could not be seen'}; run this again when it has ended, or "
            f"set {variable} to wait for more seconds."
        )


class RevisionFilesError(MigrationError):
    """The revision files cannot be one history.

    Attributes:
        paths: the files it is about.
    """

    def __init__(self, message: str, *, paths: Sequence[Path]) -> None:
        super().__init__(message)
        self.paths = tuple(paths)


class UnreadableRevisionError(RevisionFilesError):
    """A file in a folder of revisions does not say, as literals, which revision it is."""


class DuplicateRevisionError(RevisionFilesError):
    """Two files carry the same revision id."""


class MissingParentError(RevisionFilesError):
    """A revision follows one that no file carries."""


class UnknownDependencyError(RevisionFilesError):
    """A revision depends on one that no file carries."""


class RevisionCycleError(RevisionFilesError):
    """Revisions follow, or depend on, each other in a circle."""


class SeveralHeadsError(RevisionFilesError):
    """One branch ends in several revisions."""


class DatabaseStateError(MigrationError):
    """The database is not one that these revisions know; nothing was changed."""


class UnknownVersionError(DatabaseStateError):
    """The version table holds revisions that no file of this code carries.

    Attributes:
        rows: the unknown ones.
        fault: the part of the message that says what is wrong.
        remedy: the part that says what to do.
    """

    def __init__(self, fault: str, remedy: str, *, rows: Sequence[str]) -> None:
        super().__init__(f"{fault}, and nothing was changed; {remedy}.")
        self.fault = fault
        self.remedy = remedy
        self.rows = tuple(rows)


class DatabaseAheadError(UnknownVersionError):
    """A later version of this code has migrated the database."""


class PublishedHistoryError(UnknownVersionError):
    """The published ms-markets has migrated the database."""


class MissingExtensionError(UnknownVersionError):
    """A project that extends this history has migrated the database, and is not in the provider."""


class UnversionedTablesError(DatabaseStateError):
    """Tables of the provider exist, and no version row says which revision made them.

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
    """Active tables of the provider are gone, though the version rows are the heads.

    Attributes:
        tables: the tables that are gone.
    """

    def __init__(self, message: str, *, tables: Sequence[str]) -> None:
        super().__init__(message)
        self.tables = tuple(tables)


class SearchPathError(DatabaseStateError):
    """Unqualified names would not mean the schema public.

    Attributes:
        search_path: as the session has it.
    """

    def __init__(self, message: str, *, search_path: str) -> None:
        super().__init__(message)
        self.search_path = search_path


class NamespaceTakenError(DatabaseStateError):
    """The catalog says that a table belongs to another namespace.

    Attributes:
        namespace: the other one.
        table: the table in question.
    """

    def __init__(self, message: str, *, namespace: str, table: str) -> None:
        super().__init__(message)
        self.namespace = namespace
        self.table = table


class SessionError(MigrationError):
    """The connection cannot carry a migration."""


class PoolerError(SessionError):
    """A transaction pooler stands in between, where a session lock holds nothing."""


class CredentialExpiredError(SessionError):
    """The migration credential has no time left."""


class LockLostError(SessionError):
    """The lock was gone before the migration could commit, so that it did not."""


class ConnectionLostError(SessionError):
    """PostgreSQL cannot be reached, or ended the session."""


class RunError(MigrationError):
    """The migration began, and was undone."""


class TableBusyError(RunError):
    """A statement did not get its lock on a table, as often as it was tried.

    Attributes:
        statement: its first line.
        blockers: the sessions that were seen to block it.
        fault: the part of the message that says what is wrong.
    """

    def __init__(
        self, statement: str, *, reason: str, blockers: Sequence[Session], outcome: str, remedy: str
    ) -> None:
        held = "; ".join(map(str, blockers)) or "a session that was not seen"
        self.statement = statement
        self.blockers = tuple(blockers)
        self.fault = f"`{statement}` did not get its lock ({reason}), which is held by {held}"
        super().__init__(f"{self.fault}; {outcome}; {remedy}.")


class StatementCancelledError(RunError):
    """PostgreSQL cancelled a statement: it ran for too long, or somebody asked for it.

    Attributes:
        statement: its first line.
    """

    def __init__(self, message: str, *, statement: str) -> None:
        super().__init__(message)
        self.statement = statement


class StatementFailedError(RunError):
    """PostgreSQL refused a statement.

    Attributes:
        statement: its first line.
        sqlstate: PostgreSQL's error code.
    """

    def __init__(self, message: str, *, statement: str, sqlstate: str | None) -> None:
        super().__init__(message)
        self.statement = statement
        self.sqlstate = sqlstate


class RevisionRaisedError(RunError):
    """Python raised inside a revision.

    Attributes:
        path: the file.
        line: the line in it; None where Python does not know.
    """

    def __init__(self, message: str, *, path: Path, line: int | None) -> None:
        super().__init__(message)
        self.path = path
        self.line = line


class AlembicRefusedError(RunError):
    """Alembic cannot do what was asked, such as go to a revision that does not exist."""
