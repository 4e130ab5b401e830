"""msm: the financial-markets data model on Main Sequence.

Define models on :class:`MarketsMetaTable` and :class:`MarketsTimeIndexMetaTable`; bring the
database to head with the SDK's own migrations CLI; attach with :func:`start_engine`. The core
tables are in :mod:`msm.models`. Projects that define their own models need not import it.
"""

from msm.base import MarketsBase, MarketsMetaTable, MarketsModel, MarketsTimeIndexMetaTable
from msm.engine import start_engine
from msm.errors import MsmError
from msm.operations.results import Result
from msm.runtime import MarketsRuntime
from msm.timeseries import Observations

__all__ = [
    "MarketsBase",
    "MarketsMetaTable",
    "MarketsModel",
    "MarketsRuntime",
    "MarketsTimeIndexMetaTable",
    "MsmError",
    "Observations",
    "Result",
    "start_engine",
]
