"""Rows that do not fit their model: every fault is found, and nothing is sent."""

import datetime
import math
import uuid
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Column, Numeric

from msm import MarketsModel, Result
from msm.errors import InvalidRowsError, RowFault, StatementError
from msm.models import (
    AccountGroup,
    Asset,
    AssetType,
    CalendarDate,
    CalendarEvent,
    CurrencySpotAssetDetails,
    FutureAssetDetails,
    IndexFormulaDefinition,
    IndexValuesTS,
    OrdersTS,
)
from msm.operations.compile import Statement
from msm.rows import Rows, delete_rows, insert_rows, natural_key, upsert_rows, write
from msm.values.literals import column_text

NOON = datetime.datetime(2025, 1, 2, 12, tzinfo=datetime.UTC)
VALUE: dict[str, Any] = {"time_index": NOON, "index_identifier": "I", "value": 1.0}


def insert(model: type[MarketsModel], rows: Rows) -> int:
    """Insert without an attached table: what passes the checks ends in NotAttachedError."""
    return insert_rows(model, rows, {}, None)


def upsert(model: type[MarketsModel], rows: Rows, key: Sequence[str] | None = None) -> int:
    return upsert_rows(model, rows, key, {}, None)


def delete(model: type[MarketsModel], rows: Rows) -> int:
    return delete_rows(model, rows, None, {}, None)


def faults_of(call: Callable[[], int]) -> list[str]:
    with pytest.raises(InvalidRowsError) as caught:
        call()
    return [str(fault) for fault in caught.value.faults]


AWARE = "pass an aware datetime, such as datetime.now(datetime.UTC)"
NAIVE = NOON.replace(tzinfo=None)
NANO = pd.Timestamp(1, unit="ns", tz="UTC")
LAST = datetime.datetime.max.replace(tzinfo=datetime.timezone.min)
UNFIT: list[tuple[type[MarketsModel], str, Any, str]] = [
    (Asset, "unique_identifer", "A", "no such column; did you mean 'unique_identifier'?"),
    (Asset, "unique_identifier", 3, "expected a str, got int"),
    (
        Asset,
        "unique_identifier",
        "a\x00b",
        "has a NUL character, which PostgreSQL's text cannot store",
    ),
    (
        Asset,
        "unique_identifier",
        "\ud800",
        "has half of a surrogate pair, which is not a character",
    ),
    (
        Asset,
        "unique_identifier",
        "x" * 256,
        "has 256 characters, and the column stores at most 255",
    ),
    (Asset, "uid", "1", "expected a UUID, got str"),
    (
        AssetType,
        "metadata_json",
        {"a": math.nan},
        "is not JSON: Out of range float values are not JSON compliant: nan",
    ),
    (
        AssetType,
        "metadata_json",
        {"a": {1}},
        "is not JSON: Object of type set is not JSON serializable",
    ),
    (
        AssetType,
        "metadata_json",
        "\x00",
        "has a NUL character, which PostgreSQL's JSON cannot store",
    ),
    (IndexValuesTS, "value", "1", "expected a float, got str"),
    (IndexValuesTS, "value", True, "expected a float, got bool"),
    (IndexValuesTS, "value", 10**400, "is too large for a float"),
    (IndexValuesTS, "time_index", NAIVE, f"has no time zone; {AWARE}"),
    (IndexValuesTS, "time_index", "2025-01-02", "expected an aware datetime, got str"),
    (
        IndexValuesTS,
        "time_index",
        NANO,
        "has nanoseconds, where PostgreSQL keeps microseconds; round it",
    ),
    (IndexValuesTS, "time_index", LAST, "is outside the years 1 to 9999 in UTC"),
    (CalendarDate, "local_date", NOON, "expected a date, got datetime"),
    (CalendarDate, "is_holiday", 1, "expected a bool, got int"),
    (
        CalendarDate,
        "is_holiday",
        None,
        "is None, and the column needs a value; leave the column out for the database's default",
    ),
    (OrdersTS, "order_side", 2**63, "is too large for the column's 64 bits"),
    (OrdersTS, "order_side", 1.5, "expected an int, got float"),
    (OrdersTS, "order_side", 2.0**60, "expected an int, got float"),
    (OrdersTS, "order_side", False, "expected an int, got bool"),
    (FutureAssetDetails, "contract_size", 0.1, "expected a Decimal or an int, got float"),
    (
        FutureAssetDetails,
        "contract_size",
        Decimal("1e20"),
        "has more than 20 digits before the point",
    ),
    (
        FutureAssetDetails,
        "contract_size",
        Decimal("1e-19"),
        "has more than 18 digits after the point",
    ),
    (
        FutureAssetDetails,
        "contract_size",
        Decimal("inf"),
        "is not a number that the column can store",
    ),
]


@pytest.mark.parametrize(("model", "column", "value", "problem"), UNFIT)
def test_a_value_that_does_not_fit_is_named(
    model: type[MarketsModel], column: str, value: Any, problem: str
) -> None:
    with pytest.raises(InvalidRowsError) as caught:
        insert(model, [{column: value}])
    assert RowFault(0, column, value, problem) in caught.value.faults


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("A", "row 3, x = 'A': bad"),
        (None, "row 3, x: bad"),
        ("x" * 256, f"row 3, x = '{'x' * 27}...{'x' * 28}': bad"),
        (NOON, f"row 3, x = {NOON!r}: bad"),
    ],
)
def test_a_fault_shows_its_value_cut_in_its_middle(value: Any, told: str) -> None:
    assert str(RowFault(3, "x", value, "bad")) == told


def test_the_sentence_says_the_first_faults_and_how_many_more() -> None:
    rows = [{"unique_identifier": number} for number in range(7)]
    with pytest.raises(InvalidRowsError) as caught:
        upsert(Asset, rows)
    listing = "; ".join(
        f"row {number}, unique_identifier = {number}: expected a str, got int"
        for number in range(5)
    )
    assert str(caught.value) == (
        f"Nothing was sent, because these rows do not fit Asset: {listing}; and 2 more. "
        "Correct them and upsert again."
    )
    assert (caught.value.model, caught.value.verb, len(caught.value.faults)) == (
        "Asset",
        "upsert",
        7,
    )


def test_a_column_that_rows_lack_is_named_once_for_all_of_them() -> None:
    good: Sequence[dict[str, Any]] = [{"unique_identifier": "a"}]
    bad = [{"asset_type": "x"}] * 3
    assert faults_of(lambda: insert(Asset, [*good, *bad])) == [
        "row 1, unique_identifier: not given, and the column needs a value"
    ]


def test_a_row_without_columns_is_refused() -> None:
    assert faults_of(lambda: insert(AccountGroup, [{}])) == [
        "row 0, every column: not given, and a row needs at least one"
    ]


def test_a_key_that_comes_twice_is_refused_across_time_zones_and_batches() -> None:
    offset = datetime.timezone(datetime.timedelta(hours=-5))
    later = [VALUE | {"index_identifier": str(number)} for number in range(10_000)]
    rows = [VALUE, *later, VALUE | {"time_index": NOON.astimezone(offset)}]
    with pytest.raises(InvalidRowsError) as caught:
        upsert(IndexValuesTS, rows)
    shown = (
        "(datetime.datetime(2025, 1, 2, 7, 0, tz...ime.timedelta(days=-1, seconds=68400))), 'I')"
    )
    assert str(caught.value) == (
        "Nothing was sent, because these rows do not fit IndexValuesTS: row 10001, time_index, "
        f"index_identifier = {shown}: has the same key as row 0. Correct them and upsert again."
    )


def test_null_is_no_key_that_comes_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Statement] = []

    def remember(statement: Statement, _meta_tables: object, _timeout: object) -> Result:
        sent.append(statement)
        return Result([], [], 2)

    monkeypatch.setattr(write, "execute", remember)
    unnamed = [{"group_name": None}, {"group_name": None}]
    assert insert(AccountGroup, unnamed) == 2
    assert len(sent) == 1


def test_an_insert_is_checked_against_every_unique_key() -> None:
    rows = [{"uid": uuid.UUID(int=1), "unique_identifier": name} for name in "ab"]
    assert faults_of(lambda: insert(Asset, rows)) == [
        "row 1, uid = UUID('00000000-0000-0000-0000-000000000001'): has the same key as row 0"
    ]


def test_an_upsert_needs_a_value_in_each_column_of_its_key() -> None:
    event = {"calendar_uid": uuid.UUID(int=1), "event_type": "expiry", "event_label": ""}
    row = event | {"event_date": None, "target_type": "", "target_identifier": ""}
    assert faults_of(lambda: upsert(CalendarEvent, [row])) == [
        "row 0, event_date: is None, and the column needs a value"
    ]


def test_a_missing_value_of_a_frame_is_null() -> None:
    frame = pd.DataFrame({"time_index": [NOON], "index_identifier": ["I"], "value": [np.nan]})
    assert faults_of(lambda: upsert(IndexValuesTS, frame)) == [
        "row 0, value: is None, and the column needs a value"
    ]


def test_dates_of_a_frame_with_a_time_are_refused() -> None:
    frame = pd.DataFrame({"local_date": pd.to_datetime(["2025-01-01 09:30"])})
    assert faults_of(lambda: upsert(CalendarDate, frame)) == [
        "row 0, calendar_uid: not given, and the column needs a value",
        "row 0, local_date = Timestamp('2025-01-01 09:30:00'): expected a date, got Timestamp",
    ]


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame([[1, 2]], columns=["value", "value"]),
        pd.DataFrame({"value": [1]}).set_index("value", drop=False),
    ],
)
def test_a_frame_with_two_columns_of_one_name_is_refused(frame: pd.DataFrame) -> None:
    with pytest.raises(StatementError) as caught:
        insert(IndexValuesTS, frame)
    assert str(caught.value) == (
        "The DataFrame has two columns named 'value', index levels included; drop or rename one "
        "of them."
    )


def test_a_delete_needs_the_whole_key() -> None:
    assert faults_of(lambda: delete(IndexValuesTS, [{"time_index": NOON}])) == [
        "row 0, index_identifier: not given, and the column needs a value"
    ]


def test_the_natural_key_is_the_grain_the_given_primary_key_or_the_one_unique_key() -> None:
    assert natural_key(IndexValuesTS).columns == ("time_index", "index_identifier")
    assert natural_key(CurrencySpotAssetDetails).columns == ("asset_uid",)
    assert natural_key(CalendarDate).columns == ("calendar_uid", "local_date")
    assert natural_key(Asset, ["uid"]).columns == ("uid",)


def test_several_unique_keys_need_a_choice() -> None:
    with pytest.raises(StatementError) as caught:
        natural_key(IndexFormulaDefinition)
    assert str(caught.value) == (
        "IndexFormulaDefinition has several unique keys; pass key= one of ['uid'] or "
        "['index_uid', 'definition_hash'] or ['index_uid', 'version']."
    )
    assert natural_key(IndexFormulaDefinition, ["version", "index_uid"]).where is None


def test_an_upsert_by_a_key_of_some_rows_only_is_refused() -> None:
    formula = {"index_uid": uuid.UUID(int=1), "status": "retired"}
    with pytest.raises(StatementError) as caught:
        upsert(IndexFormulaDefinition, [formula], ["index_uid"])
    assert str(caught.value) == (
        "IndexFormulaDefinition is unique over index_uid only where status = 'active'; an "
        "upsert would insert the other rows again; pass key= one of ['uid'] or ['index_uid', "
        "'definition_hash'] or ['index_uid', 'version']."
    )


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ({"unique_identifier": "a"}, "{'unique_identifier': 'a'}, a dict"),
        (pd.Series(["a"], name="x"), "0    a\nName: x, dtype: str, a Series"),
        ("ab", "'a', a str"),
        ([("a", None)], "('a', None), a tuple"),
    ],
)
def test_what_is_no_rows_is_refused(rows: Any, told: str) -> None:
    with pytest.raises(StatementError) as caught:
        insert(Asset, rows)
    assert str(caught.value) == (
        f"Expected rows as a list of mappings or as a DataFrame, got {told}."
    )


@pytest.mark.parametrize("missing", [pd.NaT, pd.NA])
@pytest.mark.parametrize("column", ["source_as_of", "value", "observation_status", "metadata_json"])
def test_what_is_missing_to_pandas_alone_is_refused_in_a_mapping(missing: Any, column: str) -> None:
    faults = faults_of(lambda: insert(IndexValuesTS, [VALUE | {column: missing}]))
    assert faults == [
        f"row 0, {column} = {missing!r}: is a missing value of pandas only; pass None for NULL"
    ]


def test_numpys_integers_are_numbers_for_numeric() -> None:
    assert column_text(Column("x", Numeric(38, 18))).write(np.int64(7)) == "7"


def test_a_choice_that_is_no_unique_key_is_refused() -> None:
    with pytest.raises(StatementError) as caught:
        natural_key(Asset, ["asset_type"])
    assert str(caught.value) == (
        "Asset has no unique key over asset_type; pass key= one of ['uid'] or "
        "['unique_identifier']."
    )


def test_no_rows_are_nothing_to_do() -> None:
    assert insert(Asset, []) == 0
    assert upsert(Asset, pd.DataFrame({"unique_identifier": []})) == 0
