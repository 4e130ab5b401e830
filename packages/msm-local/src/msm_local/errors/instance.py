"""Errors of the command line: it cannot do what was asked of an instance."""

from pathlib import Path

from msm_local.errors.base import MsmLocalError

__all__ = [
    "AlreadyRunningError",
    "ApiMismatchError",
    "ApiMissingError",
    "ClientsConnectedError",
    "InstanceBusyError",
    "InstanceError",
    "InvalidNameError",
    "NotEmbeddedError",
    "NotOursError",
    "NotRunningError",
    "PortBusyError",
    "ProgramMissingError",
    "ProjectSettingsError",
    "ResetFailedError",
    "RoleMissingError",
    "StartFailedError",
    "StateFolderError",
    "StopFailedError",
    "TemplateFailedError",
    "UnhealthyError",
    "UnknownRevisionError",
    "UnreadableRevisionError",
]


class InstanceError(MsmLocalError):
    """The command line cannot do what was asked of an instance."""


class InvalidNameError(InstanceError):
    """An instance name contains characters that a folder name should not have."""


class StateFolderError(InstanceError):
    """The state folder cannot be used: not ours, not writable, or a file in it is damaged."""

    effect = "No data was changed."


class PortBusyError(InstanceError):
    """The requested port belongs to another process.

    Attributes:
        port: the port.
    """

    effect = "Nothing was started."

    def __init__(self, message: str, *, port: int) -> None:
        super().__init__(message)
        self.port = port


class InstanceBusyError(InstanceError):
    """Another start, stop or reset of the instance takes too long to wait for."""


class NotRunningError(InstanceError):
    """The command needs a running platform."""

    exit_code = 3


class AlreadyRunningError(InstanceError):
    """The platform is running, and the command needs it stopped or started with other options."""

    effect = "The platform was left running."


class ApiMissingError(InstanceError):
    """The API of --api is not installed, or a package that runs it is missing."""

    effect = "Nothing was started."


class ApiMismatchError(InstanceError):
    """The instance serves another API than that of --api, and keeps it as long as it exists."""


class UnhealthyError(InstanceError):
    """The platform is running, but does not answer correctly."""

    exit_code = 4
    effect = "The platform was left running."


class StartFailedError(InstanceError):
    """The platform did not start; the message names the step and the log."""

    effect = "Nothing is left running, and existing data was not changed."


class StopFailedError(InstanceError):
    """The platform does not stop; the message names the process and the log."""

    effect = "The platform is still running."


class ClientsConnectedError(InstanceError):
    """Clients are connected to the database that is to be replaced.

    Attributes:
        clients: how many.
    """

    def __init__(self, message: str, *, clients: int) -> None:
        super().__init__(message)
        self.clients = clients


class NotEmbeddedError(InstanceError):
    """The command works only on the embedded PostgreSQL, not on that of --database-url."""


class UnknownRevisionError(InstanceError):
    """The project does not have this revision, or has no revisions."""


class ProjectSettingsError(InstanceError):
    """The table ``tool.msm`` of a ``pyproject.toml``, or --provider, names no providers."""


class UnreadableRevisionError(InstanceError):
    """A revision file is not valid Python, or its ids are not literals."""


class TemplateFailedError(InstanceError):
    """The revisions could not be run on the template of a fresh database.

    Attributes:
        log_path: the log that has the reason.
    """

    effect = "The database was not changed."

    def __init__(self, message: str, *, log_path: Path) -> None:
        super().__init__(message)
        self.log_path = log_path


class ResetFailedError(InstanceError):
    """There is too little disk for a fresh database, or PostgreSQL could not put it in place."""

    effect = "The database was not changed."


class NotOursError(InstanceError):
    """A folder that is to be deleted does not carry the marker of msm-local."""

    effect = "Nothing was deleted."


class ProgramMissingError(InstanceError):
    """A program that the command runs is not installed."""


class RoleMissingError(InstanceError):
    """The API of the instance has no role of this kind that can log in."""
