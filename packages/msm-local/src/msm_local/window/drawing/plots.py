"""The geometry of small pictures; the templates draw them as SVG.

They have no style attributes, which the policy of the pages forbids.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from msm_local.repositories.window.details import Point

__all__ = ["Plot", "Series", "Strip", "plot", "strip"]

STRIP_WIDTH = 120
WIDTH = 900
HEIGHT = 220
# Colours of the style sheet.
MAX_SERIES = 8
# More points than pixels show nothing more.
MAX_POINTS = 400


@dataclass(frozen=True, slots=True)
class Strip:
    """A line from the first to the last time, with holes.

    Attributes:
        bars: left end and width of each part with rows, in pixels.
        label: what it shows, in words.
    """

    bars: tuple[tuple[float, float], ...]
    label: str


@dataclass(frozen=True, slots=True)
class Series:
    """The line of one identity: its name, its last value and the points of a polyline."""

    name: str
    last: float
    points: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Lines over time.

    Attributes:
        series: the lines.
        left_out: how many identities have no line.
        low: the smallest value.
        high: the largest value.
        first: the first time.
        last: the last time.
        count: how many values it shows.
    """

    series: tuple[Series, ...]
    left_out: int
    low: float
    high: float
    first: datetime
    last: datetime
    count: int


def strip(filled: Sequence[bool]) -> Strip:
    """Full where a part of the time has rows, and empty where it has none."""
    width = STRIP_WIDTH / max(1, len(filled))
    bars: list[tuple[float, float]] = []
    start: int | None = None
    for index, full in enumerate([*filled, False]):
        if full and start is None:
            start = index
        elif not full and start is not None:
            bars.append((round(start * width, 1), round((index - start) * width, 1)))
            start = None
    empty = len(filled) - sum(filled)
    label = f"{empty} of {len(filled)} parts have no row" if empty else "rows in every part"
    return Strip(tuple(bars), label)


def plot(points: Sequence[Point]) -> Plot | None:
    """The lines of the identities with the newest values; None without a value."""
    finite = [point for point in points if abs(point.value) < float("inf")]
    if not finite:
        return None
    lines: dict[str, list[Point]] = {}
    for point in finite:
        lines.setdefault(point.identity, []).append(point)
    chosen = dict(sorted(list(lines.items())[:MAX_SERIES]))
    shown = [point for line in chosen.values() for point in line]
    low, high = min(p.value for p in shown), max(p.value for p in shown)
    first, last = min(p.at for p in shown), max(p.at for p in shown)
    series = tuple(
        Series(name, line[0].value, _polyline(line, low, high, first, last))
        for name, line in chosen.items()
    )
    left_out = len(lines) - len(chosen)
    return Plot(series, left_out, low, high, first, last, len(shown))


def _polyline(
    line: Sequence[Point], low: float, high: float, first: datetime, last: datetime
) -> str:
    step = max(1, len(line) // MAX_POINTS)
    seconds = (last - first).total_seconds() or 1.0
    height = (high - low) or 1.0
    return " ".join(
        f"{(point.at - first).total_seconds() / seconds * WIDTH:.1f},"
        f"{HEIGHT - (point.value - low) / height * HEIGHT:.1f}"
        for point in reversed(line[::step])
    )
