"""The floors of each package, for ``docs/architecture.md``."""

from pathlib import Path

from .diagram import source_of
from .floors import PACKAGES, floors_of
from .page import with_tables

__all__ = ["diagrams", "pages"]

PAGE = "architecture.md"


def pages(docs: Path) -> dict[str, str]:
    """The page, whose prose is written by hand, with its tables as the code is now."""
    prose = (docs / PAGE).read_text(encoding="utf-8")
    return {PAGE: with_tables(prose, {package: floors_of(package) for package in PACKAGES})}


def diagrams() -> dict[str, str]:
    """The Graphviz source of each diagram, by its path below ``docs``."""
    return {f"architecture/{package}.svg": source_of(floors_of(package)) for package in PACKAGES}
