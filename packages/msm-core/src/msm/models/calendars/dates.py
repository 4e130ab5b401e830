"""Calendar dates: what kind of day a date is."""

import datetime
import uuid

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.calendars.calendar import Calendar
from msm.types import Json, Str255, UuidKey


class CalendarDate(MarketsMetaTable):
    """One date of one calendar: a business day, a holiday or a weekend day."""

    uid: Mapped[UuidKey]
    calendar_uid: Mapped[uuid.UUID] = mapped_column(ForeignKey(Calendar.uid, ondelete="CASCADE"))
    local_date: Mapped[datetime.date] = mapped_column(
        index=True, comment="In the time zone of the calendar."
    )
    is_business_day: Mapped[bool] = mapped_column(server_default=text("false"))
    is_holiday: Mapped[bool] = mapped_column(server_default=text("false"))
    is_weekend: Mapped[bool] = mapped_column(server_default=text("false"))
    is_early_close: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="True where the day ends before the usual time."
    )
    holiday_name: Mapped[Str255 | None] = mapped_column(
        comment="NULL on other days, or where the holiday has no recorded name."
    )
    metadata_json: Mapped[Json | None]

    __table_args__ = (
        Index(None, "calendar_uid", "is_business_day"),
        Index(None, "calendar_uid", "local_date", unique=True),
    )
