"""Refuses a change that would lose data, before any DDL.

An upgrade is judged by the destructive rules of the review, a downgrade by the rows of its tables.
"""

from .safeguard import Safeguard

__all__ = ["Safeguard"]
