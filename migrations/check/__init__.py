"""Compares the models with the database, and the database with the platform's catalog.

``python -m migrations.check`` reads through a migration connection that the platform issues, and
changes nothing; only the credential is left behind.
"""

from .check import Check, check
from .differences import Difference

__all__ = ["Check", "Difference", "check"]
