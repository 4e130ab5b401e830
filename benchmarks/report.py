"""The figures as a table in the terminal, and as a dated page of the documentation."""

import datetime
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from .timing import Figure

__all__ = ["machine", "record", "show"]

HEADINGS = ("what", "median", "spread", "over", "ratio", "bound")
PAGE = """# Benchmarks

Measured on {day} with `./dev run python -m benchmarks --record`, on {machine}. Every figure is the
median of interleaved repeats, with the smallest and the largest. Ratios compare figures of one run;
no test asserts a duration.

{tables}
"""


def machine() -> str:
    """The kind of machine, without a name."""
    memory = psutil.virtual_memory().total / 1e9
    return (
        f"{psutil.cpu_count()} cores, {memory:.0f} GB, {platform.system()}, "
        f"Python {platform.python_version()}"
    )


def show(title: str, figures: Sequence[Figure]) -> None:
    """Print one group of figures."""
    table = Table(title=title, title_justify="left")
    for heading in HEADINGS:
        table.add_column(heading)
    for figure in figures:
        table.add_row(*_cells(figure))
    Console(width=120).print(table)


def record(groups: Mapping[str, Sequence[Figure]], page: Path) -> None:
    """Write all groups to a page of the documentation, with date and machine kind."""
    tables = "\n\n".join(_markdown(title, figures) for title, figures in groups.items())
    day = datetime.datetime.now(datetime.UTC).date().isoformat()
    page.write_text(PAGE.format(day=day, machine=machine(), tables=tables), encoding="utf-8")


def _markdown(title: str, figures: Sequence[Figure]) -> str:
    lines = [f"## {title}", "", _line(HEADINGS), _line(["---"] * len(HEADINGS))]
    return "\n".join([*lines, *(_line(_cells(figure)) for figure in figures)])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(figure: Figure) -> list[str]:
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    low, high = min(figure.sample.values), max(figure.sample.values)
    median = f"{_short(figure.sample.median)} {figure.unit}"
    spread = f"{_short(low)} to {_short(high)}"
    return [figure.what, median, spread, figure.over, ratio, figure.bound]


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
