"""A column that is written at once has the texts that its values have alone."""

import datetime
import math
import uuid
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Date, DateTime, Float, SmallInteger, String, Uuid
from sqlalchemy.types import TypeEngine

from msm.values.literals import column_text
from msm.values.texts import UnfitValueError

UTC = datetime.UTC
PARIS = datetime.timezone(datetime.timedelta(hours=1))
KINDS: dict[str, tuple[TypeEngine[Any], st.SearchStrategy[Any]]] = {
    "floats": (Float(), st.floats() | st.floats(1e-6, 1e18) | st.sampled_from([-0.0, 1e-4, 1e16])),
    "integers": (SmallInteger(), st.integers(-(2**15) - 1, 2**15) | st.booleans()),
    "texts": (String(5), st.text(max_size=6) | st.text('a"\\{}, ', max_size=6)),
    "timestamps": (
        DateTime(timezone=True),
        st.datetimes(timezones=st.sampled_from([UTC, PARIS]))
        | st.datetimes(timezones=st.just(UTC)),
    ),
    "days": (Date(), st.dates() | st.datetimes()),
    "UUIDs": (Uuid(), st.uuids()),
}


def alone(kind: TypeEngine[Any], values: Sequence[Any]) -> list[str] | None:
    write = column_text(Column("x", kind)).write
    try:
        return [write(value) for value in values]
    except UnfitValueError:
        return None


@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
def test_both_ways_give_the_same_texts(name: str, data: st.DataObject) -> None:
    kind, values = KINDS[name]
    given_values = data.draw(st.lists(values, min_size=1, max_size=5))
    at_once = column_text(Column("x", kind)).write_all(given_values)
    assert at_once is None or at_once == alone(kind, given_values)


PLAIN: dict[str, tuple[TypeEngine[Any], list[Any]]] = {
    "floats": (Float(), [1.5, -0.0, 12345.678, math.pi * 1e15]),
    "integers": (SmallInteger(), [-(2**15), 2**15 - 1]),
    "texts": (String(5), ["", "NULL", "a b,{"]),
    "timestamps": (DateTime(timezone=True), [datetime.datetime(2025, 1, 2, tzinfo=UTC)]),
    "days": (Date(), [datetime.date(2025, 1, 2)]),
    "UUIDs": (Uuid(), [uuid.UUID(int=1)]),
}


@pytest.mark.parametrize("name", PLAIN)
def test_plain_values_are_written_at_once(name: str) -> None:
    kind, values = PLAIN[name]
    at_once = column_text(Column("x", kind)).write_all(values)
    assert at_once is not None
    assert at_once == alone(kind, values)


@pytest.mark.parametrize("name", PLAIN)
def test_a_missing_value_is_looked_at_alone(name: str) -> None:
    kind, values = PLAIN[name]
    assert column_text(Column("x", kind)).write_all([*values, None]) is None
