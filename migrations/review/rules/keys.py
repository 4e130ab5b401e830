"""A rule about unique keys of time-indexed tables."""

from collections.abc import Iterator

from msm.base import MarketsBase, MarketsTimeIndexMetaTable
from msm.definition import keys_without_time

from ...history.published import DROPPED_KEYS
from ..history import Revision
from ..subjects import made
from .base import Fault, rule

__all__ = ["unique_without_time"]


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
