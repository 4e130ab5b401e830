"""The table of supported column types, for ``docs/schema.md``."""

import re
from collections.abc import Iterator

from migrations.autogenerate import DIALECT
from msm.column_types import SUPPORTED
from msm.values.decode import codec_of

__all__ = ["with_types"]

TABLE = re.compile(r"(<!-- types of columns -->\n).*?(<!-- end -->)", re.DOTALL)


def with_types(prose: str) -> str:
    """The page with its table as the code is now."""
    table = "\n".join(_lines())
    return TABLE.sub(lambda found: f"{found[1]}\n{table}\n\n{found[2]}", prose)


def _lines() -> Iterator[str]:
    yield "| `Mapped[...]` | PostgreSQL | type in the contract | dtype of `frame()` |"
    yield "|---|---|---|---|"
    for row in SUPPORTED:
        dtype = codec_of(row.kind, "").dtype
        cells = (row.annotation, row.kind.compile(DIALECT), row.token, dtype)
        yield f"| {' | '.join(f'`{cell}`' for cell in cells)} |"
