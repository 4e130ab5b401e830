"""``python -m schema_pages [--check]``: write the pages, or say which of them are stale."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from .diagram import draw, mark_of
from .graphs import GRAPHS
from .pages import page_of

FOLDER = Path(__file__).parents[1] / "docs" / "schema"


def main() -> int:
    """Write what is stale, or only name it; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m schema_pages", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail where stale")
    check = parser.parse_args().check
    found = list(stale(FOLDER)) if check else write(FOLDER)
    for file in found:
        print(f"{file.name} {'is not what the models say' if check else 'is written anew'}")
    if check and found:
        print("Bring docs/schema to the models with `./dev docs`.", file=sys.stderr)
        return 1
    return 0


def stale(folder: Path) -> Iterator[Path]:
    """The files that another state of the models has written, or that are missing."""
    for graph in GRAPHS:
        page, diagram = folder / f"{graph.name}.md", folder / f"{graph.name}.svg"
        if not page.exists() or page.read_text(encoding="utf-8") != page_of(graph):
            yield page
        if not diagram.exists() or not diagram.read_text(encoding="utf-8").startswith(
            mark_of(graph)
        ):
            yield diagram


def write(folder: Path) -> list[Path]:
    """Write the files that are stale, and leave the others as they are; returns those written."""
    folder.mkdir(exist_ok=True)
    graphs = {graph.name: graph for graph in GRAPHS}
    written = list(stale(folder))
    for file in written:
        graph = graphs[file.stem]
        text = page_of(graph) if file.suffix == ".md" else draw(graph)
        file.write_text(text, encoding="utf-8")
    return written


if __name__ == "__main__":
    sys.exit(main())
