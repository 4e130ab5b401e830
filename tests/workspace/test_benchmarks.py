"""What the benchmarks print and record; no test asserts a duration."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import __main__ as command
from benchmarks.history import YEAR_OF_ONE, figures_of
from benchmarks.report import FOLDER, PLOTTED, of_this_generation, record
from benchmarks.scale import write_project
from benchmarks.timing import Figure, Group, Sample, figure, interleave
from tests.conftest import ROOT
from tests.support.generation import GENERATION

# The smallest measurement of every group that shows that it still runs.
SMALL = """
from benchmarks import load, rows, rows_read, scale
from benchmarks.__main__ import GROUPS
from benchmarks.report import show

load.REQUESTS, scale.SIZES = 320, (3, 6)
rows.COUNTS, rows_read.POINTS = (50, 100, 150), 5
if __name__ == "__main__":
    title, measure, _ = GROUPS[{name!r}]
    show(title, measure(1))
"""


def drawn_figure(what: str) -> Figure:
    return Figure(what, Sample((2.0, 1.0, 4.0)))


def test_measurements_are_interleaved() -> None:
    calls: list[str] = []

    def measure(name: str) -> float:
        calls.append(name)
        return len(calls)

    found = interleave({"a": lambda: measure("a"), "b": lambda: measure("b")}, 3)
    assert calls == ["a", "b"] * 3
    assert found == {"a": Sample((1, 3, 5)), "b": Sample((2, 4, 6))}


def test_a_ratio_pairs_measurements_of_one_round() -> None:
    found = {"ours": Sample((2.0, 9.0, 8.0)), "theirs": Sample((1.0, 3.0, 8.0))}
    made = figure(found, "ours", "theirs", times=1.9, at_most=8)
    assert made.ratio == Sample((2.0, 3.0, 1.0))
    assert made.verdicts() == ["8 s: met", "1.9 times: MISSED"]


def test_growth_of_a_history_is_bounded_where_rows_are() -> None:
    names = ("latest() of one", "psycopg, latest() of one", "index size", YEAR_OF_ONE)
    short, long = ({name: Sample((seconds,)) for name in names} for seconds in (1.0, 2.0))
    found = {figure.what: figure for figure in figures_of({10: short, 100: long}) if figure.times}
    # The shorter one has no whole year.
    assert found.keys() == {"100 rows, latest() of one"}
    assert found["100 rows, latest() of one"].verdicts() == ["1.5 times: MISSED"]


def test_record_writes_page_and_plot(tmp_path: Path) -> None:
    figures = [drawn_figure("<ours>"), drawn_figure("psycopg"), drawn_figure("psycopg")]
    group = Group([*figures, Figure("memory", Sample((9.0,)), "MB", at_most=8)], "PostgreSQL 18")
    described = of_this_generation(["Start-up", PLOTTED])
    record(described, {"Start-up": group, PLOTTED: group}, tmp_path)
    page = (tmp_path / f"{GENERATION}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {described.title}\n")
    assert page.count("| memory | 1 | 9 MB | 9 to 9 |  |  |  | 8 MB: MISSED |") == 2
    assert page.count(", with PostgreSQL 18.") == 2
    assert page.count(f"]({GENERATION}.svg)") == 1

    drawing = ElementTree.parse(tmp_path / f"{GENERATION}.svg").getroot()  # noqa: S314 - our own
    day = re.findall(r"Measured on ([\d-]+)", page)[0]
    said = [text.text or "" for text in drawing.iterfind("{*}text")]
    assert any(text.startswith(day) and "cores" in text for text in said)
    assert {"<ours>", "psycopg"} <= set(said)
    assert "memory" not in said
    assert len(list(drawing.iterfind("{*}circle"))) == 2


def test_record_keeps_the_tables_of_other_groups(tmp_path: Path) -> None:
    order = ["Start-up", "Many tables", PLOTTED]
    described = of_this_generation(order)
    old, new = (
        Group([Figure("a", Sample((value,)), "s")], "PostgreSQL 18") for value in (1.0, 2.0)
    )
    plotted = Group([drawn_figure("ours")], "PostgreSQL 18")
    record(described, {PLOTTED: plotted, "Start-up": old}, tmp_path)
    before = (tmp_path / f"{GENERATION}.md").read_text(encoding="utf-8")
    record(described, {"Many tables": new, "Start-up": new}, tmp_path)
    page = (tmp_path / f"{GENERATION}.md").read_text(encoding="utf-8")
    assert re.findall("^## (.*)$", page, re.MULTILINE) == order
    assert page.count("| a | 1 | 2 s | 2 to 2 |  |  |  |  |") == 2
    assert page.endswith(before[before.index(f"## {PLOTTED}") :])


@pytest.mark.parametrize("generation", ["metatables", "mainsequence8"])
def test_each_generation_has_a_page_of_every_group(generation: str) -> None:
    page = (FOLDER / f"{generation}.md").read_text(encoding="utf-8")
    assert re.findall("^## (.*)$", page, re.MULTILINE) == [
        title for title, _, _ in command.GROUPS.values()
    ]
    days = dict(re.findall(r"^## (.*)\n\nMeasured on ([\d-]+)", page, re.MULTILINE))
    assert days.keys() == {title for title, _, _ in command.GROUPS.values()}
    assert f"MSM_SDK={generation} " in page
    assert days[PLOTTED] in (FOLDER / f"{generation}.svg").read_text(encoding="utf-8")


def test_every_third_generated_table_is_time_indexed(tmp_path: Path) -> None:
    write_project(tmp_path, "many", 9)
    models = (tmp_path / "many" / "__init__.py").read_text(encoding="utf-8")
    assert models.count("(MarketsMetaTable):") == 6
    assert models.count("(MarketsTimeIndexMetaTable):") == 3


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("name", command.GROUPS)
def test_a_group_runs(name: str) -> None:
    # In a new process: the SDK keeps the endpoint that was set when it was imported.
    result = subprocess.run(
        [sys.executable, "-c", SMALL.format(name=name)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert command.GROUPS[name][0] in result.stdout
