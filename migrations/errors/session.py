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
    """A transaction pooler stands in between, where a session lock holds nothing."""


class CredentialExpiredError(SessionError):
    """The migration credential has no time left."""


class LockLostError(SessionError):
    """The lock was gone before the migration could commit, so that it did not."""


class ConnectionLostError(SessionError):
    """PostgreSQL cannot be reached, or ended the session."""
