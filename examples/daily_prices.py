"""Daily prices: thirteen years of five shares, loaded in one call and read as time series.

The prices come with bokeh_sampledata and are in the public domain. Run it with
``./dev run msm-local exec -- python -m examples.daily_prices``, on a database that is at head.
"""

import datetime

import pandas as pd
from bokeh_sampledata import stocks

import msm
from examples import reference_data
from msm import MarketsRuntime
from msm_portfolio import ExternalPricesTS

__all__ = ["MODELS", "load_prices", "main", "yearly_returns"]

MODELS = [*reference_data.MODELS, ExternalPricesTS]


def load_prices(runtime: MarketsRuntime) -> int:
    """Write a bar for each share and day; return how many changed (0 when run again)."""
    bars = stocks.data
    listed = bars["ticker"].map(lambda ticker: f"{'XNYS' if ticker == 'IBM' else 'XNAS'}:{ticker}")
    rows = bars[["open", "high", "low", "close", "volume"]].assign(
        time_index=bars["date"].dt.tz_localize("UTC"), asset_identifier=listed
    )
    return runtime.upsert(ExternalPricesTS, rows)


def yearly_returns(runtime: MarketsRuntime, year: int) -> "pd.Series[float]":
    """The return of each share from its first close of a year to its last, as a fraction."""
    start = datetime.datetime(year, 1, 1, tzinfo=datetime.UTC)
    end = datetime.datetime(year + 1, 1, 1, tzinfo=datetime.UTC)
    prices = runtime.between(ExternalPricesTS, start, end, columns=[ExternalPricesTS.close])
    close = prices.frame()["close"].unstack("asset_identifier")
    # Not every share has a price on the first day of the year: take its first one after it.
    returns: pd.Series[float] = close.iloc[-1] / close.bfill().iloc[0] - 1
    return returns


def main() -> None:
    """Load the prices; print the last of each share, now and on a day, and returns of a year."""
    runtime = msm.start_engine(MODELS)
    reference_data.load_reference_data(runtime)
    print(f"daily prices: {load_prices(runtime)} rows changed")

    crash = datetime.datetime(2008, 10, 10, tzinfo=datetime.UTC)
    columns = [ExternalPricesTS.close, ExternalPricesTS.volume]
    print(runtime.latest(ExternalPricesTS, columns=columns).frame())
    print(runtime.latest(ExternalPricesTS, as_of=crash, columns=columns).frame())
    print(yearly_returns(runtime, 2012).map("{:.1%}".format).to_string())


if __name__ == "__main__":
    main()
