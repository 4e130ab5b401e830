"""Names of the parts of a table in a refusal: chunks of a hypertable, partitions."""

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Index, Table, UniqueConstraint

from msm.base import MarketsBase

__all__ = ["without_chunks"]

# A chunk, and what its copy of an index of the table is called; PostgreSQL cuts that name off.
CHUNK = re.compile(r"_hyper_\d+_\d+_chunk(?:_(?P<index>.+))?")
# The columns of a key, in PostgreSQL's sentence about the row that has it already.
TAKEN = re.compile(r"Key \((?P<columns>[^()]*)\)=")


def without_chunks(facts: Mapping[str, Any], target: str | None) -> dict[str, Any]:
    """What a platform says of a refused statement, with the names of the whole table.

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
    return _without_partitions(found, target)


def _without_partitions(found: dict[str, Any], target: str | None) -> dict[str, Any]:
    name, constraint = found.get("table"), found.get("constraint")
    tables = MarketsBase.metadata.tables
    owner = _table_with(constraint)
    # A key that no model has may be that of a table of others, which refers to this one.
    if owner is None and found.get("sqlstate") != "23503":
        owner = target
    table = tables.get(owner or "")
    if table is None or name in tables.keys() - {owner} or not _is_partitioned(table):
        return found
    if name not in {None, owner}:
        found["table"] = owner
        if found.get("message_detail") is not None:
            found["message_detail"] = found["message_detail"].replace(f'"{name}"', f'"{owner}"')
    if found.get("sqlstate") == "23505" and constraint is not None:
        found["constraint"] = _unique_key(table, found) or constraint
    return found


def _is_partitioned(table: Table) -> bool:
    return table.dialect_options["postgresql"]["partition_by"] is not None


def _unique_key(table: Table, facts: Mapping[str, Any]) -> str | None:
    """The key of a table with the columns that PostgreSQL names; None if it cannot be told."""
    # PostgreSQL chooses the name that the index has in a partition.
    keys = {
        str(part.name): [column.name for column in part.columns]
        for part in (*table.indexes, *table.constraints)
        if isinstance(part, UniqueConstraint) or (isinstance(part, Index) and part.unique)
    }
    said = TAKEN.match(str(facts.get("message_detail")))
    if said is not None:
        columns = [column.strip('"') for column in said["columns"].split(", ")]
        keys = {name: names for name, names in keys.items() if names == columns}
    return next(iter(keys)) if len(keys) == 1 else None


def _unique_indexes(target: str | None, beginning: str) -> list[str]:
    table = MarketsBase.metadata.tables.get(target or "")
    names = [] if table is None else [str(index.name) for index in table.indexes if index.unique]
    return [name for name in names if name.startswith(beginning)]


def _table_with(constraint: str | None) -> str | None:
    for table in MarketsBase.metadata.tables.values():
        if constraint in {item.name for item in table.constraints if item.name is not None}:
            return table.name
    return None
