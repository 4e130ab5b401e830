"""Execution: order managers, orders and trades."""

from msm.models.execution.order_manager import OrderManager
from msm.models.execution.orders import OrderEventsTS, OrdersTS
from msm.models.execution.trades import TradesTS

__all__ = ["OrderEventsTS", "OrderManager", "OrdersTS", "TradesTS"]
