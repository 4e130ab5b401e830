"""Calendar dates: what kind of day a date is."""

import datetime
import uuid

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.calendars.calendar import Calendar
from msm.models.descriptions import FURTHER_ATTRIBUTES, SURROGATE_KEY
from msm.types import Json, Str255, UuidKey


class CalendarDate(MarketsMetaTable):
    """One date of one calendar: a business day, a holiday or a weekend day."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    calendar_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Calendar.uid, ondelete="CASCADE"),
        comment="Calendar that lists the date; local_date is in its timezone.",
    )
    local_date: Mapped[datetime.date] = mapped_column(
        index=True, comment="In the time zone of the calendar."
    )
    is_business_day: Mapped[bool] = mapped_column(
        server_default=text("false"),
        comment="True where the market or office is open for all or part of the day.",
    )
    is_holiday: Mapped[bool] = mapped_column(
        server_default=text("false"),
        comment="True for a holiday, also one without holiday_name; is_weekend marks weekends.",
    )
    is_weekend: Mapped[bool] = mapped_column(
        server_default=text("false"),
        comment="True for a day of the weekend, as the writer counts it; not checked.",
    )
    is_early_close: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="True where the day ends before the usual time."
    )
    holiday_name: Mapped[Str255 | None] = mapped_column(
        comment="NULL on other days, or where the holiday has no recorded name."
    )
    metadata_json: Mapped[Json | None] = mapped_column(comment=FURTHER_ATTRIBUTES)

    __table_args__ = (
        Index(None, "calendar_uid", "is_business_day"),
        Index(None, "calendar_uid", "local_date", unique=True),
    )
