"""What comes back from an operation, with the Python types of the columns."""

import datetime
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Date, DateTime, Float, Integer, Numeric, Uuid
from sqlalchemy.types import TypeEngine

__all__ = ["Result"]

# Float comes before Numeric, of which it is a kind in SQLAlchemy.
_DECODERS: tuple[tuple[type[TypeEngine[Any]], Callable[[Any], Any]], ...] = (
    (Uuid, uuid.UUID),
    (DateTime, datetime.datetime.fromisoformat),
    (Date, datetime.date.fromisoformat),
    (Float, float),
    (Numeric, Decimal),
    (Integer, int),
    (Boolean, bool),
)


@dataclass(frozen=True, slots=True)
class Result:
    """The rows of one operation.

    Attributes:
        rows: a dictionary a row, keyed by column name or label, with Python values: UUID, aware
            datetime, date, Decimal for NUMERIC, int, float, bool, str, and JSON as it is. Empty
            for a write without RETURNING.
        row_count: the number of rows read, or written.
    """

    rows: list[dict[str, Any]]
    row_count: int


def decode_rows(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[tuple[str, TypeEngine[Any]]]
) -> list[dict[str, Any]]:
    """Give JSON rows the Python types of their columns.

    Args:
        rows: the platform's rows.
        columns: name and SQLAlchemy type of every column, in order.
    """
    decoders = [(name, _decoder(column_type)) for name, column_type in columns]
    return [
        {name: None if row[name] is None else decode(row[name]) for name, decode in decoders}
        for row in rows
    ]


def _decoder(column_type: TypeEngine[Any]) -> Callable[[Any], Any]:
    for kind, decode in _DECODERS:
        if isinstance(column_type, kind):
            return decode
    return _unchanged


def _unchanged(value: Any) -> Any:
    return value
