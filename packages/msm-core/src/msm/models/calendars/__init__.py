"""Calendars: their dates, sessions and events."""

from msm.models.calendars.calendar import Calendar
from msm.models.calendars.dates import CalendarDate
from msm.models.calendars.events import CalendarEvent
from msm.models.calendars.sessions import CalendarSession

__all__ = ["Calendar", "CalendarDate", "CalendarEvent", "CalendarSession"]
