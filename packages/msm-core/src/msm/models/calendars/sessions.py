"""Calendar sessions: when trading opens and closes on a date."""

import datetime
import uuid

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.calendars.calendar import Calendar
from msm.models.descriptions import FURTHER_ATTRIBUTES, SURROGATE_KEY
from msm.types import Json, Str64, UuidKey


class CalendarSession(MarketsMetaTable):
    """One session of one date in one calendar, from its opening to its close."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    calendar_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Calendar.uid, ondelete="CASCADE"),
        comment="Calendar that lists the session; the session has a timezone of its own.",
    )
    local_date: Mapped[datetime.date] = mapped_column(
        index=True, comment="Date that the session belongs to, in its time zone."
    )
    session_label: Mapped[Str64] = mapped_column(
        comment="Tells the sessions of one date apart, such as regular or overnight."
    )
    opens_at: Mapped[datetime.datetime | None] = mapped_column(
        comment="Instant of opening; NULL where not recorded."
    )
    closes_at: Mapped[datetime.datetime | None] = mapped_column(
        comment="Instant of closing; NULL where not recorded."
    )
    timezone: Mapped[Str64] = mapped_column(
        server_default="UTC", comment="Time zone of the session, such as America/New_York."
    )
    is_primary: Mapped[bool] = mapped_column(
        server_default=text("true"), comment="True for the main session of its date."
    )
    metadata_json: Mapped[Json | None] = mapped_column(comment=FURTHER_ATTRIBUTES)

    __table_args__ = (
        Index(None, "calendar_uid", "is_primary"),
        Index(None, "calendar_uid", "local_date", "session_label", unique=True),
    )
