"""Rows of results as dictionaries by column, for tests that compare or send whole rows."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row

from msm.base import MarketsModel

__all__ = ["columns_of", "dictionaries"]


def dictionaries(rows: Iterable[Row[*tuple[Any, ...]]]) -> list[dict[str, Any]]:
    """The values of each row by name; of an instance, those of its columns."""
    return [_dictionary(row) for row in rows]


def _dictionary(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in row._mapping.items():
        if isinstance(value, MarketsModel):
            found |= columns_of(value)
        else:
            found[name] = value
    return found


def columns_of(instance: MarketsModel) -> dict[str, Any]:
    """The values of an instance, by column."""
    return {
        column.name: getattr(instance, attribute.key)
        for attribute in instance.__mapper__.column_attrs
        for column in attribute.columns
    }
