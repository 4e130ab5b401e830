"""Arguments in the forms that callers have them in: times, columns, and tables of models."""

import datetime
from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Select, asc, desc, select
from sqlalchemy.orm import aliased

import msm
from msm.errors import StatementError
from msm.models import Asset, AssetType, Index, IndexFormulaDefinition, IndexValuesTS
from msm.operations.paging import plan
from msm.rows.arguments import column_names, model_of
from msm.rows.keys import natural_key, select_by_key, table_of
from msm.timeseries import between_statement, latest_statement
from msm.values.moments import moment_of
from tests.core.rows.unattached import upsert
from tests.core.rows.written import INDEX, values_at
from tests.support.forked import value_of

MIDNIGHT = datetime.datetime(2025, 1, 2, tzinfo=datetime.UTC)
NAIVE = datetime.datetime(2025, 1, 2)  # noqa: DTZ001 - the point of the tests
FORMS = "pass an aware datetime, a date, or their ISO text, such as '2025-01-31T16:00:00Z'."
NO_ZONE = "has no time zone; pass an aware datetime, such as datetime.now(datetime.UTC)."
OTHER = aliased(Asset)
HALF_HOUR = ((5, 30), (6, 0))

TIMES: dict[str, Any] = {
    "datetime": MIDNIGHT,
    "another zone": MIDNIGHT.astimezone(datetime.timezone(datetime.timedelta(hours=-5))),
    "timestamp": pd.Timestamp("2025-01-02", tz="UTC"),
    "date": datetime.date(2025, 1, 2),
    "ISO date": "2025-01-02",
    "basic ISO date": "20250102",
    "ISO text": "2025-01-02T05:30:00+05:30",
    "ISO text in UTC": "2025-01-02T00:00:00Z",
    "numpy day": np.datetime64("2025-01-02"),
}


@pytest.mark.parametrize("name", TIMES)
def test_a_time_is_taken_where_it_is_clear(name: str) -> None:
    assert moment_of(TIMES[name]) == MIDNIGHT
    expected = between_statement(IndexValuesTS, MIDNIGHT, None, [], None)
    assert parameters(between_statement(IndexValuesTS, TIMES[name], None, [], None)) == parameters(
        expected
    )
    latest = latest_statement(IndexValuesTS, TIMES[name], [], [], None)
    assert MIDNIGHT in parameters(latest)
    assert MIDNIGHT in parameters(select_by_key(IndexValuesTS, (TIMES[name], "I")))


def parameters(statement: Select[*tuple[Any, ...]]) -> list[Any]:
    return list(statement.compile().params.values())


UNCLEAR: dict[str, tuple[Any, str]] = {
    "naive datetime": (NAIVE, f"start: {NAIVE!r} {NO_ZONE}"),
    "naive text": ("2025-01-02T10:00", f"start: '2025-01-02T10:00' {NO_ZONE}"),
    "naive timestamp": (pd.Timestamp(NAIVE), f"start: Timestamp('2025-01-02 00:00:00') {NO_ZONE}"),
    "numpy time": (
        np.datetime64("2025-01-02T00:00", "ns"),
        f"start: np.datetime64('2025-01-02T00:00:00.000000000') {NO_ZONE}",
    ),
    "nanoseconds": (
        pd.Timestamp(1, tz="UTC"),
        (
            "start: Timestamp('1970-01-01 00:00:00.000000001+0000', tz='UTC') has nanoseconds, "
            "where PostgreSQL keeps microseconds; round it."
        ),
    ),
    "nanoseconds of a text": (
        "2025-01-02T16:00:00.123456789Z",
        (
            "start: '2025-01-02T16:00:00.123456789Z' has nanoseconds, where PostgreSQL keeps "
            "microseconds; round it."
        ),
    ),
    "before the first year": (
        "0001-01-01T00:00:00+14:00",
        "start: '0001-01-01T00:00:00+14:00' is outside of the years 1 to 9999 in UTC.",
    ),
    "word": ("yesterday", f"start: 'yesterday' is not a time; {FORMS}"),
    "number": (20250102, f"start: 20250102 is not a time; {FORMS}"),
    "NaT": (pd.NaT, f"start: NaT is not a time; {FORMS}"),
    "NaT of numpy": (
        np.datetime64("NaT", "s"),
        f"start: np.datetime64('NaT','s') is not a time; {FORMS}",
    ),
    "time of a day": (
        datetime.time(9),
        f"start: datetime.time(9, 0) is not a time; {FORMS}",
    ),
}


@pytest.mark.parametrize("name", UNCLEAR)
def test_an_unclear_time_is_refused(name: str) -> None:
    given, sentence = UNCLEAR[name]
    with pytest.raises(StatementError) as caught:
        between_statement(IndexValuesTS, given, MIDNIGHT, [], None)
    assert str(caught.value) == sentence


def test_an_interval_may_contain_the_end_of_summer_time() -> None:
    """In its last hour, a clock shows an earlier time later."""
    zone = ZoneInfo("America/New_York")
    start = datetime.datetime(2025, 11, 2, 1, 30, tzinfo=zone)
    end = datetime.datetime(2025, 11, 2, 1, 0, fold=1, tzinfo=zone)
    bounds = parameters(between_statement(IndexValuesTS, start, end, [], None))
    assert bounds == [datetime.datetime(2025, 11, 2, *at, tzinfo=datetime.UTC) for at in HALF_HOUR]
    with pytest.raises(StatementError, match="before it starts"):
        between_statement(IndexValuesTS, end, start, [], None)


KEYS: dict[str, Any] = {
    "one name": "asset_type",
    "one attribute": AssetType.asset_type,
    "one column": table_of(AssetType).c.asset_type,
    "names": ["asset_type"],
    "attributes": (AssetType.asset_type,),
    "mapping": {"asset_type": "bond"},
}


@pytest.mark.parametrize("name", KEYS)
def test_a_key_is_names_or_attributes(name: str) -> None:
    assert natural_key(AssetType, KEYS[name]).columns == ("asset_type",)


def read() -> dict[str, Any]:
    runtime = msm.start_engine([AssetType, Index, IndexValuesTS])
    runtime.upsert(Index, [INDEX])
    runtime.upsert(IndexValuesTS, values_at(1.0, 2.0, 3.0))
    index, values = table_of(Index), table_of(IndexValuesTS)
    rows = [{"asset_type": "bond"}]
    day = datetime.date(2025, 1, 2)
    ordered = select(IndexValuesTS.value, IndexValuesTS.time_index).order_by(desc("time_index"))
    whole: Any = values
    return {
        "counts": [
            runtime.upsert(AssetType.__table__, rows, key="asset_type"),
            runtime.delete(AssetType.__table__, rows, key=AssetType.asset_type),
        ],
        "between": [
            runtime.between(IndexValuesTS, start, end).row_count
            for start, end in (
                (None, None),
                (day, None),
                (None, day),
                (day, "2025-01-03"),
                ("2025-01-02T12:00:01Z", None),
            )
        ],
        "columns": [
            list(runtime.latest(IndexValuesTS, columns=columns).keys())
            for columns in ("value", ["value"], IndexValuesTS.value, values.c.value)
        ],
        "table": runtime.latest(whole, per="index_identifier").frame().index.names,
        "get": [
            runtime.get(Index, {name: "I"}) is not None
            for name in ("unique_identifier", Index.unique_identifier, index.c.unique_identifier)
        ],
        "ordered": [value for value, _ in runtime.iter_rows(ordered, page_size=2)],
    }


def test_the_runtime_takes_them_all(shared_environment: Mapping[str, str]) -> None:
    found = value_of(read, environment=shared_environment)
    assert found == {
        "counts": [1, 1],
        "between": [3, 3, 0, 3, 2],
        "columns": [["time_index", "index_identifier", "value"]] * 4,
        "table": ["time_index", "index_identifier"],
        "get": [True, True, True],
        "ordered": [3.0, 2.0, 1.0],
    }


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "unknown key": (
        lambda: upsert(AssetType, [], key="asset_tpye"),
        "AssetType has no unique key over asset_tpye; pass key= one of ['uid'] or ['asset_type'].",
    ),
    "number as a key": (
        lambda: upsert(AssetType, [], key=5),  # type: ignore[arg-type]
        (
            "5 is not a column of AssetType; pass names or attributes of its columns, or join the "
            "models in a select, and execute() it."
        ),
    ),
    "attribute of another model": (
        lambda: upsert(AssetType, [], key=[Asset.uid]),
        (
            "Asset.uid is not a column of AssetType; pass names or attributes of its columns, or "
            "join the models in a select, and execute() it."
        ),
    ),
    "relationship": (
        lambda: column_names(IndexFormulaDefinition, [Index.uid]),
        (
            "Index.uid is not a column of IndexFormulaDefinition; pass names or attributes of its "
            "columns, or join the models in a select, and execute() it."
        ),
    ),
    "unknown column": (
        lambda: latest_statement(IndexValuesTS, None, None, [], "valeu"),
        "'valeu' is not a column of IndexValuesTS; did you mean 'value'?",
    ),
    "letters of a key": (
        lambda: natural_key(AssetType, list("ab")),
        "AssetType has no unique key over a, b; pass key= one of ['uid'] or ['asset_type'].",
    ),
    "condition as text": (
        lambda: between_statement(
            IndexValuesTS,
            None,
            None,
            [("value", 1)],  # type: ignore[list-item]
            None,
        ),
        (
            "A condition cannot be used: SQL expression for WHERE/HAVING role expected, got "
            "('value', 1); pass comparisons of attributes, such as PricesTS.price > 1."
        ),
    ),
    "name as a model": (
        lambda: model_of("Asset"),
        "Expected the class of a model, such as msm.models.Asset, got 'Asset', a str.",
    ),
    "base as a model": (
        lambda: model_of(msm.MarketsMetaTable),
        (
            "Expected the class of a model, such as msm.models.Asset, got <class "
            "'msm.base.MarketsMetaTable'>, a DeclarativeAttributeIntercept."
        ),
    ),
    "alias as a model": (
        lambda: model_of(OTHER),
        f"Expected the class of a model, such as msm.models.Asset, got {OTHER!r}, a AliasedClass.",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_other_arguments_are_one_sentence(name: str) -> None:
    call, sentence = REFUSED[name]
    with pytest.raises(StatementError) as caught:
        call()
    assert str(caught.value) == sentence


def test_a_long_list_is_cut_in_the_message() -> None:
    names: Any = [f"XNAS:{number}" for number in range(10_000)]
    with pytest.raises(StatementError) as caught:
        latest_statement(IndexValuesTS, None, None, [names], None)
    assert len(str(caught.value)) < 500
    assert "'XNAS:9999'" in str(caught.value)


ORDERS: dict[str, tuple[Any, bool]] = {
    "name": ("uid", False),
    "descending name": (desc("uid"), True),
    "ascending name": (asc("uid"), False),
    "label": ("id", False),
    "descending label": (desc("id"), True),
    "labelled column": (Asset.uid.label("id"), False),
    "descending labelled column": (Asset.uid.label("id").desc(), True),
}


@pytest.mark.parametrize("name", ORDERS)
def test_pages_are_ordered_by_a_name(name: str) -> None:
    order, descending = ORDERS[name]
    for columns in ([Asset.asset_type, Asset.uid.label("id")], [Asset.asset_type]):
        if "label" in name and len(columns) == 1:
            continue
        (key,) = plan(select(*columns).order_by(order)).key
        assert (key.column.key, key.descending) == ("uid", descending)
