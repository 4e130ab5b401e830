"""Rows that are written many at once, and rows that are written one by one, make one answer."""

import uuid
from typing import Any

import orjson
import pytest

from msm_local.contract.metatables.limits import MAX_ROW_BYTES
from msm_local.errors import RowTooLargeError
from msm_local.services.metatables.results import Page

TEXT, FLOAT8 = 25, 701
# All characters that JSON escapes, and some that it does not.
CHARACTERS = "".join(map(chr, [*range(1, 0x300), 0x2028, 0xFFFF, 0x1F600]))


def made(rows: list[dict[str, Any]], oid: int, *, max_rows: int = 10_000) -> tuple[bytes, Any]:
    page = Page(max_rows, must_fit=True)
    page.extend(rows, [oid])
    return orjson.dumps(page.rows), (page.count, page.is_full)


@pytest.mark.parametrize("length", [1, 10_000, 30_000])
@pytest.mark.parametrize("count", [0, 1, 499, 500, 501, 1_203])
def test_both_ways_write_the_same_answer(count: int, length: int) -> None:
    rows = [
        {
            "é": CHARACTERS * (length // 1_000) + str(n),
            "n": n - 2**63 if n % 2 else None,
            "b": n % 3 == 0,
            "u": str(uuid.UUID(int=n)),
        }
        for n in range(count)
    ]
    assert made(rows, TEXT) == made(rows, FLOAT8)
    assert made(rows, TEXT, max_rows=501) == made(rows, FLOAT8, max_rows=501)


def test_a_large_row_among_small_ones_is_found() -> None:
    rows = [{"x": ""}] * 700 + [{"x": "y" * MAX_ROW_BYTES}]
    with pytest.raises(RowTooLargeError):
        made(rows, TEXT)
