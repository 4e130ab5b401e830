"""Read the rows back, and lay out what the database holds."""

from collections.abc import Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from sqlalchemy import and_, func, literal, select, union_all

from msm import MarketsModel, MarketsRuntime, MarketsTimeIndexMetaTable
from msm.models import Calendar, CalendarDate, CalendarSession

STYLE: dict[str, Any] = {"box": box.SIMPLE, "title_justify": "left", "title_style": "bold"}

__all__ = ["show_early_closes", "show_load", "show_package"]


def show_load(console: Console, counts: dict[str, tuple[int, int]]) -> None:
    """Print what was written, or that nothing had to be."""
    changed = sum(written for _, written in counts.values())
    given = sum(rows for rows, _ in counts.values())
    if changed == 0:
        console.print(f"  nothing changed: all {given:,} rows were there already")
        return
    for name, (rows, written) in counts.items():
        console.print(f"  {name:<18} {rows:>5,} rows, {written:>5,} written")


def show_early_closes(console: Console, runtime: MarketsRuntime, mic: str, year: int) -> None:
    """Join sessions, dates and their calendar, and print the days that closed early."""
    same_day = and_(
        CalendarDate.calendar_uid == CalendarSession.calendar_uid,
        CalendarDate.local_date == CalendarSession.local_date,
    )
    statement = (
        select(CalendarSession.local_date, CalendarSession.opens_at, CalendarSession.closes_at)
        .join(Calendar, Calendar.uid == CalendarSession.calendar_uid)
        .join(CalendarDate, same_day)
        .where(Calendar.unique_identifier == mic, CalendarDate.is_early_close)
        .order_by(CalendarSession.local_date)
    )
    table = Table(title=f"Early closes of {mic} in {year}", **STYLE)
    for heading in ("date", "opens (UTC)", "closes (UTC)"):
        table.add_column(heading)
    for row in runtime.execute(statement).rows:
        table.add_row(
            f"{row['local_date']:%a %d %b %Y}",
            f"{row['opens_at']:%H:%M}",
            f"{row['closes_at']:%H:%M}",
        )
    console.print(table)


def show_package(
    console: Console,
    runtime: MarketsRuntime,
    package: str,
    models: Sequence[type[MarketsModel]],
) -> None:
    """Print one package: its tables, how many are time-indexed, and the rows they hold."""
    counts = union_all(
        *(
            select(
                literal(model.__tablename__).label("table"), func.count().label("rows")
            ).select_from(model)
            for model in models
        )
    )
    rows = {row["table"]: row["rows"] for row in runtime.execute(counts).rows}
    indexed = sum(issubclass(model, MarketsTimeIndexMetaTable) for model in models)
    table = Table(title=package, show_header=False, min_width=46, **STYLE)
    table.add_column(ratio=1)
    table.add_column(justify="right")
    table.add_row("tables", str(len(models)))
    table.add_row("time-indexed", str(indexed))
    table.add_row("rows", f"{sum(rows.values()):,}")
    for name, count in rows.items():
        if count:
            table.add_row(f"  {name}", f"{count:,}", style="dim")
    console.print(table)
