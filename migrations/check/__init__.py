"""The models against the database, and the database against the platform's catalog.

``python -m migrations.check`` looks through the SDK's scoped migration connection and changes
nothing; a credential is the one trace that it leaves.
"""

from .check import Check, check
from .differences import Difference

__all__ = ["Check", "Difference", "check"]
