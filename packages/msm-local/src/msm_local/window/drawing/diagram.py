"""Which tables a table refers to, and which refer to it, as places of boxes and lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from msm_local.repositories.physical import ForeignKey
from msm_local.repositories.window.details import Referrer

__all__ = ["Box", "Diagram", "diagram"]

ROW = 34
BOX_WIDTH = 270
MIDDLE = 330
RIGHT = 660
# More boxes are not drawn; the page lists them all.
MAX_BOXES = 24
# Of a name in a box.
MAX_NAME = 38


@dataclass(frozen=True, slots=True)
class Box:
    """A table of the diagram.

    Attributes:
        schema: its schema.
        name: its name.
        label: its name, as far as it fits.
        columns: the columns of the key between it and the table in the middle.
        x: left end.
        y: the middle of its height.
    """

    schema: str
    name: str
    label: str
    columns: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Diagram:
    """A table between those that refer to it, and those that it refers to.

    Attributes:
        label: the name of the table in the middle, as far as it fits.
        left: the tables that refer to it.
        right: the tables that it refers to.
        y: the middle of its box.
        height: of the picture.
        left_out: how many tables are not drawn.
    """

    label: str
    left: tuple[Box, ...]
    right: tuple[Box, ...]
    y: int
    height: int
    left_out: int

    @property
    def start(self) -> int:
        """The left end of the picture: where nothing refers to the table, it begins there."""
        return 0 if self.left else MIDDLE

    @property
    def width(self) -> int:
        """The width of the picture."""
        return (RIGHT if self.right else MIDDLE) + BOX_WIDTH + 2 - self.start


def diagram(name: str, keys: Sequence[ForeignKey], referrers: Sequence[Referrer]) -> Diagram | None:
    """The diagram of a table; None where nothing refers to it, and it refers to nothing."""
    right = [(key.target_schema, key.target_table, ", ".join(key.source_columns)) for key in keys]
    left = [(item.schema, item.name, ", ".join(item.columns)) for item in referrers]
    if not left and not right:
        return None
    rows = max(1, min(MAX_BOXES, max(len(left), len(right))))
    height = rows * ROW + 6
    return Diagram(
        _fitting(name),
        _boxes(left, 0, height),
        _boxes(right, RIGHT, height),
        height // 2,
        height,
        max(0, len(left) - MAX_BOXES) + max(0, len(right) - MAX_BOXES),
    )


def _boxes(tables: Sequence[tuple[str, str, str]], x: int, height: int) -> tuple[Box, ...]:
    shown = tables[:MAX_BOXES]
    top = (height - len(shown) * ROW) // 2 + ROW // 2
    return tuple(
        Box(schema, name, _fitting(name), columns, x, top + index * ROW)
        for index, (schema, name, columns) in enumerate(shown)
    )


def _fitting(name: str) -> str:
    return name if len(name) <= MAX_NAME else f"{name[: MAX_NAME - 1]}\N{HORIZONTAL ELLIPSIS}"
