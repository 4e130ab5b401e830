"""Texts of values as PostgreSQL has them; the same in statements and in rows."""

import datetime
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import NoneType
from typing import Any

import orjson
import pandas as pd
from sqlalchemy import JSON

__all__ = [
    "NULL",
    "TooLargeValueError",
    "UnfitValueError",
    "UnreadJson",
    "array_literal",
    "bytes_of",
    "bytes_text",
    "checked_text",
    "interval_of",
    "interval_text",
    "json_text",
    "numbers_of",
    "quoted",
]

# Unquoted, as PostgreSQL writes it in an array literal; the text "NULL" is written with quotes.
NULL = "NULL"
# SQLAlchemy's JSON.NULL is an int, whose digits json would write.
DIGITS_OF_NULL = str(int(JSON.NULL))
# As PostgreSQL writes an interval that has no months.
INTERVAL_TEXT = re.compile(
    r"(?:(?P<days>[+-]?\d+) days? ?)?"
    r"(?:(?P<sign>[+-])?(?P<hours>\d+):(?P<minutes>\d\d):(?P<seconds>\d\d(?:\.\d+)?))?"
)


# Not MsmErrors: they never leave the package. Each becomes a fault that names its column.
class UnfitValueError(Exception):
    """A value does not fit its column; the message says why."""


class TooLargeValueError(UnfitValueError):
    """A value has the column's type, and is longer or larger than the column can store."""


@dataclass(frozen=True, slots=True)
class UnreadJson:
    """A text that was to be a JSON document, and is none that Python can read.

    Attributes:
        text: the text.
        reason: what Python said.
    """

    text: str
    reason: Exception

    def __repr__(self) -> str:
        return repr(self.text)


def checked_text(text: str) -> str:
    """The text itself.

    Raises:
        UnfitValueError: PostgreSQL cannot store it.
    """
    if "\x00" in text:
        raise UnfitValueError("has a NUL character, which PostgreSQL's text cannot store")
    # Only strings with non-ASCII characters are encoded, because this runs for every value.
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise UnfitValueError(
                "has half of a surrogate pair, which is not a character"
            ) from error
    return text


def quoted(text: str) -> str:
    """A text as an element of an array literal.

    Raises:
        UnfitValueError: PostgreSQL cannot store it.
    """
    return '"' + checked_text(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def array_literal(elements: list[str]) -> str:
    """The literal of an array, from the texts of its elements."""
    return "{" + ",".join(elements) + "}"


def interval_text(value: datetime.timedelta) -> str:
    """PostgreSQL's text of an interval, with every microsecond.

    Raises:
        UnfitValueError: it has nanoseconds.
    """
    # PostgreSQL would round, as it would for a timestamp.
    if isinstance(value, pd.Timedelta) and value.nanoseconds:
        raise UnfitValueError("has nanoseconds, where PostgreSQL keeps microseconds; round it")
    return f"{value.days} days {value.seconds} seconds {value.microseconds} microseconds"


def bytes_text(value: bytes) -> str:
    """PostgreSQL's text of bytes."""
    return f"\\x{value.hex()}"


def interval_of(value: str) -> datetime.timedelta:
    """The timedelta of PostgreSQL's text of an interval.

    Raises:
        ValueError: it has months, whose length is not fixed, or is in another style.
    """
    found = INTERVAL_TEXT.fullmatch(value)
    if found is None or not value:
        raise ValueError("it is not a number of days, hours, minutes and seconds")
    # Through whole microseconds: a float of seconds would lose some.
    micros = int(Decimal(found["seconds"] or 0) * 1_000_000)
    hours, minutes = int(found["hours"] or 0), int(found["minutes"] or 0)
    time = datetime.timedelta(hours=hours, minutes=minutes, microseconds=micros)
    days = datetime.timedelta(days=int(found["days"] or 0))
    return days - time if found["sign"] == "-" else days + time


def bytes_of(value: str) -> bytes:
    """The bytes of PostgreSQL's text of them.

    Raises:
        ValueError: it is in another format.
    """
    if not value.startswith("\\x"):
        raise ValueError("it is not bytes as hexadecimal digits")
    return bytes.fromhex(value[2:])


def json_text(value: Any) -> str:
    """The JSON of a value; ``JSON.NULL`` is JSON null.

    Raises:
        UnfitValueError: it is not JSON, or not JSON that PostgreSQL can store.
    """
    if _is_null(value):
        return "null"
    try:
        if isinstance(value, UnreadJson):
            raise value.reason
        text = json.dumps(value, allow_nan=False, ensure_ascii=False)
    except RecursionError as error:
        raise UnfitValueError("is nested too deeply for JSON") from error
    except (TypeError, ValueError) as error:
        if str(error).startswith("Exceeds the limit"):
            raise UnfitValueError("has an integer of more than 4,300 digits") from error
        raise UnfitValueError(f"is not JSON: {error}") from error
    # An escaped backslash before u0000 is text, not a NUL.
    if "\\u0000" in text.replace("\\\\", ""):
        raise UnfitValueError("has a NUL character, which PostgreSQL's JSON cannot store")
    if DIGITS_OF_NULL in text and _holds_null(value):
        raise UnfitValueError("has JSON.NULL inside of a document; write None there")
    return checked_text(text)


def _holds_null(value: Any) -> bool:
    match value:
        case dict():
            return any(map(_holds_null, value.values()))
        case list() | tuple():
            return any(map(_holds_null, value))
    return _is_null(value)


def _is_null(value: Any) -> bool:
    # By value: pandas makes a plain integer of it. No other one is likely to be the same.
    return isinstance(value, int) and value == JSON.NULL


def numbers_of(texts: Sequence[str | None]) -> Sequence[float | None]:
    """Numbers, also integers, of PostgreSQL's texts of floats."""
    # One parse of all texts is four times as fast as one of each, but knows neither NaN nor -0.
    if "-0" not in texts:
        try:
            numbers: list[float | None] = orjson.loads(
                f"[{','.join(['null' if text is None else text for text in texts])}]"
            )
        except orjson.JSONDecodeError:
            pass
        else:
            kinds = set(map(type, numbers))
            # Else some text was something else than one number. Nulls are counted only where there
            # are some: it takes as long as the parse.
            if (
                len(numbers) == len(texts)
                and kinds <= {float, int, NoneType}
                and (NoneType not in kinds or numbers.count(None) == texts.count(None))
            ):
                return numbers
    return [None if text is None else float(text) for text in texts]
