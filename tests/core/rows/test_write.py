"""Many rows through the attached models: every value is written as it is."""

import datetime
import math
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pandas as pd
from psycopg import Connection
from sqlalchemy import ARRAY, JSON, Column, Integer, MetaData, Table, Uuid, select
from sqlalchemy.dialects import postgresql

import msm
from msm.models import (
    Account,
    Asset,
    AssetType,
    Calendar,
    CalendarDate,
    FutureAssetDetails,
    Index,
    IndexFormulaDefinition,
    IndexValuesTS,
    OrdersTS,
)
from msm.rows.statements import insert_statement
from tests.core.rows.written import INDEX, NOON, checked, values_at
from tests.support.forked import value_of
from tests.support.rows import dictionaries

MODELS = [
    *(Account, Asset, AssetType, Calendar, CalendarDate, FutureAssetDetails, OrdersTS),
    *(Index, IndexFormulaDefinition, IndexValuesTS),
]
CALENDAR = {
    "unique_identifier": "X",
    "display_name": "X",
    "calendar_type": "exchange",
    "valid_from": datetime.date(2025, 1, 1),
    "valid_to": datetime.date(2025, 12, 31),
}
TEXTS = ["", "NULL", "null", '{"a",\\b}', " \t\n", "Zürich 株 100% %(x)s", "'; --", "\\", '"', "😀"]


def write_texts() -> tuple[int, list[str]]:
    runtime = msm.start_engine(MODELS)
    written = runtime.insert(Asset, [{"unique_identifier": text} for text in TEXTS])
    return written, list(runtime.scalars(select(Asset.unique_identifier)))


def test_every_text_is_kept(environment: Mapping[str, str]) -> None:
    written, read = value_of(write_texts, environment=environment)
    assert written == len(TEXTS)
    assert sorted(read) == sorted(TEXTS)


FUTURE = {
    "kind": "monthly",
    "quote_unit": "USD",
    "settlement_model": "linear",
    "settlement_method": "cash",
    "contract_size": Decimal("12345678901234567890.123456789012345678"),
    "contract_unit": "",
    "expires_at": NOON.astimezone(datetime.timezone(datetime.timedelta(hours=-5))),
    "settles_at": None,
    "metadata": {"nested": [1, None, {"ü\\": 'x"'}], "wide": 2**63, "small": 1e-300},
}


def write_every_type() -> list[dict[str, Any]]:
    runtime = msm.start_engine(MODELS)
    runtime.insert(Asset, [{"unique_identifier": name} for name in ("BTC", "USD")])
    runtime.insert(Index, [INDEX])
    runtime.insert(Account, [{"unique_identifier": "A", "account_name": "A"}])
    btc, usd = runtime.scalars(select(Asset.uid).order_by(Asset.unique_identifier))
    index = runtime.scalar(select(Index.uid))
    keys = {"asset_uid": btc, "settlement_asset": usd, "margin_asset": usd}
    runtime.upsert(FutureAssetDetails, [FUTURE | keys | {"underlying_index_uid": index}])
    order = {"order_time": NOON, "account_identifier": "A", "asset_identifier": "BTC"}
    sides = [{"order_identifier": str(side), "order_side": side} for side in (2**63 - 1, -(2**63))]
    runtime.upsert(OrdersTS, [order | side for side in sides])
    orders = runtime.execute(select(OrdersTS.order_side).order_by(OrdersTS.order_side))
    return [*dictionaries(runtime.execute(select(FutureAssetDetails))), *dictionaries(orders)]


def test_every_type_is_kept(environment: Mapping[str, str]) -> None:
    future, *orders = value_of(write_every_type, environment=environment)
    assert {name: future[name] for name in FUTURE} == FUTURE
    assert [row["order_side"] for row in orders] == [-(2**63), 2**63 - 1]


def write_floats() -> list[float]:
    runtime = msm.start_engine(MODELS)
    runtime.insert(Index, [INDEX])
    runtime.upsert(
        IndexValuesTS, values_at(0.1 + 0.2, -0.0, 5e-324, 1, math.inf, -math.inf, math.nan)
    )
    read = runtime.execute(select(IndexValuesTS.value).order_by(IndexValuesTS.time_index))
    return list(read.scalars())


def test_every_float_is_kept(environment: Mapping[str, str]) -> None:
    *numbers, nan = value_of(write_floats, environment=environment)
    assert numbers == [0.1 + 0.2, -0.0, 5e-324, 1.0, math.inf, -math.inf]
    assert math.copysign(1, numbers[1]) == -1
    assert math.isnan(nan)


def leave_out_columns() -> list[dict[str, Any]]:
    runtime = msm.start_engine(MODELS)
    runtime.insert(Calendar, [CALENDAR, CALENDAR | {"unique_identifier": "Y", "timezone": "CET"}])
    columns = (Calendar.unique_identifier, Calendar.timezone, Calendar.uid)
    return dictionaries(runtime.execute(select(*columns).order_by(Calendar.unique_identifier)))


def test_a_missing_column_gets_its_default(
    environment: Mapping[str, str],
) -> None:
    first, second = value_of(leave_out_columns, environment=environment)
    assert (first["timezone"], second["timezone"]) == ("UTC", "CET")
    assert isinstance(first["uid"], uuid.UUID)
    assert first["uid"] != second["uid"]


def upsert_again() -> tuple[list[int], list[dict[str, Any]]]:
    runtime = msm.start_engine(MODELS)
    bond: dict[str, Any] = {
        "asset_type": "bond",
        "display_name": "Bond",
        "metadata_json": {"a": [1]},
    }
    counts = [
        runtime.upsert(AssetType, rows)
        for rows in (
            [bond, {"asset_type": "equity"}],
            [bond, {"asset_type": "equity"}],
            [bond | {"metadata_json": {"a": [2]}}, {"asset_type": "equity"}],
            [{"asset_type": "bond", "display_name": None}],
            [{"asset_type": "bond", "uid": uuid.UUID(int=1), "display_name": "Bond"}],
        )
    ]
    return counts, dictionaries(
        runtime.execute(select(AssetType).where(AssetType.asset_type == "bond"))
    )


def test_an_upsert_writes_only_what_differs(
    environment: Mapping[str, str],
) -> None:
    counts, [row] = value_of(upsert_again, environment=environment)
    assert counts == [2, 0, 1, 1, 1]
    assert row.pop("uid") != uuid.UUID(int=1)
    assert row == {
        "asset_type": "bond",
        "display_name": "Bond",
        "description": None,
        "metadata_json": {"a": [2]},
    }


def delete_by_a_partial_key() -> list[Any]:
    runtime = msm.start_engine(MODELS)
    runtime.insert(Index, [INDEX])
    uid = runtime.scalar(select(Index.uid))
    formulas = [
        {
            "index_uid": uid,
            "status": status,
            "version": version,
            "definition_hash": str(version),
            "valid_from": NOON,
            "formula": "a + b",
        }
        for version, status in enumerate(("retired", "active", "retired", "draft"), 1)
    ]
    written = runtime.upsert(IndexFormulaDefinition, formulas, key=["index_uid", "version"])
    deleted = runtime.delete(IndexFormulaDefinition, [{"index_uid": uid}], key=["index_uid"])
    left = select(IndexFormulaDefinition.version).order_by(IndexFormulaDefinition.version)
    return [written, deleted, list(runtime.scalars(left))]


def test_a_delete_keeps_to_a_partial_key(
    environment: Mapping[str, str],
) -> None:
    assert value_of(delete_by_a_partial_key, environment=environment) == [4, 1, [1, 3, 4]]


def delete_some() -> tuple[list[int], list[str]]:
    runtime = msm.start_engine(MODELS)
    runtime.insert(Asset, [{"unique_identifier": name} for name in "abcd"])
    row = runtime.get(Asset, {"unique_identifier": "d"})
    assert row is not None
    counts = [
        runtime.delete(Asset, [{"unique_identifier": name} for name in "abx"]),
        runtime.delete(Asset, [{"unique_identifier": name} for name in "abx"]),
        runtime.delete(Asset, [row], key=["uid"]),
    ]
    return counts, list(runtime.scalars(select(Asset.unique_identifier)))


def test_a_delete_returns_how_many_rows_it_deleted(
    environment: Mapping[str, str],
) -> None:
    assert value_of(delete_some, environment=environment) == ([2, 0, 1], ["c"])


def write_frames() -> tuple[list[int], list[dict[str, Any]], list[dict[str, Any]]]:
    runtime = msm.start_engine(MODELS)
    runtime.insert(Index, [INDEX])
    times = pd.date_range("2025-01-01", periods=3, tz="Europe/Zurich")
    values = pd.DataFrame(
        {
            "value": [1.5, 2.5, math.inf],
            "observation_status": ["ok", None, pd.NA],
            "source_as_of": [times[0], pd.NaT, times[1]],
        },
        index=pd.MultiIndex.from_product([times, ["I"]], names=["time_index", "index_identifier"]),
    )
    calendars = pd.DataFrame([CALENDAR]).astype({"valid_from": "datetime64[ns]"})
    counts = [runtime.upsert(IndexValuesTS, values), runtime.upsert(Calendar, calendars)]
    return (
        counts,
        dictionaries(runtime.execute(select(IndexValuesTS).order_by(IndexValuesTS.time_index))),
        dictionaries(runtime.execute(select(Calendar.valid_from, Calendar.valid_to))),
    )


def test_a_frame_is_written_with_its_index(
    environment: Mapping[str, str],
) -> None:
    counts, values, [calendar] = value_of(write_frames, environment=environment)
    assert counts == [3, 1]
    assert [row["value"] for row in values] == [1.5, 2.5, math.inf]
    assert [row["observation_status"] for row in values] == ["ok", None, None]
    assert values[0]["time_index"] == datetime.datetime(2024, 12, 31, 23, tzinfo=datetime.UTC)
    assert [row["source_as_of"] for row in values] == [
        *(values[0]["time_index"], None, values[1]["time_index"])
    ]
    assert calendar == {name: CALENDAR[name] for name in ("valid_from", "valid_to")}


def test_arrays_are_kept(empty_database: Connection) -> None:
    table = Table(
        "bag", MetaData(), Column("id", Integer), Column("keys", ARRAY(Uuid)), Column("extra", JSON)
    )
    empty_database.execute("CREATE TABLE bag (id integer, keys uuid[], extra json)")
    keys = [uuid.uuid4(), None, uuid.uuid4()]
    rows = [{"id": 1, "keys": keys, "extra": ["{}", '"']}, {"id": 2, "keys": [], "extra": None}]
    [batch] = checked(table, rows)
    compiled = insert_statement(table, batch.literals).compile(
        dialect=postgresql.dialect(paramstyle="pyformat")  # type: ignore[no-untyped-call]
    )
    empty_database.execute(str(compiled).encode(), compiled.params)
    found = empty_database.execute("SELECT id, keys, extra FROM bag ORDER BY id").fetchall()
    assert found == [(1, keys, ["{}", '"']), (2, [], None)]
