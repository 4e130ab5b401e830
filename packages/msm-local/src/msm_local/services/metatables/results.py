"""The rows of an answer as JSON, as the platform writes them, up to the size of an answer."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from msm_local.contract.metatables.limits import (
    ENVELOPE_BYTES,
    MAX_RESPONSE_BYTES,
    MAX_ROW_BYTES,
)
from msm_local.errors import RowTooLargeError

__all__ = ["Page"]


class Page:
    """The rows of one answer.

    Args:
        max_rows: how many rows it carries.
        must_fit: whether a row that is too large is an error; otherwise the answer ends before it.
    """

    def __init__(self, max_rows: int, *, must_fit: bool) -> None:
        self.rows: list[orjson.Fragment] = []
        self.is_full = False
        self._max_rows = max_rows
        self._must_fit = must_fit
        self._bytes = ENVELOPE_BYTES
        self._largest = 1

    @property
    def room(self) -> int:
        """How many more rows to look at: of the size of the largest, if there was one."""
        if self.is_full:
            return 0
        fitting = (MAX_RESPONSE_BYTES - self._bytes) // self._largest + 1
        return min(self._max_rows - len(self.rows), fitting)

    def extend(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Add rows until the answer is full.

        Raises:
            RowTooLargeError: a row is larger than an answer carries.
            TypeError, ValueError: JSON cannot carry a value; the message is that of json.
        """
        for row in rows:
            if self.is_full or not self._add(row):
                return

    def _add(self, row: Mapping[str, Any]) -> bool:
        # Not by orjson, which refuses integers above 64 bits, and writes other numbers than the
        # platform does.
        text = json.dumps(
            row, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_plain
        )
        data = text.encode()
        size = len(data) + 1
        fits = self._bytes + size <= MAX_RESPONSE_BYTES
        if self._must_fit and (size > MAX_ROW_BYTES or (not fits and not self.rows)):
            raise RowTooLargeError(
                f"A row takes {size} bytes, and an answer carries at most {MAX_ROW_BYTES} for a "
                "row; select fewer columns."
            )
        if size > MAX_ROW_BYTES or not fits:
            self.is_full = True
            return False
        self._bytes += size
        self._largest = max(self._largest, size)
        self.rows.append(orjson.Fragment(data))
        # The platform calls a page truncated as soon as it has as many rows as were asked for.
        self.is_full = len(self.rows) == self._max_rows
        return True


def _plain(value: object) -> Any:
    """A value that json does not know; the platform fails with the same words for the others."""
    match value:
        # A timestamp is a date too.
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
