"""PostgreSQL's texts of a whole column whose values are all of one plain Python type.

Most columns are. Their texts are those that one value after the other would get, in a fraction of
the time; None says that some value needs a closer look.
"""

import datetime
import uuid
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

import orjson

__all__ = [
    "are_floats",
    "dates",
    "each_alone",
    "floats",
    "integers",
    "strings",
    "timestamps",
    "uuids",
]

type Texts = list[str] | None

# Between these, orjson writes a float as repr() does; outside, the one has an exponent where the
# other has zeros, or another form of it.
SMALLEST, LARGEST = 1e-4, 1e16
# What an array literal, or PostgreSQL itself, cannot have in a text as it is.
SPECIAL = ("\0", "\\", '"')
ZONE = attrgetter("tzinfo")


def each_alone(_values: Sequence[Any]) -> Texts:
    """For types that are written value by value."""
    return None


def _are(values: Sequence[Any], kind: type) -> bool:
    return set(map(type, values)) == {kind}


def are_floats(values: Sequence[Any]) -> bool:
    """Whether all are floats, of which any can be stored."""
    return _are(values, float)


def floats(values: Sequence[Any]) -> Texts:
    """The shortest texts that read as the same floats."""
    if not are_floats(values):
        return None
    sizes = list(map(abs, filter(None, values)))
    if sizes and not (min(sizes) >= SMALLEST and max(sizes) < LARGEST):
        return list(map(repr, values))
    texts = orjson.dumps(values)[1:-1].decode()
    # It has null for NaN, which is neither smaller nor larger than anything.
    return list(map(repr, values)) if "null" in texts else texts.split(",")


def integers(bits: int) -> Callable[[Sequence[Any]], Texts]:
    """Integers that fit into so many bits."""
    bound = 1 << (bits - 1)

    def write(values: Sequence[Any]) -> Texts:
        fit = _are(values, int) and -bound <= min(values) and max(values) < bound
        return list(map(str, values)) if fit else None

    return write


def strings(length: int | None) -> Callable[[Sequence[Any]], Texts]:
    """Texts of ASCII characters without quotes and backslashes."""

    def write(values: Sequence[Any]) -> Texts:
        if not _are(values, str) or (length is not None and max(map(len, values)) > length):
            return None
        whole = "".join(values)
        if not whole.isascii() or any(character in whole for character in SPECIAL):
            return None
        return [f'"{value}"' for value in values]

    return write


def timestamps(values: Sequence[Any]) -> Texts:
    """Datetimes in UTC."""
    if not _are(values, datetime.datetime) or set(map(id, map(ZONE, values))) != {id(datetime.UTC)}:
        return None
    return list(map(datetime.datetime.isoformat, values))


def dates(values: Sequence[Any]) -> Texts:
    """Days."""
    return list(map(datetime.date.isoformat, values)) if _are(values, datetime.date) else None


def uuids(values: Sequence[Any]) -> Texts:
    """UUIDs."""
    return list(map(str, values)) if _are(values, uuid.UUID) else None
