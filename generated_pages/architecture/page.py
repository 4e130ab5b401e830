"""The parts of ``docs/architecture.md`` that follow from the code."""

import re
from collections.abc import Iterator, Mapping

from .floors import Floors

__all__ = ["with_tables"]

TABLE = re.compile(r"(<!-- folders of (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def with_tables(page: str, packages: Mapping[str, Floors]) -> str:
    """The page with the table of each package as its source says now; the prose stays."""
    return TABLE.sub(
        lambda found: f"{found[1]}\n{'\n'.join(_table(packages[found[2]]))}\n\n{found[3]}", page
    )


def _table(floors: Floors) -> Iterator[str]:
    yield "| floor | folder or module | what it holds | imports |"
    yield "|---|---|---|---|"
    for number, floor in zip(range(len(floors.floors), 0, -1), floors.floors, strict=True):
        for name in floor:
            others = ", ".join(f"`{other}`" for other in sorted(floors.imports[name])) or "-"
            summary = floors.summaries[name].replace("``", "`").replace("|", "\\|")
            yield f"| {number} | `{name}` | {summary} | {others} |"
