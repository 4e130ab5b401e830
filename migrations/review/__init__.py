"""What a revision does, read operation by operation without a database, checked by rules.

``python -m migrations.review [REVISION ...]`` prints what is refused, and squawk's warnings. The
``upgrade()`` and ``downgrade()`` of each revision run against a context that only records.
"""

from .history import HistoryError, Revision, UnknownRevisionError, read_history
from .recorder import Location, Operation, Recording, record
from .review import Finding, Review, review
from .rules import RULES, Rule

__all__ = [
    "RULES",
    "Finding",
    "HistoryError",
    "Location",
    "Operation",
    "Recording",
    "Review",
    "Revision",
    "Rule",
    "UnknownRevisionError",
    "read_history",
    "record",
    "review",
]
