"""Times and days in the forms that callers have them in."""

import datetime
import re
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Column, Date

from msm.values.texts import UnfitValueError

__all__ = ["Moment", "day_of", "moment_of", "time_of", "timestamp_fault"]

# A datetime is a date to Python.
type Moment = datetime.date | np.datetime64 | str

NO_ZONE = "no time zone; pass an aware datetime, such as datetime.now(datetime.UTC)"
NANOSECONDS = "nanoseconds, where PostgreSQL keeps microseconds; round it"
# Python cuts them off without a word.
ISO_NANOSECONDS = re.compile(r"[.,]\d{6}\d*[1-9]")
FORMS = "an aware datetime, a date, or their ISO text, such as '2025-01-31T16:00:00Z'"


def timestamp_fault(value: datetime.datetime) -> str | None:
    """Why a datetime cannot be sent without changing its meaning; None where it can."""
    # PostgreSQL would read it in the time zone of the session, which is the platform's, not the
    # caller's.
    if value.utcoffset() is None:
        return NO_ZONE
    # PostgreSQL would round, and two observations could get one time.
    if isinstance(value, pd.Timestamp) and value.nanosecond:
        return NANOSECONDS
    return None


def moment_of(given: object) -> datetime.datetime:
    """The time that an argument means, in UTC: a day is its midnight.

    Raises:
        UnfitValueError: it is no time, has no time zone, has nanoseconds, or is outside of Python's
            years.
    """
    if isinstance(given, str) and ISO_NANOSECONDS.search(given):
        raise UnfitValueError(f"has {NANOSECONDS}")
    moment = _plain(given)
    # NaT of pandas is a datetime to Python.
    if moment is pd.NaT or not isinstance(moment, datetime.date):
        raise UnfitValueError(f"is not a time; pass {FORMS}")
    if not isinstance(moment, datetime.datetime):
        return datetime.datetime.combine(moment, datetime.time(), datetime.UTC)
    fault = timestamp_fault(moment)
    if fault is not None:
        raise UnfitValueError(f"has {fault}")
    try:
        # Python compares two times of one zone by their clocks, which go back once a year.
        return moment.astimezone(datetime.UTC)
    except OverflowError as error:
        raise UnfitValueError("is outside of the years 1 to 9999 in UTC") from error


def time_of(given: object, column: Column[Any]) -> datetime.date:
    """The time that an argument means in a time index: a day, where that is a DATE.

    Raises:
        UnfitValueError: as :func:`moment_of` and :func:`day_of`.
    """
    moment = moment_of(given)
    return day_of(moment) if isinstance(column.type, Date) else moment


def day_of(value: Any) -> datetime.date:
    """The day that a value of a DATE column means: a timestamp has to be midnight.

    Raises:
        UnfitValueError: it is no date, or more than a day.
    """
    if isinstance(value, np.datetime64):
        value = _plain(value)
    if value is pd.NaT or not isinstance(value, datetime.date):
        raise UnfitValueError(f"expected a date, got {type(value).__name__}")
    if not isinstance(value, datetime.datetime):
        return value
    if value.utcoffset():
        raise UnfitValueError(
            "is a timestamp outside of UTC, which does not say for certain which day is meant; "
            "pass a date, such as its .date()"
        )
    nanoseconds = value.nanosecond if isinstance(value, pd.Timestamp) else 0
    if value.time() != datetime.time() or nanoseconds:
        raise UnfitValueError(
            "is a timestamp that is not midnight, whose time of day would be lost; pass a date, "
            "such as its .date()"
        )
    return value.date()


def _plain(given: object) -> Any:
    """The date or datetime of a text or of numpy; anything else as it is."""
    try:
        if isinstance(given, np.datetime64):
            unit, _ = np.datetime_data(given.dtype)
            # numpy makes an integer of nanoseconds, and cuts them from microseconds.
            return given.item() if unit in "YMWD" else pd.Timestamp(given)
        if isinstance(given, str):
            return _parsed(given)
    except ValueError:
        return None
    return given


def _parsed(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return datetime.datetime.fromisoformat(text)
