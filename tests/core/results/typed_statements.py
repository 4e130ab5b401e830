"""What type checkers know of the rows of statements; nothing here is run.

mypy reads this file with all others, and tests/core/results/test_types.py has pyright read it.
"""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, assert_type
from uuid import UUID

import pandas as pd
from sqlalchemy import (
    Row,
    RowMapping,
    ScalarResult,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import aliased
from sqlalchemy.types import String

import msm
from msm.models import Asset, AssetType, FutureAssetDetails, Index, IndexValuesTS

if TYPE_CHECKING:
    import duckdb
    import polars as pl

NOON = datetime.datetime(2025, 1, 2, 12, tzinfo=datetime.UTC)


def selects(runtime: msm.MarketsRuntime) -> None:
    """Selects of columns and expressions."""
    pair = select(Asset.uid, Asset.unique_identifier)
    assert_type(runtime.execute(pair), msm.Result[UUID, str])
    assert_type(runtime.execute(pair).all(), Sequence[Row[UUID, str]])
    assert_type(runtime.execute(pair).one(), Row[UUID, str])
    assert_type(runtime.execute(pair).first(), Row[UUID, str] | None)
    assert_type(runtime.execute(pair).mappings().all(), Sequence[RowMapping])
    for uid, name in runtime.execute(pair):
        assert_type(uid, UUID)
        assert_type(name, str)
    nullable = select(Asset.asset_type)
    assert_type(runtime.execute(nullable), msm.Result[str | None])
    assert_type(runtime.execute(select(Asset.uid.label("key"))), msm.Result[UUID])
    assert_type(runtime.execute(select(func.count())), msm.Result[int])
    assert_type(runtime.execute(select(func.max(Asset.unique_identifier))), msm.Result[str])
    assert_type(runtime.execute(select(cast(Asset.uid, String))), msm.Result[str])
    assert_type(runtime.execute(select(literal(1), literal("a"))), msm.Result[int, str])
    assert_type(runtime.execute(select(Asset.unique_identifier + "x")), msm.Result[str])
    assert_type(runtime.execute(select(Asset.uid == Asset.uid)), msm.Result[bool])
    assert_type(runtime.execute(select(func.coalesce(Asset.uid, Asset.uid))), msm.Result[UUID])
    sizes = select(FutureAssetDetails.contract_size, FutureAssetDetails.expires_at)
    assert_type(runtime.execute(sizes), msm.Result[Decimal, datetime.datetime | None])
    values = select(IndexValuesTS.time_index, IndexValuesTS.value).where(IndexValuesTS.value > 0)
    last = values.order_by("value").limit(3)
    assert_type(runtime.execute(last), msm.Result[datetime.datetime, float])


def entities(runtime: msm.MarketsRuntime) -> None:
    """Selects of models."""
    other = aliased(Asset)
    assert_type(runtime.execute(select(Asset)), msm.Result[Asset])
    assert_type(runtime.execute(select(other)), msm.Result[Asset])
    assert_type(runtime.execute(select(Asset, AssetType)), msm.Result[Asset, AssetType])
    assert_type(runtime.execute(select(Asset, AssetType.uid)), msm.Result[Asset, UUID])
    joined = select(Asset, AssetType).join(AssetType, AssetType.asset_type == Asset.asset_type)
    assert_type(runtime.execute(joined.distinct()), msm.Result[Asset, AssetType])
    assert_type(runtime.execute(select(Asset).with_only_columns(Asset.uid)), msm.Result[UUID])
    assert_type(runtime.scalars(select(Asset)), ScalarResult[Asset])
    assert_type(runtime.scalars(select(Asset)).all(), Sequence[Asset])
    assert_type(runtime.scalar(select(Asset)), Asset | None)
    assert_type(runtime.scalar(select(func.count())), int | None)
    assert_type(runtime.scalars(select(Asset.uid)).one(), UUID)
    assert_type(runtime.get(Asset, UUID(int=1)), Asset | None)
    assert_type(runtime.get(Index, {"unique_identifier": "I"}), Index | None)


def writes(runtime: msm.MarketsRuntime) -> None:
    """Writes with RETURNING, and without."""
    assert_type(runtime.execute(insert(Asset).returning(Asset.uid)), msm.Result[UUID])
    assert_type(runtime.execute(insert(Asset).returning(Asset)), msm.Result[Asset])
    changed = update(Asset).values(asset_type="x").returning(Asset.uid, Asset.asset_type)
    assert_type(runtime.execute(changed), msm.Result[UUID, str | None])
    assert_type(runtime.execute(delete(Asset).returning(Asset)), msm.Result[Asset])
    upsert = postgresql.insert(Asset).on_conflict_do_nothing().returning(Asset.uid)
    assert_type(runtime.execute(upsert), msm.Result[UUID])
    assert_type(runtime.execute(insert(Asset)).row_count, int)
    assert_type(runtime.execute(delete(Asset)), msm.Result[*tuple[Any, ...]])


def streams(runtime: msm.MarketsRuntime) -> None:
    """Reading page after page, and time series."""
    assert_type(runtime.iter_rows(select(Asset)), Iterator[Row[Asset]])
    assert_type(runtime.iter_rows(select(Asset.uid, Asset)), Iterator[Row[UUID, Asset]])
    assert_type(runtime.latest(IndexValuesTS), msm.Observations[IndexValuesTS])
    assert_type(runtime.latest(IndexValuesTS).scalars(), ScalarResult[IndexValuesTS])
    assert_type(runtime.between(IndexValuesTS, NOON, NOON).scalars().all(), Sequence[IndexValuesTS])
    assert_type(runtime.latest(IndexValuesTS).frame(), pd.DataFrame)
    some = runtime.latest(IndexValuesTS, columns=[IndexValuesTS.value])
    assert_type(some, msm.Observations[*tuple[Any, ...]])


def rows(
    runtime: msm.MarketsRuntime,
    mappings: list[Mapping[str, Any]],
    instances: list[Asset],
    frame: "pl.DataFrame",
    relation: "duckdb.DuckDBPyRelation",
) -> None:
    """Everything that can be written."""
    assert_type(runtime.upsert(Asset, mappings), int)
    assert_type(runtime.upsert(Asset, instances), int)
    assert_type(runtime.upsert(Asset, pd.DataFrame()), int)
    assert_type(runtime.insert(Asset, frame), int)
    assert_type(runtime.delete(Asset, relation), int)
