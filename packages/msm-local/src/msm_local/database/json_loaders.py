"""How values of PostgreSQL are read for generation 2, whose answers are plain JSON."""

import json
import math
from typing import Any

from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import Loader
from psycopg.types.datetime import (
    DateLoader,
    TimeLoader,
    TimestampLoader,
    TimestamptzLoader,
)
from psycopg.types.string import TextLoader

__all__ = ["read_as_json"]


NOT_FINITE = frozenset({b"NaN", b"Infinity", b"-Infinity"})


class _Number(Loader):
    """NUMERIC as a float, as the platform answers it; what is not finite becomes null."""

    def load(self, data: Buffer) -> float | None:
        text = bytes(data)
        return None if text in NOT_FINITE else float(text)


class _Json(Loader):
    """JSON and JSONB, whose numbers become floats too."""

    def load(self, data: Buffer) -> Any:
        return json.loads(bytes(data), parse_float=_finite)


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


LOADERS: dict[str, type[Loader]] = {
    "numeric": _Number,
    "float4": _Number,
    "float8": _Number,
    "json": _Json,
    "jsonb": _Json,
    # PostgreSQL writes a UUID as Python does.
    "uuid": TextLoader,
    "date": DateLoader,
    "time": TimeLoader,
    "timestamp": TimestampLoader,
    "timestamptz": TimestamptzLoader,
}


def read_as_json(cursor: AdaptContext) -> None:
    """Make a cursor return what the platform makes of each value, also of those it refuses."""
    for name, loader in LOADERS.items():
        cursor.adapters.register_loader(name, loader)
