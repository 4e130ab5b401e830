"""Read the rows back, and show what the database holds."""

import datetime
from collections.abc import Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, literal, select, union_all

from examples.daily_prices import yearly_returns
from examples.trading_calendar import early_closes
from msm import MarketsModel, MarketsRuntime, MarketsTimeIndexMetaTable
from msm_portfolio import ExternalPricesTS

STYLE: dict[str, Any] = {"box": box.SIMPLE, "title_justify": "left", "title_style": "bold"}

__all__ = ["show_early_closes", "show_load", "show_package", "show_prices"]


def show_load(console: Console, changed: int) -> None:
    """Print how many rows were written, or that nothing changed."""
    result = (
        f"{changed:,} rows written" if changed else "nothing changed: all rows were there already"
    )
    console.print(f"           {result}")


def show_early_closes(console: Console, runtime: MarketsRuntime, mic: str, year: int) -> None:
    """Print the days of the calendar that close early."""
    table = Table(title=f"Early closes of {mic} in {year}", **STYLE)
    for heading in ("date", "opens (UTC)", "closes (UTC)"):
        table.add_column(heading)
    for day in early_closes(runtime, mic).itertuples():
        table.add_row(
            f"{day.local_date:%a %d %b %Y}", f"{day.opens_at:%H:%M}", f"{day.closes_at:%H:%M}"
        )
    console.print(table)


def show_prices(console: Console, runtime: MarketsRuntime, year: int) -> None:
    """Print the last close of each share in a year, and its return in that year."""
    returns = yearly_returns(runtime, year)
    closes = runtime.latest(
        ExternalPricesTS,
        ExternalPricesTS.asset_identifier.in_(returns.index.to_list()),
        as_of=datetime.datetime(year, 12, 31, tzinfo=datetime.UTC),
        columns=[ExternalPricesTS.close],
    )
    table = Table(title=f"Shares in {year}", **STYLE)
    for heading in ("share", "last day", "close", "return"):
        table.add_column(heading)
    for day, share, close in closes:
        table.add_row(share, f"{day:%a %d %b}", f"{close:.2f}", f"{returns[share]:+.1%}")
    console.print(table)


def show_package(
    console: Console,
    runtime: MarketsRuntime,
    package: str,
    models: Sequence[type[MarketsModel]],
) -> None:
    """Print one package: its tables, how many are time-indexed, and their rows."""
    # One statement for all tables: each operation is a request to the platform.
    counts = union_all(
        *(
            select(
                literal(model.__tablename__).label("table"), func.count().label("rows")
            ).select_from(model)
            for model in models
        )
    )
    # all(), because dict() takes whatever has keys() for a mapping.
    rows = dict(runtime.execute(counts).tuples().all())
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
