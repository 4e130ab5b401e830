"""Diagrams as SVG, each marked with the source that it was drawn from."""

import hashlib

__all__ = ["draw", "mark_of"]


def mark_of(source: str) -> str:
    """The first line of a diagram: by it, one that was drawn from another source is found.

    The drawing itself cannot be compared: layouts of equal sources differ with the version and the
    fonts of Graphviz.
    """
    return f"<!-- sha256 {hashlib.sha256(source.encode()).hexdigest()} -->"


def draw(source: str) -> str:
    """The diagram of a source in Graphviz's language, marked with it."""
    # Its wheel takes GLib from the system, and a bare Debian has none. Without it all but drawing
    # works: the check of the pages, and so the tests.
    import pygraphviz

    drawing = pygraphviz.AGraph(string=source).draw(prog="dot", format="svg")
    _, _, svg = drawing.decode().partition("<svg")
    return f"{mark_of(source)}\n<svg{svg}"
