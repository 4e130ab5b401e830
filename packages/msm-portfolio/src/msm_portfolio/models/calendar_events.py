"""Portfolio calendar events: the sessions that portfolios are run by, as instants."""

import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsTimeIndexMetaTable
from msm.models import Calendar
from msm.types import Str10, Str32, Str64, Str255


class PortfolioCalendarEventsTS(MarketsTimeIndexMetaTable):
    """One event of one session of a calendar, at the instant it happens."""

    __identity_dimensions__ = ("calendar_identifier", "session_label", "event_type")

    time_index: Mapped[datetime.datetime] = mapped_column(comment="Instant of the event.")
    calendar_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Calendar.unique_identifier, ondelete="RESTRICT"),
        comment="Business key of the calendar: its unique_identifier, not its uid.",
    )
    session_label: Mapped[Str64] = mapped_column(
        comment="Tells the sessions of one date apart, as in CalendarSession; not enforced."
    )
    event_type: Mapped[Str32] = mapped_column(
        comment="Kind of event, such as opening; the database enforces no set of values."
    )
    # Text, as in the published table, and not DATE.
    local_date: Mapped[Str10] = mapped_column(
        comment="Date of the event in the calendar's own time zone."
    )

    __table_args__ = (Index(None, *__identity_dimensions__, "time_index"),)
