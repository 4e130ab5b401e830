"""Write a quote and its ticks, and read them back: ``python -m acme``."""

import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

import msm
from acme.models import Quote, QuoteTicksTS
from msm.models import Asset

NAME = "XNAS:AAPL"
OPENS = datetime.datetime(2025, 1, 2, 14, 30, tzinfo=datetime.UTC)
PRICES = [(243.10, 243.14), (243.08, 243.11), (243.20, 243.23)]


def main() -> None:
    """Attach the models, write rows and read them."""
    runtime = msm.start_engine([Asset, Quote, QuoteTicksTS])
    asset = insert(Asset).values(unique_identifier=NAME).on_conflict_do_nothing()
    runtime.execute(asset)
    uid = runtime.scalars(select(Asset.uid).where(Asset.unique_identifier == NAME)).one()
    quote = insert(Quote).values(asset_uid=uid, venue="XNAS")
    runtime.execute(quote.on_conflict_do_nothing())
    ticks = [
        {
            "time_index": OPENS + datetime.timedelta(minutes=minute),
            "asset_identifier": NAME,
            "bid": bid,
            "ask": ask,
        }
        for minute, (bid, ask) in enumerate(PRICES)
    ]
    runtime.execute(insert(QuoteTicksTS).values(ticks).on_conflict_do_nothing())

    spreads = (
        select(Quote.venue, QuoteTicksTS.time_index, QuoteTicksTS.bid, QuoteTicksTS.ask)
        .join(Asset, Asset.uid == Quote.asset_uid)
        .join(QuoteTicksTS, QuoteTicksTS.asset_identifier == Asset.unique_identifier)
        .where(Asset.unique_identifier == NAME)
        .order_by(QuoteTicksTS.time_index)
    )
    for row in runtime.execute(spreads):
        print(f"{row.time_index:%H:%M} {row.venue} {row.bid:.2f} {row.ask:.2f}")


if __name__ == "__main__":
    main()
