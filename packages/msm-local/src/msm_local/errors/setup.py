"""Errors of what a platform needs: PostgreSQL, a Git context, roles and a catalog."""

from msm_local.errors.base import MsmLocalError

__all__ = [
    "AdministratorNeededError",
    "BinariesMissingError",
    "ClusterError",
    "DatabaseHeldError",
    "DatabaseSetupError",
    "GitUnavailableError",
]


class ClusterError(MsmLocalError):
    """The embedded PostgreSQL cannot be created, started or used."""

    effect = "Nothing is left running, and existing data was not changed."


class BinariesMissingError(ClusterError):
    """The wheel with the PostgreSQL binaries is not installed, or contains no binaries."""


class GitUnavailableError(MsmLocalError):
    """A stand-in Git context cannot be made."""

    effect = "No command was run, and no data was changed."


class DatabaseSetupError(MsmLocalError):
    """The database cannot be used, or its roles or catalog cannot be created."""

    effect = "The database was not changed."


class AdministratorNeededError(DatabaseSetupError):
    """The role of the database URL lacks a privilege that only an administrator can grant.

    Attributes:
        script: SQL for the administrator, one statement per line.
    """

    exit_code = 5

    def __init__(self, message: str, *, script: str) -> None:
        super().__init__(message)
        self.script = script


class DatabaseHeldError(MsmLocalError):
    """A test wants a clean database while the tests of a module share the rows of the current one.

    Attributes:
        holder: the module.
    """

    def __init__(self, message: str, *, holder: str) -> None:
        super().__init__(message)
        self.holder = holder
