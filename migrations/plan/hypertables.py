"""What an operation means for a table that TimescaleDB splits into chunks."""

import re
from collections.abc import Iterator, Mapping

from alembic.operations.ops import (
    AddColumnOp,
    AddConstraintOp,
    AlterColumnOp,
    CreateIndexOp,
    CreateUniqueConstraintOp,
    DropColumnOp,
    DropIndexOp,
    DropTableOp,
    ExecuteSQLOp,
    MigrateOperation,
)

from ..hypertables import Hypertable
from ..review.subjects import is_checked, targets, unique_without

__all__ = ["notes_of"]

VALIDATION = re.compile(
    r"ALTER TABLE (?:ONLY )?(?:public\.)?(\w+) VALIDATE CONSTRAINT", re.IGNORECASE
)
WITHOUT_COMPRESSION = (
    "decompress its chunks and turn compression off first, with `SELECT decompress_chunk(c, true) "
    "FROM show_chunks('{name}') c` and `ALTER TABLE {name} SET (timescaledb.enable_columnstore = "
    "false)`"
)


def notes_of(op: MigrateOperation, tables: Mapping[str, Hypertable]) -> Iterator[str]:
    """What is different because the table is a hypertable, as one line each.

    Args:
        op: what the plan would run.
        tables: the hypertables of the database, by name.
    """
    if not tables:
        return
    for name in {name for _, name in targets(op)} | set(_validated(op)):
        if name in tables:
            for note in _notes(op, tables[name]):
                yield f"{name} is a hypertable ({tables[name].state}): {note}"


def _notes(op: MigrateOperation, table: Hypertable) -> Iterator[str]:
    chunks = "its chunk" if table.chunks == 1 else f"each of its {table.chunks:,} chunks"
    off = WITHOUT_COMPRESSION.format(name=table.name)
    match op:
        case AlterColumnOp():
            if op.modify_type is not None and table.is_compressible:
                yield f"TimescaleDB refuses another type while compression is on; {off}"
            elif op.modify_type is not None:
                yield f"another type may write {chunks} again, in one transaction"
            if op.modify_nullable is False:
                yield f"NOT NULL reads {chunks}"
        case AddColumnOp():
            required = not op.column.nullable and op.column.server_default is None
            if required and table.is_compressible:
                yield (
                    "TimescaleDB refuses NOT NULL without a default while compression is on; give "
                    "the column a server default"
                )
        case DropColumnOp():
            if table.is_compressible:
                yield (
                    "TimescaleDB refuses to drop a column that the compression segments or orders "
                    f"by; for such a one, {off}"
                )
        case CreateIndexOp():
            yield from _index(op, table, chunks)
        case DropIndexOp() if op.kw.get("postgresql_concurrently"):
            yield "TimescaleDB refuses DROP INDEX CONCURRENTLY; drop it without"
        case CreateUniqueConstraintOp() if table.time not in op.columns:
            yield f"TimescaleDB refuses a unique constraint without {table.time}; add it"
        case AddConstraintOp() if is_checked(op):
            yield f"the constraint has to hold in {chunks}, and is read there under one lock"
        case DropTableOp():
            yield f"its chunks are dropped with it, {table.size / 1e6:,.1f} MB"
        case ExecuteSQLOp() if table.is_compressible:
            yield f"TimescaleDB refuses VALIDATE CONSTRAINT while compression is on; {off}"


def _index(op: CreateIndexOp, table: Hypertable, chunks: str) -> Iterator[str]:
    if unique_without(op, table.time):
        yield f"TimescaleDB refuses a unique index without {table.time}; add it to the index"
    elif op.kw.get("postgresql_concurrently"):
        yield (
            "TimescaleDB refuses CONCURRENTLY; create it without, or before this by hand `WITH "
            "(timescaledb.transaction_per_chunk)`, with if_not_exists=True in the revision"
        )
    elif table.chunks:
        yield (
            f"the index is built in {chunks}, in one transaction that keeps writers out; built "
            "before this by hand `WITH (timescaledb.transaction_per_chunk)`, with "
            "if_not_exists=True in the revision, it keeps them out of one chunk at a time"
        )


def _validated(op: MigrateOperation) -> list[str]:
    if not isinstance(op, ExecuteSQLOp):
        return []
    return VALIDATION.findall(" ".join(str(op.sqltext).split()))
