"""The verbs for many rows without an attached table: what passes the checks cannot be sent."""

from msm import MarketsModel
from msm.operations.attached import Attached
from msm.rows import Rows, delete_rows, insert_rows, upsert_rows
from msm.rows.arguments import ColumnNames

__all__ = ["delete", "insert", "upsert"]


# What passes the checks by mistake ends in NotAttachedError.
def insert(model: type[MarketsModel], rows: Rows) -> int:
    return insert_rows(model, rows, Attached({}))


def upsert(model: type[MarketsModel], rows: Rows, key: ColumnNames | None = None) -> int:
    return upsert_rows(model, rows, key, Attached({}))


def delete(model: type[MarketsModel], rows: Rows) -> int:
    return delete_rows(model, rows, None, Attached({}))
