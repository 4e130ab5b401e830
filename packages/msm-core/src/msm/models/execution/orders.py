"""Orders that are sent to a venue, and their events."""

import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsTimeIndexMetaTable
from msm.models.accounts.account import Account
from msm.models.assets.asset import Asset
from msm.models.descriptions import ACCOUNT_IDENTIFIER, ASSET_IDENTIFIER, FURTHER_ATTRIBUTES
from msm.models.execution.order_manager import OrderManager
from msm.types import BigInt, Jsonb, Str255


class OrdersTS(MarketsTimeIndexMetaTable):
    """One order to buy or sell one asset for one account."""

    __time_index_name__ = "order_time"
    __identity_dimensions__ = ("order_identifier", "account_identifier", "asset_identifier")

    order_time: Mapped[datetime.datetime] = mapped_column(
        comment="Instant of the order, in UTC when read through msm; part of the identity."
    )
    order_identifier: Mapped[str] = mapped_column(
        comment="Business key; order events and trades name the order by it."
    )
    account_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Account.unique_identifier, ondelete="RESTRICT"), comment=ACCOUNT_IDENTIFIER
    )
    order_manager_identifier: Mapped[Str255 | None] = mapped_column(
        ForeignKey(OrderManager.unique_identifier, ondelete="RESTRICT"),
        comment="Execution run that placed the order; NULL for an order outside any run.",
    )
    asset_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Asset.unique_identifier, ondelete="RESTRICT"), comment=ASSET_IDENTIFIER
    )
    order_remote_id: Mapped[str | None] = mapped_column(comment="Order id given by the venue.")
    client_order_id: Mapped[str | None] = mapped_column(comment="Order id given by the sender.")
    order_type: Mapped[str | None] = mapped_column(
        comment="Such as market or limit; the database enforces no set of values."
    )
    order_side: Mapped[BigInt | None] = mapped_column(
        comment="Buy or sell, as a number; the database enforces no set of values."
    )
    quantity: Mapped[float | None] = mapped_column(comment="Units of the asset ordered.")
    status: Mapped[str | None] = mapped_column(
        comment="State of the order; the database enforces no set of values."
    )
    filled_quantity: Mapped[float | None] = mapped_column(
        comment="Units of the asset executed so far."
    )
    filled_price: Mapped[float | None] = mapped_column(
        comment="Price of one unit of filled_quantity; NULL where not recorded."
    )
    expires_time: Mapped[datetime.datetime | None] = mapped_column(
        comment="Instant at which an unfilled order expires; NULL where none is set."
    )
    limit_price: Mapped[float | None] = mapped_column(comment="NULL for an order without a limit.")
    time_in_force: Mapped[str | None] = mapped_column(
        comment="How long the order stands, such as day; no set of values is enforced."
    )
    comments: Mapped[str | None] = mapped_column(
        comment="Remarks for people, in free text; NULL where none is written."
    )
    venue_metadata: Mapped[Jsonb | None] = mapped_column(
        comment="Attributes from the venue, as a JSON object with no fixed keys; NULL for none."
    )

    __table_args__ = (Index(None, *__identity_dimensions__, __time_index_name__),)


class OrderEventsTS(MarketsTimeIndexMetaTable):
    """One event in the life of one order, such as its acceptance or a fill."""

    __time_index_name__ = "event_time"
    __identity_dimensions__ = ("order_identifier",)

    event_time: Mapped[datetime.datetime] = mapped_column(
        comment="Instant of the event, in UTC when read through msm; unique within its order."
    )
    # No foreign key: an order is unique only together with its time, its account and its asset.
    order_identifier: Mapped[str] = mapped_column(
        comment="Order that the event concerns; not enforced by a foreign key."
    )
    order_status: Mapped[str | None] = mapped_column(
        comment="State of the order at the event; the database enforces no set of values."
    )
    event_metadata: Mapped[Jsonb | None] = mapped_column(comment=FURTHER_ATTRIBUTES)

    __table_args__ = (Index(None, *__identity_dimensions__, __time_index_name__),)
