"""What a revision does, read operation by operation without a database, held against the rules.

``python -m migrations.review [REVISION ...]`` prints what is refused, and squawk's warnings. Each
revision's ``upgrade()`` and ``downgrade()`` are run against a context that only takes notes.
"""

from .history import History, HistoryError, Revision, UnknownRevisionError, read_history
from .recorder import Location, Operation, Recording, record
from .review import Finding, Review, review
from .rules import RULES, Rule

__all__ = [
    "RULES",
    "Finding",
    "History",
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
