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
    chunk = CHUNK.fullmatch(str(found.get("constraint")))
    if chunk is not None and chunk["index"] is not None:
        names = _unique_indexes(target, chunk["index"])
        if len(names) == 1:
            found |= {"constraint": names[0], "table": target}
    name = str(found.get("table"))
    if CHUNK.fullmatch(name):
        # A foreign key of the chunk has the name that it has in the table, which need not be the
        # one that is written.
        table = _table_with(found.get("constraint")) or target
        detail = found.get("message_detail")
        found["table"] = table
        if detail is not None:
            found["message_detail"] = detail.replace(f'"{name}"', f'"{table}"')
    return found


def _unique_indexes(target: str | None, beginning: str) -> list[str]:
    table = MarketsBase.metadata.tables.get(target or "")
    names = [] if table is None else [str(index.name) for index in table.indexes if index.unique]
    return [name for name in names if name.startswith(beginning)]


def _table_with(constraint: str | None) -> str | None:
    for table in MarketsBase.metadata.tables.values():
        if constraint in {item.name for item in table.constraints if item.name is not None}:
            return table.name
    return None
