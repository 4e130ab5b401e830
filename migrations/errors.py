"""Base of what the migration package raises on purpose."""

from msm.errors import MsmError

__all__ = ["MigrationError"]


class MigrationError(MsmError):
    """A migration cannot be run, read or trusted as it stands."""
