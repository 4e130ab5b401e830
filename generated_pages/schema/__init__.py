"""The types of columns, and the tables of each package, for ``docs/schema.md`` and its folder."""

from pathlib import Path

from .diagram import source_of
from .graphs import GRAPHS
from .page import page_of
from .types import with_types

__all__ = ["diagrams", "pages"]


PAGE = "schema.md"


def pages(docs: Path) -> dict[str, str]:
    """The page of each package, and the one of types, whose prose is written by hand."""
    prose = (docs / PAGE).read_text(encoding="utf-8")
    tables = {f"schema/{graph.name}.md": page_of(graph) for graph in GRAPHS}
    return tables | {PAGE: with_types(prose)}


def diagrams() -> dict[str, str]:
    """The Graphviz source of each diagram, by its path below ``docs``."""
    return {f"schema/{graph.name}.svg": source_of(graph) for graph in GRAPHS}
