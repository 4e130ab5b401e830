"""Calendar events: what happens on a date, such as an expiry or a rebalancing."""

import datetime
import uuid

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.calendars.calendar import Calendar
from msm.models.descriptions import FURTHER_ATTRIBUTES, SURROGATE_KEY
from msm.types import Json, Str64, Str255, UuidKey


class CalendarEvent(MarketsMetaTable):
    """One event in one calendar, which may concern one target such as an asset."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    calendar_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Calendar.uid, ondelete="CASCADE"),
        comment="Calendar that lists the event; deleting it deletes the event.",
    )
    event_date: Mapped[datetime.date | None] = mapped_column(
        comment="Day of the event; where it is NULL, the unique index allows duplicates."
    )
    event_time: Mapped[datetime.datetime | None] = mapped_column(
        comment="Instant of the event; NULL where only its date is known."
    )
    event_type: Mapped[Str64] = mapped_column(
        index=True, comment="Kind of event; the database enforces no set of values."
    )
    # Empty instead of NULL: two NULLs are different values to the unique index.
    event_label: Mapped[Str255] = mapped_column(
        server_default="", comment="Tells events of one type and date apart; empty for none."
    )
    target_type: Mapped[Str64] = mapped_column(
        server_default="", comment="Kind of thing the event concerns; empty for none."
    )
    target_uid: Mapped[uuid.UUID | None] = mapped_column(
        comment="Key of the target; not enforced, since its table depends on target_type."
    )
    target_identifier: Mapped[Str255] = mapped_column(
        server_default="", comment="Business key of the target; empty for none."
    )
    metadata_json: Mapped[Json | None] = mapped_column(comment=FURTHER_ATTRIBUTES)

    __table_args__ = (
        Index(None, "calendar_uid", "event_date"),
        Index(None, "target_type", "target_uid"),
        Index(
            None,
            "calendar_uid",
            "event_date",
            "event_type",
            "event_label",
            "target_type",
            "target_identifier",
            unique=True,
        ),
    )
