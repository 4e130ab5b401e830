"""The rows of an answer as JSON, as the platform writes them, up to the size of an answer."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import batched
from typing import Any

import orjson

from msm_local.contract.metatables.limits import (
    ENVELOPE_BYTES,
    MAX_RESPONSE_BYTES,
    MAX_ROW_BYTES,
)
from msm_local.errors import RowTooLargeError

__all__ = ["Page"]

# Types of which json and orjson write the same text: integers, booleans, text and UUID.
PLAIN_OIDS = frozenset({16, 18, 19, 20, 21, 23, 25, 26, 1042, 1043, 2950})
# Written at once. So few that they are rarely more than one row may have.
ROWS_AT_ONCE = 500


class Page:
    """The rows of one answer.

    Args:
        max_rows: how many rows it carries.
        must_fit: whether a row that is too large is an error; otherwise the answer ends before it.
    """

    def __init__(self, max_rows: int, *, must_fit: bool) -> None:
        self.count = 0
        self.is_full = False
        self._texts: list[bytes] = []
        self._max_rows = max_rows
        self._must_fit = must_fit
        self._bytes = ENVELOPE_BYTES
        self._largest = 1

    @property
    def rows(self) -> Any:
        """The rows, as a list in JSON that orjson inserts as it is."""
        return orjson.Fragment(b"[" + b",".join(self._texts) + b"]")

    @property
    def room(self) -> int:
        """How many more rows to look at: of the size of the largest, if there was one."""
        if self.is_full:
            return 0
        fitting = (MAX_RESPONSE_BYTES - self._bytes) // self._largest + 1
        return min(self._max_rows - self.count, fitting)

    def extend(self, rows: Iterable[Mapping[str, Any]], oids: Iterable[int]) -> None:
        """Add rows until the answer is full.

        Args:
            rows: the rows.
            oids: the object id of the type of each column.

        Raises:
            RowTooLargeError: a row is larger than an answer carries.
            TypeError, ValueError: JSON cannot carry a value; the message is that of json.
        """
        left = self._add_at_once(rows) if PLAIN_OIDS.issuperset(oids) else rows
        for row in left:
            if self.is_full or not self._add(row):
                return

    def _add_at_once(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        """Add rows as long as there is room for many; gives back those that need a closer look."""
        for some in batched(rows, ROWS_AT_ONCE, strict=False):
            text = orjson.dumps(some)[1:-1]
            size = len(text) + 1
            fits = self._bytes + size <= MAX_RESPONSE_BYTES and size <= MAX_ROW_BYTES
            if fits and self.count + len(some) <= self._max_rows:
                self._append(text, len(some))
            else:
                yield from some

    def _add(self, row: Mapping[str, Any]) -> bool:
        data = ENCODER.encode(row).encode()
        size = len(data) + 1
        fits = self._bytes + size <= MAX_RESPONSE_BYTES
        if self._must_fit and (size > MAX_ROW_BYTES or (not fits and not self.count)):
            raise RowTooLargeError(
                f"A row takes {size} bytes, and an answer carries at most {MAX_ROW_BYTES} for a "
                "row; select fewer columns."
            )
        if size > MAX_ROW_BYTES or not fits:
            self.is_full = True
            return False
        self._append(data, 1)
        return True

    def _append(self, text: bytes, count: int) -> None:
        size = len(text) + 1
        self._texts.append(text)
        self._bytes += size
        self._largest = max(self._largest, size // count)
        self.count += count
        # The platform calls a page truncated as soon as it has as many rows as were asked for.
        self.is_full = self.count == self._max_rows


def _plain(value: object) -> Any:
    """A value that json does not know; the platform fails with the same words for the others."""
    # A timestamp is a date too.
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


# For the other types not orjson, which refuses integers above 64 bits, and writes other numbers
# than the platform does.
ENCODER = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_plain
)
