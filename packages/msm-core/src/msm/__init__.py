"""msm: the financial-markets data model on Main Sequence.

Define models on :class:`MarketsMetaTable` and :class:`MarketsTimeIndexMetaTable`; bring the
database to head with the SDK's own migrations CLI; attach with :func:`start_engine`.
"""

from msm.base import MarketsBase, MarketsMetaTable, MarketsModel, MarketsTimeIndexMetaTable
from msm.engine import start_engine
from msm.errors import MsmError
from msm.models import markets_sqlalchemy_models
from msm.results import Result
from msm.runtime import MarketsRuntime

__all__ = [
    "MarketsBase",
    "MarketsMetaTable",
    "MarketsModel",
    "MarketsRuntime",
    "MarketsTimeIndexMetaTable",
    "MsmError",
    "Result",
    "markets_sqlalchemy_models",
    "start_engine",
]
