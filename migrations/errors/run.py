"""A migration that began has failed, and was undone."""

from collections.abc import Sequence
from pathlib import Path

from .base import DatabaseSession, MigrationError

__all__ = [
    "AlembicRefusedError",
    "MigrationInterruptedError",
    "RevisionRaisedError",
    "RunError",
    "StatementCancelledError",
    "StatementFailedError",
    "TableBusyError",
]


class RunError(MigrationError):
    """The migration began, and was undone unless the message says what was kept."""


class MigrationInterruptedError(RunError):
    """Somebody pressed Ctrl-C, or sent SIGINT to the process."""

    # 128 and the number of SIGINT, as a shell has it.
    exit_code = 130


class TableBusyError(RunError):
    """A statement did not get its lock on a table in any of its attempts.

    Attributes:
        statement: its first line.
        blockers: the sessions that were seen to block it.
        fault: the part of the message that says what is wrong.
    """

    def __init__(
        self,
        statement: str,
        *,
        reason: str,
        blockers: Sequence[DatabaseSession],
        outcome: str,
        remedy: str,
    ) -> None:
        held = "; ".join(map(str, blockers)) or "an unknown session"
        self.statement = statement
        self.blockers = tuple(blockers)
        self.fault = f"`{statement}` did not get its lock ({reason}), which is held by {held}"
        super().__init__(f"{self.fault}; {outcome}; {remedy}.")


class StatementCancelledError(RunError):
    """PostgreSQL cancelled a statement: it ran for too long, or an administrator cancelled it.

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
        line: the line in it; None if Python does not know.
    """

    def __init__(self, message: str, *, path: Path, line: int | None) -> None:
        super().__init__(message)
        self.path = path
        self.line = line


class AlembicRefusedError(RunError):
    """Alembic refused the command, for example a target that does not exist."""
