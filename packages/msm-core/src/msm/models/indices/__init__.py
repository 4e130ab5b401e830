"""Indices: market quantities, their types, formulas, values and datasets."""

from msm.models.indices.dataset_availability import IndexDatasetAvailability
from msm.models.indices.formulas import IndexFormulaDefinition, IndexFormulaInput
from msm.models.indices.index import Index
from msm.models.indices.index_type import IndexType
from msm.models.indices.values import IndexValuesTS

__all__ = [
    "Index",
    "IndexDatasetAvailability",
    "IndexFormulaDefinition",
    "IndexFormulaInput",
    "IndexType",
    "IndexValuesTS",
]
