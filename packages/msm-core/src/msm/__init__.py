"""msm: the financial-markets data model on Main Sequence.

Define models on :class:`MarketsMetaTable` and :class:`MarketsTimeIndexMetaTable`; bring the
database to head with the SDK's own migrations CLI; attach with :func:`start_engine`. The core
tables are in :mod:`msm.models`. Projects that define their own models need not import it.
"""

# First, because it leaves the interpreter as it found it: what the SDK imports changes the filters
# of warnings, and some of it is imported by modules of ours, too.
import msm.sdk  # noqa: F401

# isort: split
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
