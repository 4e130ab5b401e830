"""The tables of each package, for ``docs/schema/``."""

from .diagram import source_of
from .graphs import GRAPHS
from .page import page_of

__all__ = ["diagrams", "pages"]


def pages() -> dict[str, str]:
    """The page of each package, by its path below ``docs``."""
    return {f"schema/{graph.name}.md": page_of(graph) for graph in GRAPHS}


def diagrams() -> dict[str, str]:
    """The Graphviz source of each diagram, by its path below ``docs``."""
    return {f"schema/{graph.name}.svg": source_of(graph) for graph in GRAPHS}
