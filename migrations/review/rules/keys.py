"""Rules about what a table that is split by time, as a time-indexed one may be, cannot do."""

from collections.abc import Iterator

from alembic.operations.ops import CreateIndexOp, DropIndexOp

from msm.base import MarketsBase, MarketsTimeIndexMetaTable
from msm.definition import keys_without_time

from ...history.published import DROPPED_KEYS
from ..history import Revision
from ..subjects import made
from .base import Fault, rule

__all__ = ["concurrently_on_time_index", "unique_without_time"]


OF_PARTITIONS = (
    "Leave postgresql_concurrently out; on a large table, create the index CONCURRENTLY on each "
    "partition by hand first, and PostgreSQL takes those."
)


@rule("unique-without-time", to_do="Add the time index to the key, or leave the key out.")
def unique_without_time(revision: Revision) -> Iterator[Fault]:
    """A unique key of a time-indexed table that does not contain its time."""
    for operation in revision.upgrade.operations:
        table = None if operation.is_nameless else made(operation.op)
        model = None if table is None else MarketsBase.model_of(table.name)
        if table is None or model is None or not issubclass(model, MarketsTimeIndexMetaTable):
            continue
        time_index = model.__time_index_name__
        for name, columns in keys_without_time(table, time_index):
            # It was published with the table, and a later revision drops it.
            if name != DROPPED_KEYS.get(table.name):
                why = (
                    f"{name} of {table} is unique over {', '.join(columns)}, without its time "
                    f"index {time_index}, and a hypertable cannot hold that."
                )
                yield Fault(operation.location, why)


@rule(
    "concurrently-on-time-index",
    to_do="Leave postgresql_concurrently out and write if_not_exists=True; on a large hypertable, "
    "create the index by hand first, `WITH (timescaledb.transaction_per_chunk)`.",
)
def concurrently_on_time_index(revision: Revision) -> Iterator[Fault]:
    """CONCURRENTLY on an index of a time-indexed table, which a table that is split refuses."""
    for operation in revision.upgrade.operations:
        op = operation.op
        if isinstance(op, CreateIndexOp | DropIndexOp) and op.kw.get("postgresql_concurrently"):
            model = MarketsBase.model_of(str(op.table_name))
            if model is not None and issubclass(model, MarketsTimeIndexMetaTable):
                verb = "create" if isinstance(op, CreateIndexOp) else "drop"
                if model.__partitioned__:
                    why = (
                        f"PostgreSQL cannot {verb} the index {op.index_name} CONCURRENTLY, because "
                        f"{op.table_name} is partitioned."
                    )
                    yield Fault(operation.location, why, OF_PARTITIONS)
                    continue
                why = (
                    f"TimescaleDB cannot {verb} the index {op.index_name} CONCURRENTLY where "
                    f"{op.table_name} is a hypertable."
                )
                yield Fault(operation.location, why)
