"""Rows for the demo: the real sessions of one exchange for one year, a few assets, an index."""

import datetime
from dataclasses import dataclass
from typing import Any

import exchange_calendars
import pandas as pd

__all__ = ["ASSETS", "ASSET_TYPE", "INDEX", "INDEX_TYPE", "ExchangeYear", "exchange_year"]

ASSET_TYPE = {"asset_type": "equity", "display_name": "Equity", "description": "Listed shares."}
ASSETS = [
    {"unique_identifier": f"XNAS:{ticker}", "asset_type": ASSET_TYPE["asset_type"]}
    for ticker in ("AAPL", "AMZN", "GOOGL", "MSFT", "NVDA")
]
INDEX_TYPE = {"index_type": "equity", "display_name": "Equity index"}
INDEX = {
    "unique_identifier": "NDX",
    "index_type": INDEX_TYPE["index_type"],
    "display_name": "Nasdaq-100",
    "calculation_method": "custom",
    "value_format": "decimal",
}

type Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ExchangeYear:
    """One exchange's calendar for one year, as rows for the calendar tables.

    Attributes:
        calendar: the calendar's own row.
        dates: a row a day, without ``calendar_uid``.
        sessions: a row a trading session, with its open and close in UTC, without ``calendar_uid``.
    """

    calendar: Row
    dates: list[Row]
    sessions: list[Row]


def exchange_year(mic: str, year: int) -> ExchangeYear:
    """Read one year of an exchange from the exchange_calendars library.

    Args:
        mic: the ISO 10383 market identifier code, such as ``XNYS``.
        year: the calendar year, as the exchange counts its local dates.
    """
    first, last = pd.Timestamp(year, 1, 1), pd.Timestamp(year, 12, 31)
    calendar = exchange_calendars.get_calendar(mic, start=first, end=last)
    schedule = calendar.schedule.loc[first:last]
    early = set(calendar.early_closes)
    holidays = calendar.regular_holidays.holidays(first, last, return_name=True)
    dates = [
        {
            "local_date": day.date(),
            "is_business_day": day in schedule.index,
            "is_holiday": day.weekday() < 5 and day not in schedule.index,
            "is_weekend": day.weekday() >= 5,
            "is_early_close": day in early,
            "holiday_name": holidays.get(day),
        }
        for day in pd.date_range(first, last)
    ]
    sessions = [
        {
            "local_date": day.date(),
            "session_label": "regular",
            "opens_at": session.open.to_pydatetime(),
            "closes_at": session.close.to_pydatetime(),
            "timezone": str(calendar.tz),
            "is_primary": True,
        }
        for day, session in schedule.iterrows()
    ]
    row = {
        "unique_identifier": mic,
        "display_name": f"{mic} trading calendar",
        "calendar_type": "exchange",
        "timezone": str(calendar.tz),
        "source": "exchange_calendars",
        "source_identifier": mic,
        "valid_from": datetime.date(year, 1, 1),
        "valid_to": datetime.date(year, 12, 31),
    }
    return ExchangeYear(row, dates, sessions)
