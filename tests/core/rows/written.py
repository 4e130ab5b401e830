"""Rows that the tests of this folder write, and the batches that they are checked into."""

import datetime
from typing import Any

from sqlalchemy import Table

from msm.rows.input import given_rows
from msm.rows.validate import Batch, Expected, check_rows

__all__ = ["INDEX", "NOON", "checked", "values_at"]

NOON = datetime.datetime(2025, 1, 2, 12, 0, 0, 123456, tzinfo=datetime.UTC)
INDEX = {
    "unique_identifier": "I",
    "index_type": "t",
    "display_name": "I",
    "calculation_method": "custom",
    "value_format": "decimal",
}


def values_at(*values: float) -> list[dict[str, Any]]:
    second = datetime.timedelta(seconds=1)
    return [
        {"time_index": NOON + place * second, "index_identifier": "I", "value": value}
        for place, value in enumerate(values)
    ]


def checked(
    table: Table,
    rows: list[dict[str, Any]],
    most: int = 2_000_000,
    order: tuple[str, ...] = (),
) -> list[Batch]:
    expected = Expected(None, frozenset(), [], order)
    parts, faults = check_rows(table, given_rows(table, rows), expected, lambda _rows: None)
    assert faults == []
    return [batch for part in parts for batch in part.batches(most)]
