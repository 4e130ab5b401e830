"""Many rows through the attached models: what is written, in how many statements, and how often."""

import datetime
import io
import math
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from psycopg import Connection
from sqlalchemy import ARRAY, JSON, Column, Integer, MetaData, Table, Uuid, func, select
from sqlalchemy.dialects import postgresql

import msm
from msm.errors import PartlyWrittenError, PlatformRefusedError
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
from msm.operations.results import Result
from msm.rows import validate, write
from msm.rows.input import given_rows
from msm.rows.keys import Key
from msm.rows.statements import insert_statement, upsert_statement
from msm.rows.validate import Expected, check_rows
from tests.support.forked import value_of

MODELS = [
    *(Account, Asset, AssetType, Calendar, CalendarDate, FutureAssetDetails, OrdersTS),
    *(Index, IndexFormulaDefinition, IndexValuesTS),
]
NOON = datetime.datetime(2025, 1, 2, 12, 0, 0, 123456, tzinfo=datetime.UTC)
INDEX = {
    "unique_identifier": "I",
    "index_type": "t",
    "display_name": "I",
    "calculation_method": "custom",
    "value_format": "decimal",
}
CALENDAR = {
    "unique_identifier": "X",
    "display_name": "X",
    "calendar_type": "exchange",
    "valid_from": datetime.date(2025, 1, 1),
    "valid_to": datetime.date(2025, 12, 31),
}
TEXTS = ["", "NULL", "null", '{"a",\\b}', " \t\n", "Zürich 株 100% %(x)s", "'; --", "\\", '"', "😀"]


def values_at(*values: float) -> list[dict[str, Any]]:
    second = datetime.timedelta(seconds=1)
    return [
        {"time_index": NOON + place * second, "index_identifier": "I", "value": value}
        for place, value in enumerate(values)
    ]


def write_texts() -> tuple[int, list[str]]:
    runtime = msm.start_engine(MODELS)
    written = runtime.insert(Asset, [{"unique_identifier": text} for text in TEXTS])
    read = runtime.execute(select(Asset.unique_identifier))
    return written, [row["unique_identifier"] for row in read.rows]


def test_every_text_survives(environment: Mapping[str, str]) -> None:
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
    uids = runtime.execute(select(Asset.uid).order_by(Asset.unique_identifier)).rows
    index = runtime.execute(select(Index.uid)).rows[0]["uid"]
    btc, usd = (row["uid"] for row in uids)
    keys = {"asset_uid": btc, "settlement_asset": usd, "margin_asset": usd}
    runtime.upsert(FutureAssetDetails, [FUTURE | keys | {"underlying_index_uid": index}])
    order = {"order_time": NOON, "account_identifier": "A", "asset_identifier": "BTC"}
    sides = [{"order_identifier": str(side), "order_side": side} for side in (2**63 - 1, -(2**63))]
    runtime.upsert(OrdersTS, [order | side for side in sides])
    orders = runtime.execute(select(OrdersTS.order_side).order_by(OrdersTS.order_side))
    return [*runtime.execute(select(FutureAssetDetails)).rows, *orders.rows]


def test_every_type_survives(environment: Mapping[str, str]) -> None:
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
    return [row["value"] for row in read.rows]


def test_every_float_survives(environment: Mapping[str, str]) -> None:
    *numbers, nan = value_of(write_floats, environment=environment)
    assert numbers == [0.1 + 0.2, -0.0, 5e-324, 1.0, math.inf, -math.inf]
    assert math.copysign(1, numbers[1]) == -1
    assert math.isnan(nan)


def leave_out_columns() -> list[dict[str, Any]]:
    runtime = msm.start_engine(MODELS)
    runtime.insert(Calendar, [CALENDAR, CALENDAR | {"unique_identifier": "Y", "timezone": "CET"}])
    columns = (Calendar.unique_identifier, Calendar.timezone, Calendar.uid)
    return runtime.execute(select(*columns).order_by(Calendar.unique_identifier)).rows


def test_a_column_that_a_row_leaves_out_gets_the_databases_default(
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
    return counts, runtime.execute(select(AssetType).where(AssetType.asset_type == "bond")).rows


def test_an_upsert_writes_only_what_differs_and_keeps_what_is_not_given(
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
    uid = runtime.execute(select(Index.uid)).one()["uid"]
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
    return [written, deleted, runtime.execute(left).scalars()]


def test_a_delete_by_a_partial_key_takes_only_the_rows_that_it_holds_for(
    environment: Mapping[str, str],
) -> None:
    assert value_of(delete_by_a_partial_key, environment=environment) == [4, 1, [1, 3, 4]]


def delete_some() -> tuple[list[int], list[str]]:
    runtime = msm.start_engine(MODELS)
    runtime.insert(Asset, [{"unique_identifier": name} for name in "abcd"])
    [row] = runtime.execute(select(Asset).where(Asset.unique_identifier == "d")).rows
    counts = [
        runtime.delete(Asset, [{"unique_identifier": name} for name in "abx"]),
        runtime.delete(Asset, [{"unique_identifier": name} for name in "abx"]),
        runtime.delete(Asset, [row], key=["uid"]),
    ]
    left = runtime.execute(select(Asset.unique_identifier)).rows
    return counts, [row["unique_identifier"] for row in left]


def test_a_delete_takes_the_rows_with_the_keys_and_says_how_many_were_there(
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
        runtime.execute(select(IndexValuesTS).order_by(IndexValuesTS.time_index)).rows,
        runtime.execute(select(Calendar.valid_from, Calendar.valid_to)).rows,
    )


def test_a_frame_is_written_with_its_index_and_its_missing_values_as_null(
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


def fail_in_the_third_batch() -> tuple[list[str], list[Any], int, int]:
    validate.MAX_BATCH_ROWS = 2
    runtime = msm.start_engine(MODELS)
    runtime.insert(Index, [INDEX])
    rows = values_at(*range(7))
    rows[5]["index_identifier"] = "missing"
    with pytest.raises(PartlyWrittenError) as caught:
        runtime.upsert(IndexValuesTS, rows)
    count = select(func.count().label("rows")).select_from(IndexValuesTS)
    there = runtime.execute(count).rows[0]["rows"]
    rows[5]["index_identifier"] = "I"
    again = runtime.upsert(IndexValuesTS, rows)
    with pytest.raises(PlatformRefusedError):
        runtime.upsert(IndexValuesTS, [rows[0] | {"index_identifier": "missing"}])
    told = [str(caught.value), str(caught.value.__cause__)]
    return told, [caught.value.written, caught.value.failed], there, again


def test_a_batch_that_fails_says_which_rows_were_written_and_the_upsert_can_be_repeated(
    environment: Mapping[str, str],
) -> None:
    told, ranges, there, again = value_of(fail_in_the_third_batch, environment=environment)
    assert told[0] == (
        "The upsert of IndexValuesTS has written rows 0 to 3, and failed at rows 4 to 5; fix what "
        f"is wrong there and upsert all rows again, which is safe: {told[1]}"
    )
    assert ranges == [(range(4),), (range(4, 6),)]
    assert (there, again) == (4, 3)


def fail_after_others() -> list[tuple[str, Any, Any]]:
    validate.MAX_BATCH_ROWS = 2
    runtime = msm.start_engine(MODELS)
    runtime.insert(AssetType, [{"asset_type": "taken"}])
    runtime.insert(Index, [INDEX, INDEX | {"unique_identifier": "J"}])
    runtime.insert(IndexValuesTS, values_at(1))
    plain = [{"asset_type": str(number)} for number in range(6)]
    mixed = [
        {"asset_type": f"mixed {number}"} | ({"description": "x"} if number % 2 else {})
        for number in range(10)
    ]
    plain[5]["asset_type"] = mixed[1]["asset_type"] = "taken"
    indexes = [{"unique_identifier": name} for name in ("J", "K", "I")]
    told = []
    verbs: list[tuple[Callable[..., int], type[msm.MarketsModel], list[dict[str, Any]]]] = [
        (runtime.insert, AssetType, plain),
        (runtime.insert, AssetType, mixed),
        (runtime.delete, Index, indexes),
    ]
    for verb, model, rows in verbs:
        with pytest.raises(PartlyWrittenError) as caught:
            verb(model, rows)
        error = caught.value
        told.append((str(error), error.written, error.failed))
    return told


def test_the_error_of_a_batch_names_the_rows_by_their_own_places(
    environment: Mapping[str, str],
) -> None:
    first, second, deleted = value_of(fail_after_others, environment=environment)
    taken = (
        "AssetType already has a row with asset_type (uix__ms_markets__assettype__asset_type; "
        "PostgreSQL says: Key (asset_type)=(taken) already exists); choose another key, or use "
        "an upsert."
    )
    assert first == (
        (
            "The insert of AssetType has written rows 0 to 3, and failed at rows 4 to 5; fix what "
            f"is wrong there and insert the rows that are not written: {taken}"
        ),
        (range(4),),
        (range(4, 6),),
    )
    assert second == (
        (
            "The insert of AssetType has written rows 0 to 0, 2 to 2, 4 to 4 and 2 more ranges, "
            "and failed at rows 1 to 1, 3 to 3; fix what is wrong there and insert the rows that "
            f"are not written: {taken}"
        ),
        tuple(range(number, number + 1) for number in (0, 2, 4, 6, 8)),
        (range(1, 2), range(3, 4)),
    )
    assert deleted == (
        (
            "The delete of Index has written rows 0 to 1, and failed at rows 2 to 2; fix what is "
            "wrong there and delete all rows again, which is safe: Rows of IndexValuesTS refer by "
            "index_identifier to rows of Index that the delete would remove "
            "(fk__ms_markets__indexvaluests__index_identifier__ms_dc817632b8; PostgreSQL says: Key "
            '(unique_identifier)=(I) is referenced from table "ms_markets__indexvaluests"); delete '
            "or change the referring rows first."
        ),
        (range(2),),
        (range(2, 3),),
    )


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "seconds", "shown"),
    [(Terminal(), 0.6, True), (Terminal(), 0.0, False), (io.StringIO(), 0.6, False)],
)
def test_progress_is_shown_on_a_terminal_to_those_who_wait_for_over_a_second(
    stream: io.StringIO, seconds: float, shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validate, "MAX_BATCH_ROWS", 1)
    monkeypatch.setattr(sys, "stderr", stream)

    def wait(*_operation: object) -> Result:
        time.sleep(seconds)
        return Result([], [], 1)

    monkeypatch.setattr(write, "execute", wait)
    rows = [{"unique_identifier": name} for name in "ab"]
    assert write.insert_rows(Asset, rows, {}, None) == 2
    told = stream.getvalue()
    assert ("insert Asset: 100%" in told, "insert Asset:   0%" in told) == (shown, False)
    if not shown:
        assert told == ""


def test_progress_is_shown_while_rows_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(validate, "MAX_BATCH_ROWS", 1)
    monkeypatch.setattr(write, "PROGRESS_DELAY", 0.0)

    def slowly() -> Iterator[dict[str, Any]]:
        for name in "abcd":
            time.sleep(0.15)
            yield {"unique_identifier": name}

    def look(*_operation: object) -> Result:
        seen.append(stream.getvalue())
        return Result([], [], 1)

    monkeypatch.setattr(write, "execute", look)
    seen: list[str] = []
    write.insert_rows(Asset, slowly(), {}, None)
    assert "insert Asset:" in seen[0]


def batches_of(rows: list[dict[str, Any]]) -> list[validate.Batch]:
    table = IndexValuesTS.__table__
    assert isinstance(table, Table)
    return checked(table, rows)


def checked(table: Table, rows: list[dict[str, Any]]) -> list[validate.Batch]:
    expected = Expected(None, frozenset(), [])
    batches, faults = check_rows(table, given_rows(table, rows), expected, lambda _rows: None)
    assert faults == []
    return batches


def test_the_text_of_a_statement_does_not_grow_with_its_batch() -> None:
    table = IndexValuesTS.__table__
    assert isinstance(table, Table)
    key = Key(("time_index", "index_identifier"))
    texts = [
        str(
            upsert_statement(table, batches_of(values_at(*range(count)))[0].literals, key).compile(
                dialect=postgresql.dialect()  # type: ignore[no-untyped-call]
            )
        )
        for count in (1, 5_000)
    ]
    assert texts[0] == texts[1]
    assert len(texts[0]) < 1_000


def test_a_batch_that_is_too_long_for_a_request_is_halved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validate, "MAX_BATCH_CHARACTERS", 500)
    batches = batches_of(values_at(*range(20)))
    assert len(batches) > 1
    assert [number for batch in batches for number in batch.numbers] == list(range(20))
    assert max(sum(map(len, batch.literals.values())) for batch in batches) <= 500


def test_arrays_survive(empty_database: Connection) -> None:
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
