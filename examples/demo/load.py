"""Write the demo's rows, which are those of the examples; a second run finds nothing to change."""

from examples.daily_prices import load_prices
from examples.reference_data import load_reference_data
from examples.trading_calendar import load_calendar
from msm import MarketsRuntime

__all__ = ["load"]


def load(runtime: MarketsRuntime, mic: str, year: int) -> dict[str, tuple[int, int]]:
    """Upsert everything, parents first.

    Args:
        runtime: a runtime that has the core and portfolio models attached.
        mic: the market identifier code of the exchange whose calendar is loaded.
        year: the calendar year.

    Returns:
        For each kind of rows, how many were given and how many of them changed the database.
    """
    return {
        **load_reference_data(runtime),
        **load_calendar(runtime, mic, year),
        "daily prices": load_prices(runtime),
    }
