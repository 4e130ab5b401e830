"""Migrations of a project that defines its own models on ``MarketsBase``.

Its migration package makes one call. Either it extends the provider of msm, and its revisions are a
branch of the revision graph of msm::

    migration = extend(__name__, [Quote, QuotePricesTS])

or it has its own version table and revision graph, next to those of msm::

    migration = stand_beside(__name__, [Quote, QuotePricesTS])

``docs/downstream.md`` says when to choose which. ``docs/existing-tables.md`` moves a project that
has tables and a history already.
"""

from ..errors import (
    DownstreamError,
    DownstreamModelsError,
    ForeignTableChangedError,
    MissingReferenceError,
    OtherHistoryError,
    RevisionIdError,
)
from .beside import stand_beside
from .existing import ExistingHistory
from .extend import extend

__all__ = [
    "DownstreamError",
    "DownstreamModelsError",
    "ExistingHistory",
    "ForeignTableChangedError",
    "MissingReferenceError",
    "OtherHistoryError",
    "RevisionIdError",
    "extend",
    "stand_beside",
]
