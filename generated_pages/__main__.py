"""``python -m generated_pages [--check]``: write the pages, or name those that are out of date."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from . import architecture, deployment, scale, schema
from .svg import draw, mark_of

DOCS = Path(__file__).parents[1] / "docs"


@dataclass(frozen=True, slots=True)
class Pages:
    """What the code says now.

    Attributes:
        texts: the content of each page, by its path below ``docs``.
        diagrams: the Graphviz source of each diagram, by its path below ``docs``.
    """

    texts: Mapping[str, str]
    diagrams: Mapping[str, str]


def main() -> int:
    """Write what is out of date, or only name it; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m generated_pages", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail where stale")
    check = parser.parse_args().check
    found = list(stale(DOCS)) if check else write(DOCS)
    for name in found:
        print(f"docs/{name} {'is not what the code says' if check else 'is written again'}")
    if check and found:
        print("Bring docs/ up to date with `./dev docs`.", file=sys.stderr)
        return 1
    return 0


def pages(docs: Path) -> Pages:
    """Every generated page; the prose of one that is only partly generated comes from ``docs``."""
    return Pages(
        schema.pages(docs) | architecture.pages(docs) | scale.pages(docs),
        schema.diagrams() | architecture.diagrams() | deployment.diagrams(),
    )


def stale(docs: Path) -> Iterator[str]:
    """The files below a folder that another state of the code has written, or that are missing."""
    made = pages(docs)
    for name, text in made.texts.items():
        if not (docs / name).exists() or (docs / name).read_text(encoding="utf-8") != text:
            yield name
    for name, source in made.diagrams.items():
        file = docs / name
        if not file.exists() or not file.read_text(encoding="utf-8").startswith(mark_of(source)):
            yield name


def write(docs: Path) -> list[str]:
    """Write the files that are stale, and leave the others as they are; returns those written."""
    made = pages(docs)
    written = list(stale(docs))
    for name in written:
        (docs / name).parent.mkdir(exist_ok=True)
        text = made.texts[name] if name in made.texts else draw(made.diagrams[name])
        (docs / name).write_text(text, encoding="utf-8")
    return written


if __name__ == "__main__":
    sys.exit(main())
