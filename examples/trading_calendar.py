"""A trading calendar: one year of an exchange, loaded as DataFrames and queried.

Run it with ``./dev run msm-local exec -- python -m examples.trading_calendar``, on a database
that is at head.
"""

import datetime
from typing import Any

import exchange_calendars
import pandas as pd
from sqlalchemy import Row, and_, select

import msm
from msm import MarketsRuntime
from msm.models import Calendar, CalendarDate, CalendarSession

__all__ = ["MODELS", "early_closes", "load_calendar", "main", "next_session"]

MODELS = [Calendar, CalendarDate, CalendarSession]


def load_calendar(runtime: MarketsRuntime, mic: str, year: int) -> int:
    """Write an exchange's calendar for one year: its dates, and its sessions in UTC.

    Args:
        runtime: has the calendar models attached.
        mic: the ISO 10383 market identifier code, such as ``XNYS``.
        year: the calendar year, as the exchange counts its local dates.

    Returns:
        How many rows changed (0 when run again).
    """
    first, last = pd.Timestamp(year, 1, 1), pd.Timestamp(year, 12, 31)
    exchange = exchange_calendars.get_calendar(mic, start=first, end=last)
    calendar = {
        "unique_identifier": mic,
        "display_name": f"{mic} trading calendar",
        "calendar_type": "exchange",
        "timezone": str(exchange.tz),
        "source": "exchange_calendars",
        "source_identifier": mic,
        "valid_from": first.date(),
        "valid_to": last.date(),
    }
    changed = runtime.upsert(Calendar, [calendar])
    by_mic = select(Calendar.uid).where(Calendar.unique_identifier == mic)
    # Dates and sessions refer to the uid, which the database generates. pandas has no type for it.
    uid: Any = runtime.scalars(by_mic).one()

    schedule = exchange.schedule.loc[first:last]
    days = pd.date_range(first, last, name="local_date")
    dates = pd.DataFrame(
        {
            "is_business_day": days.isin(schedule.index),
            "is_weekend": days.day_of_week >= 5,
            "is_early_close": days.isin(exchange.early_closes),
            "holiday_name": exchange.regular_holidays.holidays(first, last, return_name=True),
        },
        index=days,
    ).assign(
        is_holiday=lambda day: ~day.is_business_day & ~day.is_weekend,
        calendar_uid=uid,
    )
    sessions = (
        schedule[["open", "close"]]
        .rename(columns={"open": "opens_at", "close": "closes_at"})
        .rename_axis("local_date")
        .assign(session_label="regular", timezone=str(exchange.tz), calendar_uid=uid)
    )
    changed += runtime.upsert(CalendarDate, dates)
    return changed + runtime.upsert(CalendarSession, sessions)


def early_closes(runtime: MarketsRuntime, mic: str) -> pd.DataFrame:
    """The sessions that close before the usual time, with ``opens_at`` and ``closes_at`` in UTC."""
    same_day = and_(
        CalendarDate.calendar_uid == CalendarSession.calendar_uid,
        CalendarDate.local_date == CalendarSession.local_date,
    )
    statement = (
        select(CalendarSession.local_date, CalendarSession.opens_at, CalendarSession.closes_at)
        .join(Calendar, Calendar.uid == CalendarSession.calendar_uid)
        .join(CalendarDate, same_day)
        .where(Calendar.unique_identifier == mic, CalendarDate.is_early_close)
        .order_by(CalendarSession.local_date)
    )
    return runtime.execute(statement).frame()


def next_session(
    runtime: MarketsRuntime, mic: str, after: datetime.date
) -> Row[datetime.datetime | None, datetime.datetime | None] | None:
    """The first session after a date, or None if the calendar ends before it."""
    statement = (
        select(CalendarSession.opens_at, CalendarSession.closes_at)
        .join(Calendar, Calendar.uid == CalendarSession.calendar_uid)
        .where(Calendar.unique_identifier == mic, CalendarSession.local_date > after)
        .order_by(CalendarSession.local_date)
        .limit(1)
    )
    return runtime.execute(statement).one_or_none()


def main() -> None:
    """Load the New York Stock Exchange for 2025, and query it twice."""
    runtime = msm.start_engine(MODELS)
    print(f"calendar: {load_calendar(runtime, 'XNYS', 2025)} rows changed")
    print(early_closes(runtime, "XNYS").to_string(index=False))
    session = next_session(runtime, "XNYS", after=datetime.date(2025, 12, 24))
    if session is not None:
        print(f"after Christmas Eve it opens at {session.opens_at:%d %b %H:%M} UTC")


if __name__ == "__main__":
    main()
