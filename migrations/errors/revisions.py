"""The revision files cannot be one history."""

from collections.abc import Sequence
from pathlib import Path

from .base import MigrationError

__all__ = [
    "DuplicateRevisionError",
    "MissingParentError",
    "RevisionCycleError",
    "RevisionFilesError",
    "SeveralHeadsError",
    "UnknownDependencyError",
    "UnreadableRevisionError",
]


class RevisionFilesError(MigrationError):
    """The revision files cannot be one history.

    Attributes:
        paths: the files that are wrong.
    """

    def __init__(self, message: str, *, paths: Sequence[Path]) -> None:
        super().__init__(message)
        self.paths = tuple(paths)


class UnreadableRevisionError(RevisionFilesError):
    """A file in a folder of revisions does not say, as literals, which revision it is."""


class DuplicateRevisionError(RevisionFilesError):
    """Two files have the same revision id."""


class MissingParentError(RevisionFilesError):
    """A revision follows one that is in no file."""


class UnknownDependencyError(RevisionFilesError):
    """A revision depends on one that is in no file."""


class RevisionCycleError(RevisionFilesError):
    """Revisions follow each other, or depend on each other, in a circle."""


class SeveralHeadsError(RevisionFilesError):
    """One branch ends in several revisions."""
