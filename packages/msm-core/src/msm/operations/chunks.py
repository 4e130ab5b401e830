"""Names of TimescaleDB in a refusal, which names the chunk of a hypertable and not the table."""

import re
from collections.abc import Mapping
from typing import Any

from msm.base import MarketsBase

__all__ = ["without_chunks"]

# A chunk, and what its copy of an index of the table is called; PostgreSQL cuts that name off.
CHUNK = re.compile(r"_hyper_\d+_\d+_chunk(?:_(?P<index>.+))?")


def without_chunks(facts: Mapping[str, Any], target: str | None) -> dict[str, Any]:
    """What a platform says of a refused statement, with the names of the hypertable.

    Args:
        facts: the platform's JSON answer.
        target: the table that the statement writes.
    """
    found = dict(facts)
    if CHUNK.fullmatch(str(found.get("table"))):
        # A constraint has the same name in the table, which may be another one than the target.
        found["table"] = target if found.get("constraint") is None else None
    chunk = CHUNK.fullmatch(str(found.get("constraint")))
    table = MarketsBase.metadata.tables.get(target or "")
    if chunk is not None and chunk["index"] is not None and table is not None:
        names = [str(index.name) for index in table.indexes if index.unique]
        copied = [name for name in names if name.startswith(chunk["index"])]
        if len(copied) == 1:
            found |= {"constraint": copied[0], "table": target}
    return found
