"""Timestamps for a DATE column: taken where they are midnights, whatever holds them."""

import datetime
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sqlalchemy import insert

import msm
from msm.errors import InvalidRowsError, MsmError, StatementValueError
from msm.models import CalendarDate, CalendarEvent
from msm.rows.keys import table_of
from tests.core.operations.refusing import refused
from tests.core.rows.unattached import insert as insert_rows
from tests.core.rows.written import checked
from tests.support.forked import value_of

DAY = datetime.date(2025, 1, 2)
MIDNIGHT = datetime.datetime(2025, 1, 2)  # noqa: DTZ001 - a day has no zone
UTC = MIDNIGHT.replace(tzinfo=datetime.UTC)
SECOND = datetime.timedelta(seconds=1)
NOT_MIDNIGHT = "is a timestamp that is not midnight, whose time of day would be lost"
NEW_YORK = "America/New_York"


def series(dtype: str) -> Callable[[datetime.datetime], Any]:
    def make(moment: datetime.datetime) -> Any:
        frame: Any = pd.DataFrame({"local_date": pd.Series([moment, moment])})
        return frame.astype({"local_date": dtype})

    return make


def arrow(kind: Any) -> Callable[[datetime.datetime], Any]:
    return lambda moment: pa.table({"local_date": pa.array([moment, moment], kind)})


def listed(make: Callable[[datetime.datetime], Any]) -> Callable[[datetime.datetime], Any]:
    return lambda moment: [{"local_date": make(moment)}, {"local_date": make(moment)}]


HOLDERS: dict[str, Callable[[datetime.datetime], Any]] = {
    "datetime": listed(lambda moment: moment),
    "aware datetime": listed(lambda moment: moment.replace(tzinfo=datetime.UTC)),
    "timestamp": listed(pd.Timestamp),
    "aware timestamp": listed(lambda moment: pd.Timestamp(moment, tz="UTC")),
    "numpy seconds": listed(lambda moment: np.datetime64(moment, "s")),
    "numpy nanoseconds": listed(lambda moment: np.datetime64(moment, "ns")),
    "pandas seconds": series("datetime64[s]"),
    "pandas microseconds": series("datetime64[us]"),
    "pandas nanoseconds": series("datetime64[ns]"),
    "pandas UTC": lambda moment: pd.DataFrame(
        {"local_date": pd.Series([moment, moment]).dt.tz_localize("UTC")}
    ),
    "pandas objects": series("object"),
    "pandas with arrow": series("timestamp[us][pyarrow]"),
    "pandas with arrow nanoseconds": series("timestamp[ns][pyarrow]"),
    "arrow": arrow(pa.timestamp("us")),
    "arrow nanoseconds": arrow(pa.timestamp("ns")),
    "arrow UTC": arrow(pa.timestamp("us", "UTC")),
    "polars": lambda moment: pl.DataFrame({"local_date": [moment, moment]}),
    "polars UTC": lambda moment: pl.DataFrame(
        {"local_date": [moment.replace(tzinfo=datetime.UTC)] * 2}
    ),
}


@pytest.mark.parametrize("name", HOLDERS)
def test_a_midnight_is_a_day(name: str) -> None:
    (batch,) = checked(table_of(CalendarDate), HOLDERS[name](MIDNIGHT))
    assert batch.literals == {"local_date": "{2025-01-02,2025-01-02}"}


@pytest.mark.parametrize("name", HOLDERS)
def test_a_time_of_day_is_refused(name: str) -> None:
    with pytest.raises(InvalidRowsError) as caught:
        insert_rows(CalendarDate, HOLDERS[name](MIDNIGHT + SECOND))
    faults = [fault for fault in caught.value.faults if fault.column == "local_date"]
    assert [fault.row for fault in faults] == [0, 1]
    assert all(fault.problem.startswith(NOT_MIDNIGHT) for fault in faults)


@pytest.mark.parametrize("dtype", ["datetime64[s]", "datetime64[ns]", "timestamp[us][pyarrow]"])
def test_a_column_without_days_is_null(dtype: str) -> None:
    table = table_of(CalendarEvent)
    frame: Any = pd.DataFrame({"event_date": pd.Series([None, None], dtype=dtype)})
    (batch,) = checked(table, frame)
    assert batch.literals == {"event_date": "{NULL,NULL}"}


DAYS = {
    "date": DAY,
    "numpy day": np.datetime64(DAY),
}


@pytest.mark.parametrize("name", DAYS)
def test_a_day_is_a_day(name: str) -> None:
    (batch,) = checked(table_of(CalendarDate), [{"local_date": DAYS[name]}])
    assert batch.literals == {"local_date": "{2025-01-02}"}


UNFIT: dict[str, tuple[Any, str]] = {
    "another zone": (
        pd.Timestamp(MIDNIGHT, tz=NEW_YORK),
        "is a timestamp outside of UTC, which does not say for certain which day is meant; pass",
    ),
    "nanosecond": (pd.Timestamp(MIDNIGHT) + pd.Timedelta(1), NOT_MIDNIGHT),
    "numpy nanosecond": (np.datetime64("2025-01-02T00:00:00.000000001"), NOT_MIDNIGHT),
    "numpy NaT": (np.datetime64("NaT", "s"), "expected a date, got NaTType"),
    "text": ("2025-01-02", "expected a date, got str"),
}


@pytest.mark.parametrize("name", UNFIT)
def test_what_is_no_day_is_refused(name: str) -> None:
    value, problem = UNFIT[name]
    with pytest.raises(InvalidRowsError) as caught:
        insert_rows(CalendarDate, [{"local_date": value}])
    (fault,) = [fault for fault in caught.value.faults if fault.value is not None]
    assert fault.problem.startswith(problem)


def execute() -> list[Any]:
    runtime = msm.start_engine([CalendarDate])

    def written(value: Any) -> Any:
        statement = insert(CalendarDate).values(
            calendar_uid="00000000-0000-4000-8000-000000000001", local_date=value
        )
        return refused(runtime.execute, statement)

    # The calendar does not exist: what passes is refused by PostgreSQL, which shows the row.
    return [written(UTC), written(np.datetime64(MIDNIGHT)), written(UTC + SECOND)]


def test_a_statement_takes_the_same_days(shared_environment: Mapping[str, str]) -> None:
    *days, wrong = value_of(execute, environment=shared_environment)
    assert all(issubclass(error.kind, MsmError) for error in days)
    assert [error.facts["sqlstate"] for error in days] == ["23503"] * 2
    assert wrong.kind is StatementValueError
    assert wrong.message.startswith(f"local_date: the value {NOT_MIDNIGHT}")
