"""Orders to trades: what was ordered, how it was filled, and what it cost.

Run it with ``./dev run msm-local exec -- python -m examples.orders_to_trades``, on a database
that is at head.
"""

import datetime

import pandas as pd
from sqlalchemy import func, select

import msm
from examples import reference_data
from msm import MarketsRuntime
from msm.models import Account, OrderEventsTS, OrdersTS, TradesTS

__all__ = ["MODELS", "load_trading_day", "main"]

MODELS = [*reference_data.MODELS, Account, OrderEventsTS, OrdersTS, TradesTS]

BUY, SELL = 1, -1
OPEN = datetime.datetime(2025, 3, 3, 14, 30, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)

ACCOUNT = {"unique_identifier": "paper-1", "account_name": "Paper account", "is_paper": True}
ORDERS = [
    {
        "order_time": OPEN,
        "order_identifier": "o-1",
        "account_identifier": "paper-1",
        "asset_identifier": "XNAS:MSFT",
        "order_type": "limit",
        "order_side": BUY,
        "quantity": 300.0,
        "limit_price": 398.0,
        "status": "new",
    },
    {
        "order_time": OPEN + MINUTE,
        "order_identifier": "o-2",
        "account_identifier": "paper-1",
        "asset_identifier": "XNYS:IBM",
        "order_type": "market",
        "order_side": SELL,
        "quantity": 50.0,
        "status": "new",
    },
]
FILLS = [
    {
        "trade_identifier": trade,
        "order_identifier": order,
        "trade_time": OPEN + minutes * MINUTE,
        "quantity": quantity,
        "price": price,
    }
    for trade, order, minutes, quantity, price in (
        ("t-1", "o-1", 2, 100.0, 397.9),
        ("t-2", "o-2", 2, 50.0, 252.4),
        ("t-3", "o-1", 5, 150.0, 398.0),
    )
]


def load_trading_day(runtime: MarketsRuntime) -> None:
    """Write the account and its orders; then, from the fills, trades, events and new states."""
    # The account first: orders refer to it, and the database checks that.
    runtime.upsert(Account, [ACCOUNT])
    runtime.upsert(OrdersTS, ORDERS)

    orders = pd.DataFrame(ORDERS).rename(columns={"quantity": "ordered"})
    fills = pd.DataFrame(FILLS).merge(orders, on="order_identifier")
    filled = fills.groupby("order_identifier")["quantity"].cumsum()
    status = (filled == fills["ordered"]).map({True: "filled", False: "partially filled"})

    trades = fills[[*FILLS[0], "account_identifier", "asset_identifier"]].assign(
        trade_side=fills["order_side"], commission=1.0, commission_asset_identifier="USD"
    )
    events = fills[["order_identifier"]].assign(event_time=fills["trade_time"], order_status=status)
    # An upsert does not change columns that are not given: orders keep their type, side and limit.
    grain = ["order_time", "order_identifier", "account_identifier", "asset_identifier"]
    states = fills[grain].assign(status=status, filled_quantity=filled)
    runtime.upsert(TradesTS, trades)
    runtime.upsert(OrderEventsTS, events)
    # One upsert takes a key only once, so only the last state of each order is written.
    runtime.upsert(OrdersTS, states.drop_duplicates("order_identifier", keep="last"))


def main() -> None:
    """Trade one day; print the last state of each order, and its average price."""
    runtime = msm.start_engine(MODELS)
    reference_data.load_reference_data(runtime)
    load_trading_day(runtime)

    for event in runtime.latest(OrderEventsTS).scalars():
        print(f"{event.order_identifier}: {event.order_status} at {event.event_time:%H:%M}")
    executed = func.sum(TradesTS.quantity)
    statement = (
        select(
            OrdersTS.order_identifier,
            OrdersTS.quantity.label("ordered"),
            executed.label("executed"),
            (func.sum(TradesTS.quantity * TradesTS.price) / executed).label("average_price"),
            func.sum(TradesTS.commission).label("commission"),
        )
        .join(TradesTS, TradesTS.order_identifier == OrdersTS.order_identifier)
        .group_by(OrdersTS.order_identifier, OrdersTS.quantity)
        .order_by(OrdersTS.order_identifier)
    )
    print(runtime.execute(statement).frame().to_string(index=False))


if __name__ == "__main__":
    main()
