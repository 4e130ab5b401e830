"""Defaults and texts of a column that no row or no table would have are refused at the class."""

from typing import Any

import pytest
from sqlalchemy import CheckConstraint, Computed, Index, Integer, Sequence, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from msm import MarketsBase
from msm.errors import InvalidRowsError, ModelDefinitionError, NotAttachedError
from msm.rows import natural_key
from tests.core.rows.unattached import insert
from tests.models.defining import columns, define

DOC = {"__doc__": "One."}
LEAVE = "leave the column out for the database's default"
SESSION = "which only a session of SQLAlchemy would apply; "


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"default": 1}, f"sets default= on bid, {SESSION}set server_default=,"),
        ({"insert_default": 1}, f"sets default= on bid, {SESSION}set server_default=,"),
        ({"default": func.random()}, f"sets default= on bid, {SESSION}set server_default=,"),
        ({"onupdate": lambda: 1}, f"sets onupdate= on bid, {SESSION}write the value"),
    ],
)
def test_a_value_that_python_makes_is_refused(options: dict[str, Any], said: str) -> None:
    assert said in refusal({"bid": mapped_column(Integer, **options)})


def test_a_sequence_is_refused() -> None:
    said = refusal({"bid": mapped_column(Integer, Sequence("bids"))})
    assert said == "takes bid from a sequence, which no revision would create; use Identity()."


@pytest.mark.parametrize("default", ["rock 'n'", "'n' roll"])
def test_a_default_at_a_quote_is_refused(default: str) -> None:
    said = refusal({"bid": mapped_column(String, server_default=default)})
    assert said == (
        f"has the default {default!r} on bid, which begins or ends with a quote; write it as SQL, "
        "such as server_default=text(\"'it''s'\")."
    )


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"bid": mapped_column(server_default=text("' :x'"))}, "the default of bid"),
        ({"twice": mapped_column(Integer, Computed("bid * :x"))}, "the computed column twice"),
        (
            {"__table_args__": (CheckConstraint("bid <> :x", name="bid"),)},
            "the CHECK ck__acme__quote__bid",
        ),
        ({"__table_args__": (Index("ix", text("lower(:x)")),)}, "the index ix"),
        ({"__table_args__": (Index("ix", "bid", postgresql_where=text(":x")),)}, "the index ix"),
    ],
)
def test_a_colon_that_becomes_null_is_refused(body: dict[str, Any], place: str) -> None:
    assert refusal(columns(bid=Mapped[str]) | body) == (
        f"has :x in {place}, which text() takes for a parameter, and for NULL; write \\:x if it is "
        "a part of the SQL."
    )


def test_other_colons_are_allowed() -> None:
    checks = [r"bid <> ' \:x'", "bid::text <> '12:30'"]
    named = [CheckConstraint(sql, name=f"n{number}") for number, sql in enumerate(checks)]
    body = {"bid": mapped_column(String, server_default=" :x"), "__table_args__": tuple(named)}
    define("Quote", DOC | columns() | body)


def refusal(body: dict[str, Any]) -> str:
    with pytest.raises(ModelDefinitionError) as caught:
        define("Quote", DOC | columns() | body)
    assert not any(table.startswith("acme__") for table in MarketsBase.metadata.tables)
    return str(caught.value).removeprefix("Model tests.models.defining.Quote ")


def test_an_integer_key_is_made_by_the_database() -> None:
    body = {
        "number": mapped_column(Integer, primary_key=True),
        "name": mapped_column(String, unique=True, nullable=False),
        "size": mapped_column(Integer, nullable=False),
    }
    model = define("Quote", DOC | body)
    assert model.__table__.c["number"].identity is not None
    assert natural_key(model).columns == ("name",)
    # Which passes the checks, and has no table to go to.
    with pytest.raises(NotAttachedError):
        insert(model, [{"name": "a", "size": 1}])
    with pytest.raises(InvalidRowsError) as caught:
        insert(model, [{"name": "a", "number": None}])
    assert [(fault.column, fault.problem) for fault in caught.value.faults] == [
        ("size", "not given, and the column needs a value"),
        ("number", f"is None, and the column needs a value; {LEAVE}"),
    ]
