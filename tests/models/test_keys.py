"""The keys and indexes of a model that rows and time series are found by."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Index, Select, func, text
from sqlalchemy.orm import Mapped

from msm.base import MarketsTimeIndexMetaTable
from msm.errors import InvalidRowsError, StatementValueError
from msm.rows.keys import natural_key, table_of
from msm.storage_layout import layout_with_index
from msm.timeseries import between_statement, latest_statement
from tests.core.rows.unattached import insert
from tests.models.defining import columns, define, time_indexed

DOC = {"__doc__": "One thing.\n\nAnd more."}
DAY = datetime.date(2025, 1, 2)
SERIES = {"__time_index_name__": "time_index", "__identity_dimensions__": ["ident"]}


@pytest.mark.parametrize(
    "parts",
    [
        ("venue", text("lower(name)")),
        (text("lower(name)"),),
        (func.lower(text("name")),),
    ],
    ids=["beside a column", "text", "function"],
)
def test_an_index_with_an_expression_is_no_key(parts: tuple[Any, ...]) -> None:
    body = columns(venue=Mapped[str], name=Mapped[str])
    unique = Index(None, *parts, unique=True)
    model = define("Shop", DOC | body | {"__table_args__": (unique,)})
    assert natural_key(model).columns == ("uid",)


def test_an_index_in_another_order_is_a_key() -> None:
    model = define("Shop", DOC | columns(venue=Mapped[str], name=Mapped[str]))
    table = table_of(model)
    unique = Index(None, table.c.venue, table.c.name.desc().nulls_last(), unique=True)
    assert unique.table is table
    assert natural_key(model).columns == ("venue", "name")


@pytest.mark.parametrize(
    "options", [{"postgresql_where": text("value > 0")}, {"postgresql_using": "brin"}]
)
def test_an_index_of_some_rows_or_without_order_is_not_walked(options: dict[str, Any]) -> None:
    model = time_indexed(
        dict(SERIES), ident=Mapped[str], time_index=Mapped[datetime.datetime], value=Mapped[float]
    )
    table = table_of(model)
    for index in list(table.indexes):
        table.indexes.remove(index)
    Index(None, "ident", "time_index", _table=table, **options)
    assert "RECURSIVE" not in str(latest_statement(model, None, None, [], None))
    assert layout_with_index(table, ["time_index", "ident"]) is None
    Index(None, "ident", "time_index", _table=table)
    assert "RECURSIVE" in str(latest_statement(model, None, None, [], None))
    assert layout_with_index(table, ["time_index", "ident"]) is not None


def test_equal_decimals_are_one_key() -> None:
    model = time_indexed(
        SERIES | {"__identity_dimensions__": ["ident", "strike"]},
        ident=Mapped[str],
        strike=Mapped[Decimal],
        time_index=Mapped[datetime.datetime],
    )
    moment = datetime.datetime(2025, 1, 2, tzinfo=datetime.UTC)
    strikes = ["100", "100.0", "1E+2", "0", "-0.00", "10", "0.10"]
    rows = [{"ident": "A", "strike": Decimal(each), "time_index": moment} for each in strikes]
    with pytest.raises(InvalidRowsError) as caught:
        insert(model, rows)
    assert [fault.row for fault in caught.value.faults] == [1, 2, 4]


def daily() -> type[MarketsTimeIndexMetaTable]:
    model = time_indexed(dict(SERIES), ident=Mapped[str], time_index=Mapped[datetime.date])
    assert issubclass(model, MarketsTimeIndexMetaTable)
    return model


def values_of(statement: Select[*tuple[Any, ...]]) -> list[Any]:
    return list(statement.compile().params.values())


@pytest.mark.parametrize(
    "given",
    [DAY, "2025-01-02", datetime.datetime(2025, 1, 2, tzinfo=datetime.UTC)],
    ids=["date", "text", "midnight"],
)
def test_a_time_index_of_days_is_compared_with_days(given: Any) -> None:
    """Not with a timestamp, which would be another day in the time zone of a session."""
    model = daily()
    statements: list[Select[*tuple[Any, ...]]] = [
        between_statement(model, given, None, [], None),
        between_statement(model, None, given, [], None),
        latest_statement(model, given, None, [], None),
    ]
    for statement in statements:
        days = [value for value in values_of(statement) if isinstance(value, datetime.date)]
        assert days
        assert {*days} == {DAY}
        assert {*map(type, days)} == {datetime.date}


def test_a_time_of_a_day_is_refused_for_a_time_index_of_days() -> None:
    noon = datetime.datetime(2025, 1, 2, 12, tzinfo=datetime.UTC)
    with pytest.raises(StatementValueError, match="not midnight"):
        between_statement(daily(), noon, None, [], None)
