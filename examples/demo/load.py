"""Write the demo's rows through the attached models; a second run finds nothing to change."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, or_, select
from sqlalchemy.dialects.postgresql import insert

from msm import MarketsModel, MarketsRuntime
from msm.models import (
    Asset,
    AssetType,
    Calendar,
    CalendarDate,
    CalendarSession,
    Index,
    IndexType,
)

from .data import ASSET_TYPE, ASSETS, INDEX, INDEX_TYPE, exchange_year

__all__ = ["load"]

# PostgreSQL takes 65,535 parameters a statement; a chunk of rows stays far below it.
CHUNK = 500


def load(runtime: MarketsRuntime, mic: str, year: int) -> dict[str, tuple[int, int]]:
    """Upsert everything, parents first.

    Args:
        runtime: a runtime that has the core models attached.
        mic: the market identifier code of the exchange.
        year: the calendar year.

    Returns:
        For each table, how many rows were given and how many of them changed the database.
    """
    exchange = exchange_year(mic, year)
    counts = {
        "asset types": _upsert(runtime, AssetType, [ASSET_TYPE], ["asset_type"]),
        "assets": _upsert(runtime, Asset, ASSETS, ["unique_identifier"]),
        "index types": _upsert(runtime, IndexType, [INDEX_TYPE], ["index_type"]),
        "indices": _upsert(runtime, Index, [INDEX], ["unique_identifier"]),
        "calendars": _upsert(runtime, Calendar, [exchange.calendar], ["unique_identifier"]),
    }
    by_name = select(Calendar.uid).where(Calendar.unique_identifier == mic)
    parent = {"calendar_uid": runtime.execute(by_name).rows[0]["uid"]}
    dates = [parent | row for row in exchange.dates]
    counts["calendar dates"] = _upsert(runtime, CalendarDate, dates, ["calendar_uid", "local_date"])
    sessions = [parent | row for row in exchange.sessions]
    grain = ["calendar_uid", "local_date", "session_label"]
    counts["calendar sessions"] = _upsert(runtime, CalendarSession, sessions, grain)
    return counts


def _upsert(
    runtime: MarketsRuntime,
    model: type[MarketsModel],
    rows: Sequence[dict[str, Any]],
    key: Sequence[str],
) -> tuple[int, int]:
    """Insert rows, or bring existing ones up to date where a value differs."""
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - every markets model maps a table
    values = [table.c[name] for name in rows[0] if name not in key]
    changed = 0
    for start in range(0, len(rows), CHUNK):
        statement = insert(table).values(rows[start : start + CHUNK])
        new = statement.excluded
        if values:
            statement = statement.on_conflict_do_update(
                index_elements=list(key),
                set_={column.name: new[column.name] for column in values},
                where=or_(*(column.is_distinct_from(new[column.name]) for column in values)),
            )
        else:
            statement = statement.on_conflict_do_nothing(index_elements=list(key))
        changed += runtime.execute(statement).row_count
    return len(rows), changed
