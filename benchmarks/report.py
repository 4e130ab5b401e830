"""The figures as tables in the terminal, and as dated pages of the documentation with a plot.

Each generation of the SDK has a page of its own: one environment has only one of them. What takes
hours is measured with one of them, and has a page of its own too.
"""

import datetime
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from tests.support.generation import GENERATION

from .plot import plot
from .timing import Figure, Group, Sample

__all__ = [
    "FOLDER",
    "LARGE",
    "PLOTTED",
    "Page",
    "machine",
    "of_this_generation",
    "publish",
    "record",
    "show",
]

FOLDER = Path(__file__).parents[1] / "docs" / "benchmarks"
HEADINGS = ("what", "repeats", "median", "spread", "over", "ratio", "spread of it", "bound")
# The group whose durations are drawn.
PLOTTED = "Rows of a price series"
HEAD = """# {title}

By {command}, each table in one run.
Every figure is the median of interleaved repeats, with the smallest and the largest. Ratios are
taken round by round, so both sides saw the same machine load. A figure with one repeat is a count,
or was measured once. No test asserts these durations.

{about}
"""
SHARES = """\
What the time of rows of a price series is spent on is at the end of their table, in seconds of CPU
and as shares of all four: `client` is this program; `wire` is the kernel's work for the client and
the platform, mostly their sockets; `platform` is msm-local, and `PostgreSQL` all its processes. The
client works while the platform does, so that the sum may be more than the time."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of docs/benchmarks.

    Attributes:
        name: of its file.
        title: its heading.
        command: what wrote it, in Markdown.
        about: how its figures are to be read.
        titles: of all its tables, in order.
    """

    name: str
    title: str
    command: str
    about: str
    titles: Sequence[str]


LARGE = Page(
    "large",
    "Long histories and many tables",
    "`python -m benchmarks.history LAYOUT --most 100000000 --record` and\n"
    "`python -m benchmarks.many --record`, both through `./dev run`",
    "What misses its bound is explained in [Long histories](../scale.md#what-was-measured).",
    (
        "A price history on a plain table",
        "A price history on partitions of a month",
        "A price history on a hypertable with chunks of 30 days",
        "A price history on a compressed hypertable",
        "Thousands of tables",
        "Many namespaces",
    ),
)


def of_this_generation(titles: Sequence[str]) -> Page:
    """The page of what the SDK of this environment does.

    Args:
        titles: of all its tables, in order.
    """
    sdk = "SDK 8" if GENERATION == "mainsequence8" else GENERATION
    command = f"`MSM_SDK={GENERATION} ./dev run python -m benchmarks --record`"
    return Page(GENERATION, f"Benchmarks with {sdk}", command, SHARES, titles)


# Before the title of each table.
SECTION = "\n## "


def machine() -> str:
    """The kind of machine, without its name."""
    memory = psutil.virtual_memory().total / 1e9
    return (
        f"{psutil.cpu_count()} cores, {memory:.0f} GB, {platform.system()}, "
        f"Python {platform.python_version()}"
    )


def show(title: str, group: Group) -> None:
    """Print one group of figures."""
    table = Table(title=f"{title} ({group.server})", title_justify="left")
    for heading in HEADINGS:
        table.add_column(heading)
    for figure in group.figures:
        table.add_row(*_cells(figure))
    Console(width=160).print(table)


def record(page: Page, groups: Mapping[str, Group], folder: Path = FOLDER) -> None:
    """Write groups to a page of the documentation, and the plot next to it.

    Args:
        page: which one.
        groups: what was measured, by title. The page keeps its other tables.
        folder: the folder of the page.
    """
    file = folder / f"{page.name}.md"
    day = datetime.datetime.now(datetime.UTC).date().isoformat()
    tables = _tables(file.read_text(encoding="utf-8")) if file.exists() else {}
    tables |= {title: _markdown(title, group, day) for title, group in groups.items()}
    head = HEAD.format(title=page.title, command=page.command, about=page.about)
    file.write_text(
        head + "".join(SECTION + tables[title] for title in page.titles if title in tables),
        encoding="utf-8",
    )
    if PLOTTED in groups:
        drawn = plot(PLOTTED, groups[PLOTTED], f"{day}, {machine()}")
        (folder / f"{page.name}.svg").write_text(drawn, encoding="utf-8")


def publish(title: str, measure: Callable[[], Group], *, recorded: bool) -> None:
    """Measure one table of :data:`LARGE`, and print it.

    Args:
        title: of the table.
        measure: gives its figures.
        recorded: whether the page gets it, too.
    """
    started = time.perf_counter()
    found = measure()
    show(title, found)
    print(f"it took {time.perf_counter() - started:.0f} s\n", flush=True)
    if recorded:
        record(LARGE, {title: found})


def _tables(page: str) -> dict[str, str]:
    """The tables of a page, each with its title, by title."""
    return {table.partition("\n")[0]: table for table in page.split(SECTION)[1:]}


def _markdown(title: str, group: Group, day: str) -> str:
    picture = [f"![Medians with the smallest and the largest]({GENERATION}.svg)", ""]
    return "\n".join(
        [
            title,
            "",
            f"Measured on {day}, on {machine()}, with {group.server}.",
            "",
            *(picture if title == PLOTTED else []),
            _line(HEADINGS),
            _line(["---"] * len(HEADINGS)),
            *(_line(_cells(figure)) for figure in group.figures),
            "",
        ]
    )


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(figure: Figure) -> list[str]:
    ratio = (
        ["", ""] if figure.ratio is None else [f"{figure.ratio.median:.2f}", _spread(figure.ratio)]
    )
    return [
        figure.what,
        str(len(figure.sample.values)),
        f"{_short(figure.sample.median)} {figure.unit}".rstrip(),
        _spread(figure.sample),
        figure.over,
        *ratio,
        "; ".join(figure.verdicts()),
    ]


def _spread(sample: Sample) -> str:
    return f"{_short(min(sample.values))} to {_short(max(sample.values))}"


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
