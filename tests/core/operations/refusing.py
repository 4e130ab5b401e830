"""Errors of refused operations: provoked on a platform, or made from an answer."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

import msm
from msm.errors import MsmError, PlatformError
from msm.models import (
    Asset,
    AssetType,
    FutureAssetDetails,
    Index,
    IndexFormulaDefinition,
    IndexValuesTS,
)
from msm.operations.attached import Attached
from msm.operations.compile import Statement, compile_operation
from msm.operations.failures.translate import operation_error
from msm.sdk import MetaTable
from msm.sdk.failure import Failure

__all__ = ["DAY", "INDEX", "MODELS", "VALUE", "Call", "Refused", "failed", "refused", "rows_of"]

MODELS = [Asset, AssetType, FutureAssetDetails, Index, IndexFormulaDefinition, IndexValuesTS]
DAY = datetime.datetime(2025, 1, 2, tzinfo=datetime.UTC)
INDEX = {
    "unique_identifier": "I",
    "index_type": "t",
    "display_name": "I",
    "calculation_method": "custom",
    "value_format": "decimal",
}
VALUE = {"time_index": DAY, "index_identifier": "I", "value": 1.0}

type Call = Callable[[msm.MarketsRuntime], object]


@dataclass(frozen=True, slots=True)
class Refused:
    """An error of a forked process, which cannot be pickled itself."""

    kind: type
    message: str
    facts: dict[str, Any]


def rows_of(runtime: msm.MarketsRuntime) -> None:
    """Write an asset type, and an index with one value."""
    runtime.insert(AssetType, [{"asset_type": "bond"}])
    runtime.insert(Index, [INDEX])
    runtime.insert(IndexValuesTS, [VALUE])


def refused(function: Callable[..., object], *arguments: object) -> Refused:
    """Call a function that must fail."""
    with pytest.raises(MsmError) as caught:
        function(*arguments)
    return Refused(type(caught.value), str(caught.value), vars(caught.value))


def failed(statement: Statement, failure: Failure) -> PlatformError:
    """The error for a failure that the local platform does not give, or not at will."""
    attached = {
        model.__tablename__: MetaTable.model_construct(uid=model.__name__) for model in MODELS
    }
    return operation_error(compile_operation(statement, Attached(attached)), failure)
