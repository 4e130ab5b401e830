"""The schema of the catalog: numbered SQL files, each applied once, in order."""

from dataclasses import dataclass
from importlib.resources import files

__all__ = ["CatalogStep", "catalog_steps"]


@dataclass(frozen=True, slots=True)
class CatalogStep:
    """One numbered SQL file.

    Attributes:
        number: its place in the order, from its name.
        name: file name.
        text: its SQL.
    """

    number: int
    name: str
    text: str


def catalog_steps() -> list[CatalogStep]:
    """All steps, in order."""
    steps = [
        CatalogStep(int(entry.name.split("_")[0]), entry.name, entry.read_text(encoding="utf-8"))
        for entry in files(__name__).iterdir()
        if entry.name.endswith(".sql")
    ]
    return sorted(steps, key=lambda step: step.number)
