"""A plot of durations: each median as a dot, the smallest and the largest as whiskers."""

import math
from html import escape

from .timing import Figure, Group

__all__ = ["plot"]

MILLISECONDS = {"s": 1000.0, "ms": 1.0}
LABELS, LINE, MARGIN, WIDTH = 350, 22, 60, 900
OURS, OTHERS = "#3f51b5", "#8d6e63"
STYLE = "font-family='sans-serif' font-size='13'"


def plot(title: str, group: Group, caption: str) -> str:
    """The durations of a group as an SVG, on a logarithmic scale.

    Args:
        title: the heading.
        group: its figures; only durations are drawn.
        caption: the day and the kind of machine.
    """
    durations = [figure for figure in group.figures if figure.unit in MILLISECONDS]
    # A figure that is compared with several others has a line for each comparison in the table.
    figures = list({figure.what: figure for figure in durations}.values())
    # The scale is logarithmic: a read of one row takes milliseconds, a write of a million seconds.
    ends = [end for figure in figures for end in _ends(figure)]
    low, high = math.floor(math.log10(min(ends))), math.ceil(math.log10(max(ends)))
    height = MARGIN + LINE * len(figures) + MARGIN

    def place(milliseconds: float) -> float:
        share = (math.log10(milliseconds) - low) / (high - low)
        return LABELS + share * (WIDTH - LABELS - 30)

    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height}' {STYLE}>",
        f"<rect width='{WIDTH}' height='{height}' fill='white'/>",
        f"<text x='12' y='24' font-weight='bold'>{escape(title)}</text>",
        f"<text x='12' y='42'>{escape(caption)}, {escape(group.server)}</text>",
    ]
    for power in range(low, high + 1):
        x, bottom = place(10**power), height - MARGIN + 8
        label = f"{10**power:g} ms" if power < 3 else f"{10 ** (power - 3):g} s"
        parts.append(f"<path d='M{x:.1f} {MARGIN}V{bottom}' stroke='#ddd'/>")
        parts.append(f"<text x='{x:.1f}' y='{bottom + 18}' text-anchor='middle'>{label}</text>")
    for number, figure in enumerate(figures):
        y = MARGIN + LINE * (number + 0.5)
        smallest, median, largest = (place(end) for end in _ends(figure))
        colour = OTHERS if _is_other(figure.what) else OURS
        name = escape(figure.what)
        parts.append(f"<text x='{LABELS - 12}' y='{y + 4}' text-anchor='end'>{name}</text>")
        whiskers = f"M{smallest:.1f} {y - 5}v10m0 -5H{largest:.1f}m0 -5v10"
        parts.append(f"<path d='{whiskers}' stroke='{colour}' fill='none'/>")
        parts.append(f"<circle cx='{median:.1f}' cy='{y}' r='4' fill='{colour}'/>")
    return "\n".join([*parts, "</svg>", ""])


def _is_other(what: str) -> bool:
    """Whether it is one that ours is compared with."""
    return any(name in what for name in ("psycopg", "SQLAlchemy", "bare"))


def _ends(figure: Figure) -> tuple[float, float, float]:
    """Smallest, median and largest in milliseconds."""
    values, scale = figure.sample.values, MILLISECONDS[figure.unit]
    return min(values) * scale, figure.sample.median * scale, max(values) * scale
