"""What the comment of a column must say; the catalog and the schema pages show it."""

import re

import pytest
from sqlalchemy import Table

from tests.support.history import MODELS

# Each column with its comment, and with the names that the comment has to say more than.
COLUMNS = [
    (model.__name__, column.name, column.comment or "")
    for model in MODELS
    if isinstance(model.__table__, Table)
    for column in model.__table__.columns
]
# Words that say nothing about one column.
FILLER = frozenset(
    re.findall(
        r"\w+",
        """
        a all an and any are as at be by each field for from has have here id identifier in is
        it its key name not of on one or row stored table that the this to uid used value values
        when where which while whose with
        """,
    )
)


def words(text: str) -> set[str]:
    """The words that say something, in the singular; ``CalendarDate`` is two."""
    found = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).lower())
    return {re.sub(r"ies$", "y", word).rstrip("s") for word in found if word not in FILLER}


def repeats(model: str, column: str, comment: str) -> bool:
    """Whether every word of the comment is in the name of the column or the table.

    NULL where nothing is recorded, says every column that allows it.
    """
    said = re.sub(r"NULL (where not|where none is|for none)[^;.]*", "", comment)
    return words(said) <= words(column) | words(model)


def test_every_column_has_a_comment() -> None:
    assert [f"{model}.{column}" for model, column, comment in COLUMNS if not comment] == []


def test_a_comment_says_more_than_the_names() -> None:
    found = [f"{item[0]}.{item[1]}: {item[2]}" for item in COLUMNS if item[2] and repeats(*item)]
    assert found == []


@pytest.mark.parametrize(
    "comment",
    [
        "The price time.",
        "Price times of the asset price.",
        "Time of the price; NULL where not recorded.",
    ],
)
def test_a_comment_that_repeats_is_found(comment: str) -> None:
    assert repeats("AssetPricesTS", "price_time", comment)
    assert not repeats("AssetPricesTS", "price_time", f"{comment} In the zone of the exchange.")
