"""The connection cannot carry a migration."""

from .base import MigrationError

__all__ = [
    "ConnectionLostError",
    "CredentialExpiredError",
    "LockLostError",
    "PoolerError",
    "SessionError",
]


class SessionError(MigrationError):
    """The connection cannot carry a migration."""


class PoolerError(SessionError):
    """A transaction pooler is in front of PostgreSQL, and session locks do not work through it."""


class CredentialExpiredError(SessionError):
    """The migration credential has expired."""


class LockLostError(SessionError):
    """The lock was lost before the migration could commit, so it was rolled back."""


class ConnectionLostError(SessionError):
    """PostgreSQL cannot be reached, or ended the session."""
