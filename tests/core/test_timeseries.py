"""Time series through the attached models: intervals and last observations."""

import datetime
from collections.abc import Callable, Mapping
from typing import Any, assert_type

import pandas as pd
import pytest

import msm
from msm.errors import StatementError
from msm.models import Account, Asset, Index, IndexValuesTS, OrdersTS
from msm.timeseries import between_statement, latest_statement
from tests.support.forked import value_of
from tests.support.rows import dictionaries

MODELS = [Account, Asset, Index, IndexValuesTS, OrdersTS]
INDEX = {
    "index_type": "t",
    "display_name": "I",
    "calculation_method": "custom",
    "value_format": "decimal",
}


def day(number: int) -> datetime.datetime:
    return datetime.datetime(2025, 1, number, tzinfo=datetime.UTC)


def runtime_with_values() -> msm.MarketsRuntime:
    """Index A has values on days 1 to 4, B on days 1 and 2; each value is its day."""
    runtime = msm.start_engine(MODELS)
    runtime.insert(Index, [INDEX | {"unique_identifier": name} for name in "AB"])
    values = [("A", number) for number in (4, 3, 2, 1)] + [("B", 1), ("B", 2)]
    runtime.insert(
        IndexValuesTS,
        [
            {"time_index": day(number), "index_identifier": name, "value": number}
            for name, number in values
        ],
    )
    return runtime


def grain_of(observations: msm.Observations[IndexValuesTS]) -> list[tuple[str, int]]:
    return [(value.index_identifier, value.time_index.day) for value in observations.scalars()]


def typed_calls(runtime: msm.MarketsRuntime) -> None:
    """Calls for the type checker; they are never run."""
    assert_type(runtime.latest(IndexValuesTS), msm.Observations[IndexValuesTS])
    assert_type(runtime.between(IndexValuesTS, day(1), day(2)).frame(), pd.DataFrame)
    assert_type(runtime.upsert(IndexValuesTS, pd.DataFrame()), int)
    runtime.latest(IndexValuesTS, columns=[1])  # type: ignore[list-item]
    runtime.upsert(IndexValuesTS, {"value": 1.0})  # type: ignore[arg-type]
    runtime.between(IndexValuesTS, 20250101, day(2))  # type: ignore[call-overload]


def read_intervals() -> list[list[tuple[str, int]]]:
    runtime = runtime_with_values()
    zone = datetime.timezone(datetime.timedelta(hours=2))
    return [
        grain_of(found)
        for found in (
            runtime.between(IndexValuesTS, day(1), day(3)),
            runtime.between(IndexValuesTS, day(2).astimezone(zone), day(30)),
            runtime.between(IndexValuesTS, day(1), day(1)),
            runtime.between(IndexValuesTS, day(1), day(9), IndexValuesTS.value > 3),
        )
    ]


def test_an_interval_includes_its_start_only(environment: Mapping[str, str]) -> None:
    assert value_of(read_intervals, environment=environment) == [
        [("A", 1), ("B", 1), ("A", 2), ("B", 2)],
        [("A", 2), ("B", 2), ("A", 3), ("A", 4)],
        [],
        [("A", 4)],
    ]


def read_latest() -> list[list[tuple[str, int]]]:
    runtime = runtime_with_values()
    is_low = IndexValuesTS.value < 3
    return [
        grain_of(found)
        for found in (
            runtime.latest(IndexValuesTS),
            runtime.latest(IndexValuesTS, as_of=day(3)),
            runtime.latest(IndexValuesTS, as_of=day(1) - datetime.timedelta(seconds=1)),
            runtime.latest(IndexValuesTS, is_low),
            runtime.latest(IndexValuesTS, per=[]),
            runtime.latest(IndexValuesTS, is_low, per=[]),
            runtime.latest(IndexValuesTS, IndexValuesTS.index_identifier == "B", per=[]),
        )
    ]


def test_latest_is_per_identity_until_as_of(
    environment: Mapping[str, str],
) -> None:
    assert value_of(read_latest, environment=environment) == [
        [("A", 4), ("B", 2)],
        [("A", 3), ("B", 2)],
        [],
        [("A", 2), ("B", 2)],
        [("A", 4)],
        [("A", 2), ("B", 2)],
        [("B", 2)],
    ]


def read_pages() -> list[list[dict[str, Any]]]:
    runtime = runtime_with_values()
    whole = [
        runtime.latest(IndexValuesTS, IndexValuesTS.value < 3, per=[]),
        runtime.between(IndexValuesTS, day(1), day(4)),
    ]
    paged = [
        latest_statement(IndexValuesTS, None, [], [IndexValuesTS.value < 3], None),
        between_statement(IndexValuesTS, day(1), day(4), [], None),
    ]
    return [
        *(dictionaries(found) for found in whole),
        *(dictionaries(runtime.iter_rows(it, page_size=1)) for it in paged),
    ]


def test_long_time_series_are_paged(environment: Mapping[str, str]) -> None:
    latest, interval, *paged = value_of(read_pages, environment=environment)
    assert (len(latest), len(interval)) == (2, 5)
    assert paged == [latest, interval]


def read_latest_per_account() -> list[tuple[str, str]]:
    runtime = msm.start_engine(MODELS)
    runtime.insert(Asset, [{"unique_identifier": name} for name in "XYZ"])
    runtime.insert(Account, [{"unique_identifier": n, "account_name": n} for n in "ab"])
    orders = [("a", "X", 1), ("a", "Y", 2), ("a", "Z", 2), ("b", "X", 1)]
    runtime.insert(
        OrdersTS,
        [
            {
                "order_time": day(number),
                "order_identifier": asset,
                "account_identifier": account,
                "asset_identifier": asset,
            }
            for account, asset, number in orders
        ],
    )
    found = runtime.latest(OrdersTS, per=[OrdersTS.account_identifier])
    return [(order.account_identifier, order.asset_identifier) for order in found.scalars()]


def test_latest_per_dimension_is_its_last_time(
    environment: Mapping[str, str],
) -> None:
    found = value_of(read_latest_per_account, environment=environment)
    assert sorted(found) == [("a", "Y"), ("a", "Z"), ("b", "X")]


def read_frames() -> tuple[pd.DataFrame, pd.DataFrame, str]:
    runtime = runtime_with_values()
    columns = [IndexValuesTS.index_identifier, IndexValuesTS.value, IndexValuesTS.source_as_of]
    found = runtime.between(IndexValuesTS, day(1), day(3), columns=columns)
    empty = runtime.latest(IndexValuesTS, as_of=day(1) - datetime.timedelta(days=1))
    return found.frame(), empty.frame(), repr(found)


def test_a_frame_has_the_index_of_the_model(
    environment: Mapping[str, str],
) -> None:
    frame, empty, shown = value_of(read_frames, environment=environment)
    assert shown == "<4 observations by time_index, index_identifier>"
    assert frame["value"].to_dict() == {
        (pd.Timestamp(day(number)), name): float(number) for number in (1, 2) for name in "AB"
    }
    assert list(frame.columns) == ["value", "source_as_of"]
    for found in (frame, empty):
        assert found.index.names == ["time_index", "index_identifier"]
        assert str(found.index.get_level_values(0).dtype) == "datetime64[us, UTC]"
        assert str(found["value"].dtype) == "float64"
        assert str(found["source_as_of"].dtype) == "datetime64[us, UTC]"
    assert len(empty) == 0


NAIVE = datetime.datetime(2025, 1, 1)  # noqa: DTZ001 - the point of the tests
AWARE = "pass an aware datetime, such as datetime.now(datetime.UTC)."


ERRORS: dict[str, tuple[Callable[[], object], str]] = {
    "start without a zone": (
        lambda: between_statement(IndexValuesTS, NAIVE, day(2), [], None),
        f"start: {NAIVE!r} has no time zone; {AWARE}",
    ),
    "end without a zone": (
        lambda: between_statement(IndexValuesTS, day(1), NAIVE, [], None),
        f"end: {NAIVE!r} has no time zone; {AWARE}",
    ),
    "end before start": (
        lambda: between_statement(IndexValuesTS, day(2), day(1), [], None),
        (
            "The interval ends at 2025-01-01T00:00:00+00:00, before it starts at "
            "2025-01-02T00:00:00+00:00; swap start and end."
        ),
    ),
    "latest of a model without a time index": (
        lambda: latest_statement(Index, None, None, [], None),
        "Index has no time index; read it with execute() and a select.",
    ),
    "interval of a model without a time index": (
        lambda: between_statement(Index, day(1), day(2), [], None),
        "Index has no time index; read it with execute() and a select.",
    ),
    "as_of without a zone": (
        lambda: latest_statement(IndexValuesTS, NAIVE, None, [], None),
        f"as_of: {NAIVE!r} has no time zone; {AWARE}",
    ),
    "per another column": (
        lambda: latest_statement(IndexValuesTS, None, [IndexValuesTS.value], [], None),
        (
            "value is not an identity dimension of IndexValuesTS; pass per= some of its "
            "dimensions: index_identifier."
        ),
    ),
    "a column of another model": (
        lambda: latest_statement(IndexValuesTS, None, None, [], [OrdersTS.quantity]),
        (
            "OrdersTS.quantity is not a column of IndexValuesTS; pass names or attributes of its "
            "columns, or join the models in a select, and execute() it."
        ),
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_a_time_series_error_says_what_to_change(name: str) -> None:
    call, sentence = ERRORS[name]
    with pytest.raises(StatementError) as caught:
        call()
    assert str(caught.value) == sentence
