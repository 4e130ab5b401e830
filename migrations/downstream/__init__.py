"""Migrations of a project that builds models of its own on ``MarketsBase``.

Its migration package makes one call. Either it extends the provider of msm, and its revisions are a
branch of our graph::

    migration = extend(__name__, [Quote, QuotePricesTS])

or it stands beside it, with a version table and a graph of its own::

    migration = stand_beside(__name__, [Quote, QuotePricesTS])

``docs/downstream.md`` says which is for whom.
"""

from ..errors import (
    DownstreamError,
    DownstreamModelsError,
    ForeignTableChangedError,
    MissingReferenceError,
    RevisionIdError,
)
from .beside import stand_beside
from .extend import extend

__all__ = [
    "DownstreamError",
    "DownstreamModelsError",
    "ForeignTableChangedError",
    "MissingReferenceError",
    "RevisionIdError",
    "extend",
    "stand_beside",
]
