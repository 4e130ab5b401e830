"""The part of the demo that uses msm: attach all three graphs, write, read, report."""

from collections.abc import Sequence

from rich.console import Console

from examples.daily_prices import load_prices
from examples.reference_data import load_reference_data
from examples.trading_calendar import load_calendar
from msm import MarketsModel, MarketsRuntime, start_engine
from msm.models import markets_sqlalchemy_models
from msm_portfolio import portfolio_sqlalchemy_models
from msm_pricing import pricing_sqlalchemy_models

from .report import show_early_closes, show_load, show_package, show_prices

__all__ = ["attach", "run_session"]

# The last whole year of the prices.
PRICES_YEAR = 2012

type Graphs = dict[str, Sequence[type[MarketsModel]]]


def attach() -> tuple[Graphs, MarketsRuntime]:
    """Attach the models of all three packages with one call."""
    graphs: Graphs = {
        "msm-core": markets_sqlalchemy_models(),
        "msm-portfolio": portfolio_sqlalchemy_models(),
        "msm-pricing": pricing_sqlalchemy_models(),
    }
    return graphs, start_engine([model for graph in graphs.values() for model in graph])


def run_session(
    console: Console, graphs: Graphs, runtime: MarketsRuntime, mic: str, year: int
) -> None:
    """Write and read a calendar and daily prices, and print what the database holds."""
    with console.status(f"Writing: {mic} {year}, daily prices"):
        # In this order, because prices refer to assets, and the database checks that.
        changed = load_reference_data(runtime) + load_calendar(runtime, mic, year)
        changed += load_prices(runtime)
    console.print(f"[bold]Write[/]      {mic} {year}, assets and daily prices")
    show_load(console, changed)
    console.print()
    show_early_closes(console, runtime, mic, year)
    show_prices(console, runtime, PRICES_YEAR)
    for package, models in graphs.items():
        show_package(console, runtime, package, models)
