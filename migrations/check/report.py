"""A check as text for people, and as JSON for programs."""

import json
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from ..hypertables import Hypertable
from ..inspection.database import owner_name
from ..partitions import PartitionedTable
from .check import Check
from .differences import Difference

__all__ = ["as_json", "as_text"]


def as_json(found: Check) -> str:
    """One object: whether all is well, the revisions, the heads, and a list of differences.

    A difference has ``kind``, ``subject``, ``detail``, ``command`` and ``sql`` (or null). A
    hypertable has the attributes of :class:`Hypertable`; the list is empty without TimescaleDB.
    A partitioned table has those of :class:`PartitionedTable`.
    """
    return json.dumps(
        {
            "ok": not found.differences,
            "revisions": found.revisions,
            "heads": found.heads,
            "differences": [asdict(difference) for difference in found.differences],
            "hypertables": [asdict(table) for table in found.hypertables],
            "partitioned": [asdict(table) for table in found.partitioned],
        },
        indent=2,
    )


def as_text(found: Check) -> str:
    """A paragraph for each command, with what it removes; then the tables that are split."""
    split = _hypertables(found.hypertables), _partitioned(found.partitioned)
    return "\n\n".join(filter(None, (_differences(found), *split)))


def _differences(found: Check) -> str:
    count = len(found.differences)
    if not count:
        revisions = ", ".join(found.revisions)
        return f"At {revisions}, the head: database and catalog are as the models say."
    groups: dict[str, list[Difference]] = {}
    for difference in found.differences:
        groups.setdefault(difference.command, []).append(difference)
    blocks = ["\n".join(_block(found, command, group)) for command, group in groups.items()]
    return "\n\n".join([*blocks, f"{count} difference{'' if count == 1 else 's'}."])


def _block(found: Check, command: str, group: Sequence[Difference]) -> Iterator[str]:
    by_hand = False
    for difference in group:
        yield f"{difference.subject}: {difference.detail}"
        if difference.sql is not None:
            by_hand = True
            yield textwrap.indent(difference.sql, "    ")
    if by_hand:
        role = owner_name(found.owner_role)
        yield f"  -> if the database was changed by hand, run this SQL as {role}"
        yield f"  -> if a model was changed: {command}"
    else:
        yield f"  -> {command}"


def _hypertables(tables: Sequence[Hypertable]) -> str:
    """A line for each hypertable."""
    if not tables:
        return ""
    count = f"{len(tables)} hypertable{'' if len(tables) == 1 else 's'} of TimescaleDB:"
    return "\n".join([count, *(f"  {_hypertable(table)}" for table in tables)])


def _hypertable(table: Hypertable) -> str:
    share = ""
    if table.compressed:
        share = f" ({table.compressed / table.chunks:.0%} compressed)"
    chunks = f"{table.chunks:,} chunk{'' if table.chunks == 1 else 's'}{share}"
    return f"{table.name}: {chunks} of {table.interval}, {table.size / 1e6:,.1f} MB"


def _partitioned(tables: Sequence[PartitionedTable]) -> str:
    """A line for each partitioned table."""
    if not tables:
        return ""
    count = f"{len(tables)} partitioned table{'' if len(tables) == 1 else 's'}:"
    return "\n".join([count, *(f"  {_parts(table)}" for table in tables)])


def _parts(table: PartitionedTable) -> str:
    if table.default is None:
        missing = "no default partition: rows of other times are refused"
        return f"{table.name}: {table.state}, and {missing}"
    return f"{table.name}: {table.state}, {table.counted} in the default partition"
