"""Rows that do not fit their model: every fault is found, and nothing is sent."""

import datetime
import uuid
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Column, Numeric

from msm.errors import InvalidRowsError, StatementError
from msm.models import (
    AccountGroup,
    Asset,
    CalendarDate,
    CalendarEvent,
    CurrencySpotAssetDetails,
    IndexFormulaDefinition,
    IndexValuesTS,
)
from msm.operations.compile import Statement
from msm.operations.results import Read
from msm.operations.shape import Shape
from msm.rows import natural_key, write
from msm.values.literals import column_text
from tests.core.rows.unattached import delete, insert, upsert

NOON = datetime.datetime(2025, 1, 2, 12, tzinfo=datetime.UTC)
VALUE: dict[str, Any] = {"time_index": NOON, "index_identifier": "I", "value": 1.0}


def faults_of(call: Callable[[], int]) -> list[tuple[int, str, Any]]:
    """Row, column and value of each fault."""
    with pytest.raises(InvalidRowsError) as caught:
        call()
    return [(fault.row, fault.column, fault.value) for fault in caught.value.faults]


def test_every_fault_of_a_call_is_found() -> None:
    rows = [{"unique_identifier": number} for number in range(7)]
    with pytest.raises(InvalidRowsError) as caught:
        upsert(Asset, rows)
    assert (caught.value.model, caught.value.verb) == ("Asset", "upsert")
    assert [fault.row for fault in caught.value.faults] == list(range(7))


def test_a_missing_column_is_one_fault() -> None:
    rows: list[dict[str, Any]] = [{"unique_identifier": "a"}, *[{"asset_type": "x"}] * 3]
    assert faults_of(lambda: insert(Asset, rows)) == [(1, "unique_identifier", None)]


def test_a_row_needs_a_column() -> None:
    assert faults_of(lambda: insert(AccountGroup, [{}])) == [(0, "every column", None)]


def test_a_repeated_key_is_found_across_batches() -> None:
    """The key is the same time, written in another time zone."""
    offset = datetime.timezone(datetime.timedelta(hours=-5))
    later = [VALUE | {"index_identifier": str(number)} for number in range(10_000)]
    rows = [VALUE, *later, VALUE | {"time_index": NOON.astimezone(offset)}]
    assert faults_of(lambda: upsert(IndexValuesTS, rows)) == [
        (10_001, "time_index, index_identifier", (NOON, "I"))
    ]


def test_null_is_not_a_repeated_key(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Statement] = []

    def remember(statement: Statement, _attached: object) -> Read:
        sent.append(statement)
        return Read([], [], [], Shape((), ()), 2)

    monkeypatch.setattr(write, "read", remember)
    unnamed = [{"group_name": None}, {"group_name": None}]
    assert insert(AccountGroup, unnamed) == 2
    assert len(sent) == 1


def test_an_insert_checks_every_unique_key() -> None:
    rows = [{"uid": uuid.UUID(int=1), "unique_identifier": name} for name in "ab"]
    assert faults_of(lambda: insert(Asset, rows)) == [(1, "uid", uuid.UUID(int=1))]


def test_an_upsert_needs_a_complete_key() -> None:
    event = {"calendar_uid": uuid.UUID(int=1), "event_type": "expiry", "event_label": ""}
    row = event | {"event_date": None, "target_type": "", "target_identifier": ""}
    assert faults_of(lambda: upsert(CalendarEvent, [row])) == [(0, "event_date", None)]


def test_a_delete_needs_a_complete_key() -> None:
    assert faults_of(lambda: delete(IndexValuesTS, [{"time_index": NOON}])) == [
        (0, "index_identifier", None)
    ]


def test_a_missing_value_of_a_frame_is_null() -> None:
    frame = pd.DataFrame({"time_index": [NOON], "index_identifier": ["I"], "value": [np.nan]})
    assert faults_of(lambda: upsert(IndexValuesTS, frame)) == [(0, "value", None)]


def test_a_date_of_a_frame_has_no_time() -> None:
    moment = pd.Timestamp("2025-01-01 09:30")
    frame = pd.DataFrame({"local_date": [moment]})
    assert faults_of(lambda: upsert(CalendarDate, frame)) == [
        (0, "calendar_uid", None),
        (0, "local_date", moment),
    ]


@pytest.mark.parametrize("missing", [pd.NaT, pd.NA])
@pytest.mark.parametrize("column", ["source_as_of", "value", "observation_status", "metadata_json"])
def test_missing_values_of_pandas_are_refused_in_mappings(missing: Any, column: str) -> None:
    [(row, name, value)] = faults_of(lambda: insert(IndexValuesTS, [VALUE | {column: missing}]))
    assert (row, name) == (0, column)
    assert value is missing


def test_the_natural_key_is_what_callers_know() -> None:
    """The time index with its dimensions, a primary key that they supply, or the one unique key."""
    assert natural_key(IndexValuesTS).columns == ("time_index", "index_identifier")
    assert natural_key(CurrencySpotAssetDetails).columns == ("asset_uid",)
    assert natural_key(CalendarDate).columns == ("calendar_uid", "local_date")
    assert natural_key(Asset, ["uid"]).columns == ("uid",)


def test_several_unique_keys_need_a_choice() -> None:
    with pytest.raises(StatementError):
        natural_key(IndexFormulaDefinition)
    assert natural_key(IndexFormulaDefinition, ["version", "index_uid"]).where is None


def test_numeric_takes_integers_of_numpy() -> None:
    assert column_text(Column("x", Numeric(38, 18))).write(np.int64(7)) == "7"


def test_no_rows_are_nothing_to_do() -> None:
    assert insert(Asset, []) == 0
    assert upsert(Asset, pd.DataFrame({"unique_identifier": []})) == 0
