"""Portfolio state: what a portfolio holds and owes after its ledger events."""

import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsTimeIndexMetaTable
from msm.models import Asset, Portfolio
from msm.models.descriptions import OBSERVATION_TIME, PORTFOLIO_IDENTIFIER
from msm.types import Str32, Str64, Str255, TextStr


class PortfolioStateTS(MarketsTimeIndexMetaTable):
    """One item of a portfolio's state, such as a balance, at one time."""

    __identity_dimensions__ = ("portfolio_identifier", "state_identifier")

    time_index: Mapped[datetime.datetime] = mapped_column(comment=OBSERVATION_TIME)
    portfolio_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Portfolio.unique_identifier, ondelete="RESTRICT"), comment=PORTFOLIO_IDENTIFIER
    )
    state_identifier: Mapped[Str255] = mapped_column(
        comment="Tells the items of one portfolio apart; stays the same over time."
    )
    # No foreign keys: neither identifies one row of the ledger, which has many records for each.
    ledger_state_identifier: Mapped[Str64] = mapped_column(
        comment="Ledger state that the item is part of, as in PortfolioEventLedgerTS; not enforced."
    )
    originating_event_identifier: Mapped[Str64] = mapped_column(
        comment="Event that created the item, as in PortfolioEventLedgerTS; not enforced."
    )
    state_kind: Mapped[Str32] = mapped_column(
        comment="Kind of item, such as a balance; the database enforces no set of values."
    )
    asset_identifier: Mapped[Str255 | None] = mapped_column(
        ForeignKey(Asset.unique_identifier, ondelete="RESTRICT"),
        comment="Asset that the item is a balance of; NULL where it is of none.",
    )
    balance_role: Mapped[Str64 | None] = mapped_column(
        comment="Which of the asset's balances is meant."
    )
    quantity: Mapped[float | None] = mapped_column(comment="In quantity_unit.")
    quantity_unit: Mapped[Str64 | None] = mapped_column(
        comment="Unit that quantity counts; NULL where there is no quantity."
    )
    value: Mapped[float | None] = mapped_column(
        comment="In valuation_asset_identifier; NULL where the item is not valued."
    )
    valuation_asset_identifier: Mapped[Str255 | None] = mapped_column(
        ForeignKey(Asset.unique_identifier, ondelete="RESTRICT"),
        comment="Business key of the asset that value is in; NULL where not valued.",
    )
    is_closed: Mapped[bool] = mapped_column(
        comment="True where the item has ended, such as a debt that was paid."
    )
    extension_payload: Mapped[TextStr | None] = mapped_column(
        comment="What the columns have no place for, serialized as text."
    )

    __table_args__ = (Index(None, *__identity_dimensions__, "time_index"),)
