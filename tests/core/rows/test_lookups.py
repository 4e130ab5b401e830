"""Looking up many keys, and reading what an upsert wrote."""

import datetime
import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sqlalchemy import String
from sqlalchemy.types import TypeDecorator

import msm
from msm.errors import InvalidRowsError, MsmError, NotAttachedError, StatementError
from msm.models import (
    Account,
    Asset,
    AssetType,
    Calendar,
    CalendarDate,
    Index,
    IndexValuesTS,
    OrdersTS,
)
from tests.core.rows.written import INDEX, NOON, values_at
from tests.support.forked import value_of

MODELS = [Account, Asset, AssetType, CalendarDate, Index, IndexValuesTS, OrdersTS]
MANY = 100_000
AT_ONCE = 10_000
START = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


def use_lookups() -> dict[str, Any]:
    runtime = msm.start_engine(MODELS)
    runtime.upsert(Asset, [{"unique_identifier": name} for name in "abc"])
    uids = runtime.lookup(Asset, ["b", "a", "b", "missing"])
    a = runtime.get(Asset, {"unique_identifier": "a"})
    assert a is not None
    return {
        "found": sorted(uids),
        "uid": uids["a"] == a.uid,
        "one": list(runtime.lookup(Asset, "c")),
        "series": sorted(runtime.lookup(Asset, pd.Series(["a", "c"]), key="unique_identifier")),
        "by uid": runtime.lookup(Asset, uids.values(), key=Asset.uid)
        == {uid: uid for uid in uids.values()},
        "none": runtime.lookup(Asset, []),
        "several": runtime.lookup(CalendarDate, [(UUID(int=1), NOON.date())]),
    }


def test_lookup_finds_the_uid_of_each_identifier(shared_environment: Mapping[str, str]) -> None:
    assert value_of(use_lookups, environment=shared_environment) == {
        "found": ["a", "b"],
        "uid": True,
        "one": ["c"],
        "series": ["a", "c"],
        "by uid": True,
        "none": {},
        "several": {},
    }


def use_last_times() -> list[Any]:
    runtime = msm.start_engine(MODELS)
    runtime.upsert(Index, [INDEX, INDEX | {"unique_identifier": "J"}])
    runtime.upsert(IndexValuesTS, values_at(1.0, 2.0))
    runtime.upsert(Account, [{"unique_identifier": "acc", "account_name": "A"}])
    runtime.upsert(Asset, [{"unique_identifier": "a"}])
    order = {
        "order_time": NOON,
        "order_identifier": "o",
        "account_identifier": "acc",
        "asset_identifier": "a",
    }
    runtime.upsert(OrdersTS, [order])
    dimensions = OrdersTS.__identity_dimensions__
    mine = tuple(order[name] for name in dimensions)
    other = ("x",) * len(dimensions)
    return [
        list(runtime.last_times(IndexValuesTS, ["J", "I", "K"]).items()),
        runtime.last_times(IndexValuesTS, ["K"], default="2020-01-01"),
        runtime.last_times(OrdersTS, [other, mine]) == {other: None, mine: NOON},
        runtime.last_times(IndexValuesTS, []),
    ]


def test_last_times_have_a_default(shared_environment: Mapping[str, str]) -> None:
    last = NOON + datetime.timedelta(seconds=1)
    assert value_of(use_last_times, environment=shared_environment) == [
        [("J", None), ("I", last), ("K", None)],
        {"K": START},
        True,
        {},
    ]


class Upper(TypeDecorator[str]):
    """Texts in capital letters."""

    impl = String(255)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> Any:  # noqa: ARG002 - SQLAlchemy's
        return value.upper()


def look_up_other_forms() -> list[Any]:
    # In this process alone.
    IndexValuesTS.__table__.c.index_identifier.type = Upper()
    runtime = msm.start_engine([*MODELS, Calendar])
    runtime.upsert(Index, [INDEX])
    runtime.upsert(IndexValuesTS, values_at(1.0, 2.0))
    day = NOON.date()
    calendar = {
        "unique_identifier": "c",
        "display_name": "C",
        "calendar_type": "t",
        "timezone": "UTC",
        "valid_from": day,
        "valid_to": day,
    }
    runtime.upsert(Calendar, [calendar])
    (uid,) = runtime.lookup(Calendar, ["c"]).values()
    runtime.upsert(CalendarDate, [{"calendar_uid": uid, "local_date": day}])
    days = [pd.Timestamp(day), np.datetime64(day, "ns"), day, pd.Timestamp("2025-01-03")]
    dates = runtime.lookup(CalendarDate, [(uid, one) for one in days])
    return [
        list(runtime.last_times(IndexValuesTS, ["i", "j", "I"], default=START).items()),
        [(uid, one) in dates for one in days],
        len(set(dates.values())),
    ]


def test_keys_in_other_forms_are_answered_as_they_were_given(
    shared_environment: Mapping[str, str],
) -> None:
    """The database has them as its column does: a day for a midnight, capital letters."""
    last = NOON + datetime.timedelta(seconds=1)
    assert value_of(look_up_other_forms, environment=shared_environment) == [
        [("i", last), ("j", START), ("I", last)],
        [True, True, True, False],
        1,
    ]


def upsert_and_return() -> list[Any]:
    runtime = msm.start_engine(MODELS)
    runtime.upsert(AssetType, [{"asset_type": "same", "display_name": "S"}])
    rows = [{"asset_type": name, "display_name": name[0].upper()} for name in ("same", "new")]
    sources: list[Any] = [
        rows,
        iter(rows),
        [AssetType(**row) for row in rows],
        pd.DataFrame(rows),
        pl.DataFrame(rows),
        pl.DataFrame(rows).to_arrow().to_reader(),
    ]
    columns: list[Any] = ["asset_type", AssetType.display_name, "uid"]
    found = [runtime.upsert(AssetType, source, returning=columns) for source in sources]
    uids = runtime.lookup(AssetType, ["same", "new"])
    return [
        [sorted((row.asset_type, row.display_name) for row in each) for each in found],
        [all(row.uid == uids[row.asset_type] for row in each) for each in found],
        runtime.upsert(AssetType, [], returning="uid"),
    ]


def test_an_upsert_returns_every_given_row(shared_environment: Mapping[str, str]) -> None:
    """Also that which had the right values, and was not written."""
    rows, uids, none = value_of(upsert_and_return, environment=shared_environment)
    assert rows == [[("new", "N"), ("same", "S")]] * 6
    assert uids == [True] * 6
    assert none == []


REFUSED: dict[str, tuple[Callable[[msm.MarketsRuntime], object], type[MsmError], str]] = {
    "type": (
        lambda runtime: runtime.lookup(Asset, ["a", 5]),
        InvalidRowsError,
        "row 1, unique_identifier = 5: expected a str, got int",
    ),
    "None": (
        lambda runtime: runtime.lookup(Asset, [None]),
        InvalidRowsError,
        "row 0, unique_identifier: is None",
    ),
    "number": (
        lambda runtime: runtime.lookup(Asset, 5),  # type: ignore[arg-type]
        StatementError,
        "Expected a list of values of unique_identifier of Asset, got 5.",
    ),
    "part of a key": (
        lambda runtime: runtime.last_times(OrdersTS, ["o"]),
        StatementError,
        "and 'o' is no value of it; pass a tuple with one value for each of these columns.",
    ),
    "no primary key": (
        lambda runtime: runtime.lookup(IndexValuesTS, []),
        StatementError,
        "IndexValuesTS has no primary key to look up; read its rows with get(), latest() or",
    ),
    "no time index": (
        lambda runtime: runtime.last_times(Asset, []),
        StatementError,
        "Asset has no time of each identity; pass a time-indexed model with identity dimensions.",
    ),
    "default": (
        lambda runtime: runtime.last_times(IndexValuesTS, [], default="soon"),
        StatementError,
        "default: 'soon' is not a time; pass an aware datetime",
    ),
    "returning": (
        lambda runtime: runtime.upsert(AssetType, [{"asset_type": "x"}], returning="uud"),
        StatementError,
        "returning: uud is not a column of AssetType; it has uid, asset_type",
    ),
    "not attached": (
        lambda runtime: runtime.lookup(AssetType, ["a"]),
        NotAttachedError,
        "msm.start_engine([AssetType, ...])",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_lookup_error_says_what_to_pass(name: str) -> None:
    call, kind, sentence = REFUSED[name]
    with pytest.raises(kind) as caught:
        call(msm.MarketsRuntime({}, data_source_uid="none"))
    assert sentence in str(caught.value)


def look_up_many() -> dict[str, Any]:
    runtime = msm.start_engine(MODELS)
    names = [f"A{number}" for number in range(MANY)]
    runtime.upsert(Index, [INDEX | {"unique_identifier": name} for name in names])
    runtime.upsert(
        IndexValuesTS,
        [{"time_index": START, "index_identifier": name, "value": 1.0} for name in names],
    )
    some = names[:AT_ONCE]
    runtime.lookup(Index, names[:1])
    began = time.perf_counter()
    found = runtime.lookup(Index, some)
    looked_up = time.perf_counter()
    times = runtime.last_times(IndexValuesTS, some)
    return {
        "lookup": looked_up - began,
        "last times": time.perf_counter() - looked_up,
        "found": (len(found), set(times.values()) == {START}),
        "all": (
            len(runtime.lookup(Index, names)),
            sum(one == START for one in runtime.last_times(IndexValuesTS, names).values()),
        ),
    }


@pytest.mark.slow
def test_many_keys_are_looked_up_at_once(environment: Mapping[str, str]) -> None:
    found = value_of(look_up_many, environment=environment)
    assert found["found"] == (AT_ONCE, True)
    assert found["all"] == (MANY, MANY)
    # 0.1 s each on a quiet machine.
    assert found["lookup"] < 1.5, found
    assert found["last times"] < 1.5, found
