"""Rows through attached models: Python values are read back as they were written."""

import datetime
import math
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, exists, func, insert, literal, select, update
from sqlalchemy.dialects import postgresql

import msm
from msm.errors import ConflictError, ResultTruncatedError
from msm.models import (
    Asset,
    AssetType,
    Calendar,
    CalendarDate,
    FutureAssetDetails,
    Index,
    IndexFormulaDefinition,
    IndexValuesTS,
)
from msm.sdk import DEFAULT_LIMITS
from tests.support.forked import value_of
from tests.support.rows import columns_of

MODELS = [
    *(Asset, AssetType, Calendar, CalendarDate, FutureAssetDetails),
    *(Index, IndexFormulaDefinition, IndexValuesTS),
]
MAX_ROWS = DEFAULT_LIMITS.max_rows
NOON = datetime.datetime(2025, 1, 2, 12, 0, 0, 123456, tzinfo=datetime.UTC)


def insert_and_read_asset() -> dict[str, Any]:
    runtime = msm.start_engine(MODELS)
    row = {"unique_identifier": "Zürich 株 100%'\"\\", "asset_type": None}
    written = runtime.execute(insert(Asset).values(row).returning(Asset.uid))
    assert written.row_count == 1
    read = runtime.execute(select(Asset).where(Asset.uid == written.scalar_one()))
    assert read.row_count == 1
    return columns_of(read.scalar_one())


def test_a_row_comes_back_as_it_was_written(environment: Mapping[str, str]) -> None:
    row = value_of(insert_and_read_asset, environment=environment)
    assert isinstance(row.pop("uid"), uuid.UUID)
    assert row == {"unique_identifier": "Zürich 株 100%'\"\\", "asset_type": None}


FUTURE = {
    "kind": "monthly",
    "quote_unit": "USD",
    "settlement_model": "linear",
    "settlement_method": "cash",
    "contract_size": Decimal("12345678901234567890.123456789012345678"),
    "contract_unit": "",
    "expires_at": NOON.astimezone(datetime.timezone(datetime.timedelta(hours=-5))),
    "settles_at": None,
    "metadata": {"nested": [1, None, {"ü": "x"}]},
}


def every_type() -> tuple[dict[str, Any], dict[str, Any]]:
    runtime = msm.start_engine(MODELS)
    for name in ("BTC", "USD"):
        runtime.execute(insert(Asset).values(unique_identifier=name))
    index = {"unique_identifier": "I", "index_type": "t", "display_name": "I"}
    method = {"calculation_method": "custom", "value_format": "decimal"}
    runtime.execute(insert(Index).values(index | method))
    uid = select(Asset.uid).where(Asset.unique_identifier == "BTC").scalar_subquery()
    usd = select(Asset.uid).where(Asset.unique_identifier == "USD").scalar_subquery()
    keys = {"asset_uid": uid, "settlement_asset": usd, "margin_asset": usd}
    keys["underlying_index_uid"] = select(Index.uid).scalar_subquery()
    written = runtime.execute(
        insert(FutureAssetDetails).values(FUTURE | keys).returning(FutureAssetDetails)
    )
    read = runtime.execute(select(FutureAssetDetails))
    return columns_of(written.scalar_one()), columns_of(read.scalar_one())


def test_numeric_timestamps_json_and_nulls_are_kept(
    environment: Mapping[str, str],
) -> None:
    written, read = value_of(every_type, environment=environment)
    assert written == read
    assert {name: read[name] for name in FUTURE} == FUTURE
    assert read["expires_at"].tzinfo is not None
    assert read["expires_at"].utcoffset() == datetime.timedelta(0)


def floats() -> list[float]:
    runtime = msm.start_engine(MODELS)
    index = {"unique_identifier": "I", "index_type": "t", "display_name": "I"}
    runtime.execute(
        insert(Index).values(index | {"calculation_method": "custom", "value_format": "decimal"})
    )
    values = [0.1 + 0.2, -0.0, 1e308, math.inf, -math.inf, math.nan]
    rows = [
        {
            "time_index": NOON + datetime.timedelta(microseconds=position),
            "index_identifier": "I",
            "value": value,
        }
        for position, value in enumerate(values)
    ]
    assert runtime.execute(insert(IndexValuesTS).values(rows)).row_count == len(values)
    read = runtime.execute(select(IndexValuesTS.value).order_by(IndexValuesTS.time_index))
    return list(read.scalars())


def test_every_float_is_kept_also_nan_and_infinity(environment: Mapping[str, str]) -> None:
    *finite, inf, minus_inf, nan = value_of(floats, environment=environment)
    assert finite == [0.1 + 0.2, -0.0, 1e308]
    assert math.copysign(1, finite[1]) == -1
    assert (inf, minus_inf) == (math.inf, -math.inf)
    assert math.isnan(nan)


def labels_and_aggregates() -> dict[str, Any]:
    runtime = msm.start_engine(MODELS)
    calendar = {"unique_identifier": "X", "display_name": "X", "calendar_type": "exchange"}
    days = {"valid_from": datetime.date(2025, 1, 1), "valid_to": datetime.date(2025, 12, 31)}
    made = runtime.scalar(insert(Calendar).values(calendar | days).returning(Calendar.uid))
    rows = [{"calendar_uid": made, "local_date": datetime.date(2025, 1, day)} for day in (1, 2, 3)]
    runtime.execute(insert(CalendarDate).values(rows))
    statement = (
        select(
            Calendar.uid,
            func.count().label("days"),
            func.max(CalendarDate.local_date).label("last"),
            func.bool_or(CalendarDate.is_holiday),
            literal(9_007_199_254_740_993).label("wide"),
        )
        .join(CalendarDate, CalendarDate.calendar_uid == Calendar.uid)
        .group_by(Calendar.uid)
    )
    return dict(runtime.execute(statement).mappings().one())


def test_labels_aggregates_and_joins_have_python_types(environment: Mapping[str, str]) -> None:
    row = value_of(labels_and_aggregates, environment=environment)
    assert isinstance(row["uid"], uuid.UUID)
    assert (row["days"], row["last"]) == (3, datetime.date(2025, 1, 3))
    assert row["bool_or"] is False
    assert row["wide"] == 9_007_199_254_740_993


def write_in_every_way() -> list[int]:
    runtime = msm.start_engine(MODELS)
    upsert = postgresql.insert(AssetType).values([{"asset_type": "bond"}, {"asset_type": "equity"}])
    upsert = upsert.on_conflict_do_update(
        index_elements=["asset_type"],
        set_={"display_name": upsert.excluded.asset_type},
        where=AssetType.display_name.is_distinct_from(upsert.excluded.asset_type),
    )
    with_name = update(AssetType).where(AssetType.asset_type == "bond").values(description="x")
    used = exists().where(Asset.asset_type == AssetType.asset_type)
    return [
        runtime.execute(statement).row_count
        for statement in (
            *(upsert, upsert, upsert),
            with_name,
            insert(Asset).values(unique_identifier="a", asset_type="bond"),
            delete(AssetType).where(~used),
            select(AssetType),
        )
    ]


def test_every_write_returns_its_row_count(
    environment: Mapping[str, str],
) -> None:
    assert value_of(write_in_every_way, environment=environment) == [2, 2, 0, 1, 1, 1, 1]


def conflict() -> int:
    runtime = msm.start_engine(MODELS)
    runtime.execute(insert(AssetType).values(asset_type="bond"))
    with pytest.raises(ConflictError):
        runtime.execute(insert(AssetType).values([{"asset_type": "a"}, {"asset_type": "bond"}]))
    return runtime.execute(select(AssetType)).row_count


def test_a_refused_write_writes_nothing(environment: Mapping[str, str]) -> None:
    assert value_of(conflict, environment=environment) == 1


def remainders() -> list[Any]:
    runtime = msm.start_engine(MODELS)
    runtime.execute(insert(AssetType).values(asset_type="abc", display_name="de"))
    left = func.length(AssetType.asset_type) % func.length(AssetType.display_name)
    # Without a placeholder and with one: a driver reads %% in the first as it is.
    return [
        left_over
        for statement in (
            select(left.label("left %")),
            select(left.label("left %")).where(AssetType.asset_type == "abc"),
        )
        for left_over in runtime.scalars(statement)
    ]


def test_a_percent_sign_is_kept_without_parameters(environment: Mapping[str, str]) -> None:
    assert value_of(remainders, environment=environment) == [1, 1]


def too_many() -> int:
    runtime = msm.start_engine(MODELS)
    runtime.execute(insert(AssetType).values(asset_type="x"))
    numbers = func.generate_series(1, MAX_ROWS + 1).table_valued("n").render_derived()
    statement = select(AssetType.asset_type, numbers.c.n)
    with pytest.raises(ResultTruncatedError) as caught:
        runtime.execute(statement)
    assert runtime.execute(statement.limit(1_500)).row_count == 1_500
    return caught.value.limit


def test_a_truncated_select_is_an_error(environment: Mapping[str, str]) -> None:
    assert value_of(too_many, environment=environment) == MAX_ROWS
