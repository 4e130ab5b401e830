"""What an operation means for a table that PostgreSQL splits into partitions."""

from collections.abc import Iterator, Mapping

from alembic.operations.ops import (
    AddConstraintOp,
    AlterColumnOp,
    CreateIndexOp,
    CreateUniqueConstraintOp,
    DropColumnOp,
    DropIndexOp,
    DropTableOp,
    MigrateOperation,
)

from ..partitions import PartitionedTable, partitions_of
from ..review.subjects import is_checked, targets, unique_without

__all__ = ["notes_of"]


def notes_of(op: MigrateOperation, tables: Mapping[str, PartitionedTable]) -> Iterator[str]:
    """What is different because the table is partitioned, as one line each.

    Args:
        op: what the plan would run.
        tables: the partitioned tables of the database, by name.
    """
    for name in {name for _, name in targets(op)}:
        if name in tables:
            for note in _notes(op, tables[name]):
                yield f"{_subject(tables[name])}: {note}"
    for partition, name in partitions_of(op):
        if name in tables and tables[name].default_rows:
            yield f"{_subject(tables[name])}: {_new_partition(partition, tables[name])}"


def _subject(table: PartitionedTable) -> str:
    return f"{table.name} is partitioned ({table.state})"


def _notes(op: MigrateOperation, table: PartitionedTable) -> Iterator[str]:
    parts = "its partition" if table.partitions == 1 else f"each of its {table.state}"
    match op:
        case AlterColumnOp() if op.column_name == table.time and op.modify_type is not None:
            yield f"PostgreSQL refuses another type of {table.time}, which it splits the table by"
        case AlterColumnOp():
            if op.modify_type is not None:
                yield f"another type may write {parts} again, in one transaction"
            if op.modify_nullable is False:
                yield f"NOT NULL reads {parts}"
        case DropColumnOp() if op.column_name == table.time:
            yield f"PostgreSQL refuses to drop {table.time}, which it splits the table by"
        case CreateIndexOp():
            yield from _index(op, table, parts)
        case DropIndexOp() if op.kw.get("postgresql_concurrently"):
            yield "PostgreSQL refuses DROP INDEX CONCURRENTLY; drop it without"
        case CreateUniqueConstraintOp() if table.time not in op.columns:
            yield f"PostgreSQL refuses a unique constraint without {table.time}; add it"
        case AddConstraintOp() if is_checked(op):
            yield f"the constraint has to hold in {parts}, and is read there under one lock"
        case DropTableOp():
            yield "its partitions are dropped with it"


def _index(op: CreateIndexOp, table: PartitionedTable, parts: str) -> Iterator[str]:
    by_hand = f"created CONCURRENTLY on {parts} by hand before this, it is only put together here"
    if unique_without(op, table.time):
        yield f"PostgreSQL refuses a unique index without {table.time}; add it to the index"
    elif op.kw.get("postgresql_concurrently"):
        yield f"PostgreSQL refuses CONCURRENTLY; create it without: {by_hand}"
    else:
        yield f"the index is built in {parts}, in one transaction that keeps writers out; {by_hand}"


def _new_partition(partition: str, table: PartitionedTable) -> str:
    return (
        f"PostgreSQL reads the {table.counted} of {table.default} under a lock that keeps "
        f"everybody out, and refuses {partition} if one of them belongs into it"
    )
