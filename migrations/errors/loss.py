"""A change would lose data, or runs what nobody has read; nothing was changed."""

from collections.abc import Sequence
from pathlib import Path

from .base import MigrationError

__all__ = [
    "DataLossError",
    "DowngradeLossError",
    "EditedRevisionError",
    "IrreversibleRevisionError",
    "UnacknowledgedLossError",
    "UnreadableChangeError",
]


class DataLossError(MigrationError):
    """A change would lose data, or runs what nobody has read; nothing was changed."""


class UnacknowledgedLossError(DataLossError):
    """A destructive rule of the review refuses a pending revision, which gives no reason.

    Attributes:
        revision: its id.
        rule: the name of the rule.
        path: the file.
        line: the line in it.
    """

    exit_code = 3

    def __init__(self, message: str, *, revision: str, rule: str, path: Path, line: int) -> None:
        super().__init__(message)
        self.revision = revision
        self.rule = rule
        self.path = path
        self.line = line


class UnreadableChangeError(DataLossError):
    """What a revision destroys cannot be read before it runs.

    Attributes:
        revision: its id.
        path: the file.
        line: the line in it.
    """

    exit_code = 3

    def __init__(
        self, fault: str, *, revision: str, path: Path, line: int, remedy: str, variable: str
    ) -> None:
        super().__init__(
            f"Revision {revision} {fault} at {path}:{line}, so what it destroys cannot be read "
            f"before it runs, and nothing was changed; {remedy}, or set {variable}=1 to run it "
            "unread."
        )
        self.revision = revision
        self.path = path
        self.line = line


class EditedRevisionError(DataLossError):
    """The file of an applied revision is not what was applied.

    Attributes:
        revision: its id.
        path: the file.
    """

    exit_code = 4

    def __init__(self, message: str, *, revision: str, path: Path) -> None:
        super().__init__(message)
        self.revision = revision
        self.path = path


class DowngradeLossError(DataLossError):
    """A downgrade would drop rows or values.

    Attributes:
        losses: what would be lost, each with its number of rows.
    """

    exit_code = 5

    def __init__(self, message: str, *, losses: Sequence[str]) -> None:
        super().__init__(message)
        self.losses = tuple(losses)


class IrreversibleRevisionError(DataLossError):
    """A revision of the route says, by NotImplementedError, that nothing takes it back.

    Attributes:
        revision: its id.
        path: the file.
        line: the line in it.
    """

    exit_code = 5

    def __init__(self, said: str, *, revision: str, path: Path, line: int) -> None:
        reason = f" ({said})" if said else ""
        super().__init__(
            f"Revision {revision} cannot be taken back{reason}: its downgrade() at {path}:{line} "
            "raises NotImplementedError, and nothing was changed; downgrade no further than "
            f"{revision}, or restore a backup from before it."
        )
        self.revision = revision
        self.path = path
        self.line = line
