"""Orders to trades: what was asked of a venue, what became of it, and what it cost.

Run it with ``./dev run msm-local exec -- python -m examples.orders_to_trades``, on a database
that is at head.
"""

import datetime

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
    ("o-1", OPEN + 2 * MINUTE, 100.0, 397.9),
    ("o-1", OPEN + 5 * MINUTE, 150.0, 398.0),
    ("o-2", OPEN + 2 * MINUTE, 50.0, 252.4),
]


def load_trading_day(runtime: MarketsRuntime) -> None:
    """Write the account and its orders; then each fill, as an event, a trade and a new state."""
    runtime.upsert(Account, [ACCOUNT])
    runtime.upsert(OrdersTS, ORDERS)

    orders = {str(order["order_identifier"]): order for order in ORDERS}
    filled = dict.fromkeys(orders, 0.0)
    state: dict[str, str] = {}
    for number, (identifier, time, quantity, price) in enumerate(FILLS, 1):
        order = orders[identifier]
        filled[identifier] += quantity
        done = filled[identifier] == order["quantity"]
        state[identifier] = "filled" if done else "partially filled"
        event = {
            "event_time": time,
            "order_identifier": identifier,
            "order_status": state[identifier],
        }
        trade = {
            "trade_time": time,
            "trade_identifier": f"t-{number}",
            "account_identifier": order["account_identifier"],
            "asset_identifier": order["asset_identifier"],
            "order_identifier": identifier,
            "trade_side": order["order_side"],
            "quantity": quantity,
            "price": price,
            "commission": 1.0,
            "commission_asset_identifier": "USD",
        }
        runtime.upsert(OrderEventsTS, [event])
        runtime.upsert(TradesTS, [trade])

    # An upsert leaves alone what is not given: the orders keep their type, side and limit.
    grain = ("order_time", "order_identifier", "account_identifier", "asset_identifier")
    states = [
        {name: orders[identifier][name] for name in grain}
        | {"status": state[identifier], "filled_quantity": filled[identifier]}
        for identifier in orders
    ]
    runtime.upsert(OrdersTS, states)


def main() -> None:
    """Trade one day; print the last state of each order, and what was paid on average."""
    runtime = msm.start_engine(MODELS)
    reference_data.load_reference_data(runtime)
    load_trading_day(runtime)

    for event in runtime.latest(OrderEventsTS).rows:
        print(
            f"{event['order_identifier']}: {event['order_status']} at {event['event_time']:%H:%M}"
        )
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
