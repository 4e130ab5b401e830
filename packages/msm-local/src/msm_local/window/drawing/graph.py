"""The graph of a history: a row for each revision, the newest first, and a lane for each branch."""

from collections.abc import Collection
from dataclasses import dataclass

from msm_local.status.histories import History
from msm_local.status.revisions import Revision

__all__ = ["ROW", "Graph", "Node", "draw"]

ROW = 28
LANE = 18


@dataclass(frozen=True, slots=True)
class Node:
    """A revision in the graph.

    Attributes:
        revision: the revision.
        applied: whether the database has it.
        x: its place from the left.
        y: its place from the top.
    """

    revision: Revision
    applied: bool
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Graph:
    """A history as a picture.

    Attributes:
        nodes: the revisions, the newest first.
        lines: the paths from each revision to those that it builds on.
        width: of all lanes.
        height: of all rows.
    """

    nodes: tuple[Node, ...]
    lines: tuple[str, ...]
    width: int
    height: int


def draw(history: History, applied: Collection[str]) -> Graph:
    """The graph of a history."""
    known = set(history.known)
    ordered = _newest_first(history)
    # A lane is taken by the revision that the last one in it builds on.
    lanes: list[str | None] = []
    places: dict[str, int] = {}
    for item in ordered:
        lane = lanes.index(item.id) if item.id in lanes else _free(lanes)
        lanes = [None if taken == item.id else taken for taken in lanes]
        places[item.id] = lane
        for parent in sorted(_below(item) & known):
            own = lane if lanes[lane] is None else None
            if parent not in lanes:
                lanes[_free(lanes) if own is None else own] = parent
            elif own is not None and own < lanes.index(parent):
                # Branches meet again in the lane on the left.
                lanes[lanes.index(parent)] = None
                lanes[own] = parent
    rows = {item.id: index for index, item in enumerate(ordered)}
    nodes = tuple(
        Node(item, item.id in applied, *_place(places[item.id], rows[item.id])) for item in ordered
    )
    lines = tuple(
        _line(_place(places[item.id], rows[item.id]), _place(places[parent], rows[parent]))
        for item in ordered
        for parent in sorted(_below(item) & known)
    )
    width = LANE * (max(places.values(), default=0) + 1)
    return Graph(nodes, lines, width, ROW * len(ordered))


def _newest_first(history: History) -> list[Revision]:
    """Every revision before those that it builds on; branches one after the other."""
    waiting = {item.id: item for item in history.revisions}
    ordered: list[Revision] = []
    while waiting:
        needed = {parent for item in waiting.values() for parent in _below(item)}
        # Where files are wrong, revisions may build on each other.
        free = sorted(set(waiting) - needed) or sorted(waiting)
        ordered.append(waiting.pop(free[-1]))
    return ordered


def _below(revision: Revision) -> frozenset[str]:
    return revision.parents | revision.depends_on


def _free(lanes: list[str | None]) -> int:
    if None not in lanes:
        lanes.append(None)
    return lanes.index(None)


def _place(lane: int, row: int) -> tuple[int, int]:
    return LANE * lane + LANE // 2, ROW * row + ROW // 2


def _line(start: tuple[int, int], end: tuple[int, int]) -> str:
    (x, y), (to_x, to_y) = start, end
    if x == to_x:
        return f"M{x} {y}V{to_y}"
    return f"M{x} {y}C{x} {y + ROW} {to_x} {y} {to_x} {y + ROW}V{to_y}"
