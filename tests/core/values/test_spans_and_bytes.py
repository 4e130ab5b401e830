"""What the columns of times of a day, intervals and bytes refuse."""

import datetime
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import ARRAY, Column, Time
from sqlalchemy.dialects.postgresql import BYTEA, INTERVAL

from msm.values.literals import column_text
from msm.values.texts import UnfitValueError

NANO = pd.Timedelta(1, unit="ns")


@pytest.mark.parametrize(
    ("kind", "value", "problem"),
    [
        (Time(), "12:00", "expected a time, got str"),
        (
            Time(),
            datetime.time(12, tzinfo=datetime.UTC),
            "has a time zone, and a time of a day has none; remove it",
        ),
        (INTERVAL(), 1, "expected a timedelta, got int"),
        (INTERVAL(), pd.NaT, "expected a timedelta, got NaTType"),
        (INTERVAL(), NANO, "has nanoseconds, where PostgreSQL keeps microseconds; round it"),
        (BYTEA(), "text", "expected bytes, got str"),
        (ARRAY(BYTEA()), [b"", "text"], "expected bytes, got str"),
        (ARRAY(Time()), datetime.time(12), "expected a list, got time"),
    ],
)
def test_a_value_of_another_kind_is_refused(kind: Any, value: Any, problem: str) -> None:
    with pytest.raises(UnfitValueError) as caught:
        column_text(Column("x", kind)).write(value)
    assert str(caught.value) == problem


def test_a_span_of_pandas_is_written_whole() -> None:
    write = column_text(Column("x", INTERVAL())).write
    spans = [pd.Timedelta(microseconds=-1), datetime.timedelta(microseconds=-1)]
    assert {write(span) for span in spans} == {'"-1 days 86399 seconds 999999 microseconds"'}
