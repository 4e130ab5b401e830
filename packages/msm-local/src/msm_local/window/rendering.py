"""From facts to HTML: the templates, and how they show numbers, sizes and times."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from msm_local.api.login import WINDOW_HEADERS
from msm_local.contract.paths import WINDOW_ROOT
from msm_local.window.facts import facts_of
from msm_local.window.navigation import TABS

__all__ = ["render"]

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
UNITS = ("bytes", "kB", "MB", "GB", "TB")
STEP = 1024
DASH = "\N{EN DASH}"
# Below it, a size has one decimal.
MANY = 10


def render(request: Request, template: str, *, status: int = 200, **shown: Any) -> HTMLResponse:
    """The page, with the headers that keep everything foreign out.

    Args:
        request: the request; templates of whole pages need its path for the tabs.
        template: name of a file in the folder ``templates``.
        status: the status of the answer.
        **shown: what the template shows.
    """
    facts = facts_of(request)
    frame = {
        "root": WINDOW_ROOT,
        "tabs": TABS,
        "path": request.url.path.removeprefix(WINDOW_ROOT),
        "instance": facts.instance,
        "now": datetime.now(UTC),
    }
    text = ENVIRONMENT.get_template(template).render(frame | shown)
    return HTMLResponse(text, status_code=status, headers=WINDOW_HEADERS)


def _count(value: float | None) -> str:
    """1,234,567, or a dash."""
    return DASH if value is None else f"{value:,}"


def _figure(value: float) -> str:
    """A number of a plot, in six digits at most."""
    return f"{value:,.6g}"


def _size(value: float | None) -> str:
    """A number of bytes, in the largest unit that keeps it above one."""
    if value is None:
        return DASH
    unit = 0
    while value >= STEP and unit < len(UNITS) - 1:
        value /= STEP
        unit += 1
    digits = 1 if unit and value < MANY else 0
    return f"{value:.{digits}f} {UNITS[unit]}"


def _moment(value: datetime | None) -> str:
    """A time in UTC, to the second."""
    return DASH if value is None else value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _short(value: datetime) -> str:
    """A time in UTC to the minute, or a date where it is midnight."""
    moment = value.astimezone(UTC)
    midnight = (moment.hour, moment.minute, moment.second) == (0, 0, 0)
    return moment.strftime("%Y-%m-%d" if midnight else "%Y-%m-%d %H:%M")


def _age(value: datetime | None, now: datetime) -> str:
    """How long ago a time was."""
    return "never" if value is None else f"{_duration(now - value)} ago"


def _duration(value: timedelta) -> str:
    seconds = max(0, int(value.total_seconds()))
    if seconds < MINUTE:
        return f"{seconds} s"
    if seconds < HOUR:
        return f"{seconds // MINUTE} min"
    if seconds < DAY:
        return f"{seconds // HOUR} h {seconds % HOUR // MINUTE} min"
    return f"{seconds // DAY} d {seconds % DAY // HOUR} h"


FILTERS: Mapping[str, Any] = {
    "count": _count,
    "figure": _figure,
    "size": _size,
    "moment": _moment,
    "short": _short,
    "age": _age,
    "duration": _duration,
}
ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    # The templates are part of the installed package.
    auto_reload=False,
)
ENVIRONMENT.filters.update(FILTERS)
