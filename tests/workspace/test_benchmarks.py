"""What the benchmarks print and record; how long anything takes is no test's affair."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import __main__ as command
from benchmarks.report import PLOT, PLOTTED, record
from benchmarks.scale import write_project
from benchmarks.timing import Figure, Group, Sample, figure, interleave
from tests.conftest import ROOT

# As much of every group as shows that it still runs.
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


def test_everything_is_measured_once_a_round() -> None:
    calls: list[str] = []

    def measure(name: str) -> float:
        calls.append(name)
        return len(calls)

    found = interleave({"a": lambda: measure("a"), "b": lambda: measure("b")}, 3)
    assert calls == ["a", "b"] * 3
    assert found == {"a": Sample((1, 3, 5)), "b": Sample((2, 4, 6))}


def test_a_ratio_pairs_what_was_measured_in_one_round() -> None:
    found = {"ours": Sample((2.0, 9.0, 8.0)), "theirs": Sample((1.0, 3.0, 8.0))}
    made = figure(found, "ours", "theirs", times=1.9, at_most=8)
    assert made.ratio == Sample((2.0, 3.0, 1.0))
    assert made.verdicts() == ["8 s: met", "1.9 times: MISSED"]


def test_the_page_has_every_group_and_the_plot_its_day_and_machine(tmp_path: Path) -> None:
    figures = [drawn_figure("<ours>"), drawn_figure("psycopg"), drawn_figure("psycopg")]
    group = Group([*figures, Figure("memory", Sample((9.0,)), "MB", at_most=8)], "PostgreSQL 18")
    record({"Start-up": group, PLOTTED: group}, tmp_path / "page.md")
    page = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert page.count("| memory | 1 | 9 MB | 9 to 9 |  |  |  | 8 MB: MISSED |") == 2
    assert page.count("On PostgreSQL 18.") == 2
    assert page.count(f"]({PLOT})") == 1

    drawing = ElementTree.parse(tmp_path / PLOT).getroot()  # noqa: S314 - our own
    day = re.findall(r"Measured on (\S+)", page)[0]
    said = [text.text or "" for text in drawing.iterfind("{*}text")]
    assert any(text.startswith(day) and "cores" in text for text in said)
    assert {"<ours>", "psycopg"} <= set(said)
    assert "memory" not in said
    assert len(list(drawing.iterfind("{*}circle"))) == 2


def test_a_page_of_some_groups_is_not_recorded(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--record", "startup"])
    with pytest.raises(SystemExit, match="2"):
        command.main()
    assert "name no group with --record" in capsys.readouterr().err


def test_the_recorded_page_is_about_the_groups_there_are() -> None:
    page = command.PAGE.read_text(encoding="utf-8")
    assert re.findall("^## (.*)$", page, re.MULTILINE) == [
        title for title, _, _ in command.GROUPS.values()
    ]
    (day,) = re.findall(r"Measured on (\S+)", page)
    assert day in (command.PAGE.parent / PLOT).read_text(encoding="utf-8")


def test_every_third_generated_table_is_time_indexed(tmp_path: Path) -> None:
    write_project(tmp_path, "many", 9)
    models = (tmp_path / "many" / "__init__.py").read_text(encoding="utf-8")
    assert models.count("(MarketsMetaTable):") == 6
    assert models.count("(MarketsTimeIndexMetaTable):") == 3


@pytest.mark.slow
@pytest.mark.parametrize("name", command.GROUPS)
def test_a_group_runs(name: str) -> None:
    # In a new process, because the SDK keeps the platform that it was imported for.
    told = subprocess.run(
        [sys.executable, "-c", SMALL.format(name=name)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert command.GROUPS[name][0] in told.stdout
