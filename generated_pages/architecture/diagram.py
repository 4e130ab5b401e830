"""The floors of one package as a diagram in Graphviz's language."""

from collections.abc import Iterator, Mapping

from .floors import Floors

__all__ = ["source_of"]

FONT = "Helvetica"


def source_of(floors: Floors) -> str:
    """The diagram: a row for each floor, and an arrow for each import.

    An import that follows from two others is left out: with all of them nobody finds the way.
    """
    shown = _reduced(floors.imports)
    lines = [
        "digraph {",
        f'graph [rankdir=TB, ranksep=0.35, nodesep=0.2, bgcolor=white, fontname="{FONT}"]',
        f'node [shape=box, style="rounded,filled", fontname="{FONT}", fontsize=11, height=0.3]',
        'node [fillcolor="#c5cae9", color="#9e9e9e"]',
        'edge [color="#5c6bc0", arrowsize=0.6]',
        *(f"{{ rank=same; {'; '.join(floor)} }}" for floor in floors.floors),
        *_order(floors),
        *(f"{name} -> {other}" for name in shown for other in sorted(shown[name])),
        "}",
    ]
    return "\n".join(lines)


def _order(floors: Floors) -> Iterator[str]:
    """Keep each floor above the next one, also where no import joins them."""
    for upper, lower in zip(floors.floors, floors.floors[1:], strict=False):
        yield f"{upper[0]} -> {lower[0]} [style=invis]"


def _reduced(imports: Mapping[str, frozenset[str]]) -> dict[str, set[str]]:
    reach: dict[str, set[str]] = {}

    def reachable(name: str) -> set[str]:
        if name not in reach:
            reach[name] = set(imports[name]).union(*map(reachable, imports[name]))
        return reach[name]

    return {
        name: {
            other
            for other in imports[name]
            if not any(other in reachable(third) for third in imports[name])
        }
        for name in imports
    }
