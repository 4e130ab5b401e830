"""The calendar: on which days, and when, a market or an office is open."""

import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.descriptions import DISPLAY_NAME, FURTHER_ATTRIBUTES, SURROGATE_KEY
from msm.types import Json, Str64, Str128, Str255, UuidKey


class Calendar(MarketsMetaTable):
    """One calendar, such as that of an exchange, with the span of dates it covers."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    unique_identifier: Mapped[Str255] = mapped_column(
        index=True, unique=True, comment="Business key of the calendar."
    )
    display_name: Mapped[Str255] = mapped_column(comment=DISPLAY_NAME)
    calendar_type: Mapped[Str64] = mapped_column(
        index=True, comment="Kind of calendar; the database enforces no set of values."
    )
    timezone: Mapped[Str64] = mapped_column(
        server_default="UTC", comment="Time zone of the local dates, such as America/New_York."
    )
    source: Mapped[Str128 | None] = mapped_column(
        comment="Where the calendar comes from; NULL where not recorded."
    )
    source_identifier: Mapped[Str255 | None] = mapped_column(
        comment="What the source calls the calendar; NULL where not recorded."
    )
    valid_from: Mapped[datetime.date] = mapped_column(comment="Start of the dates covered.")
    valid_to: Mapped[datetime.date] = mapped_column(comment="End of the dates covered.")
    metadata_json: Mapped[Json | None] = mapped_column(comment=FURTHER_ATTRIBUTES)

    __table_args__ = (Index(None, "source", "source_identifier"),)
