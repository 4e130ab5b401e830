"""Portfolio state: what a portfolio holds and owes after its ledger events."""

import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsTimeIndexMetaTable
from msm.models import Asset, Portfolio
from msm.types import Str32, Str64, Str255, TextStr


class PortfolioStateTS(MarketsTimeIndexMetaTable):
    """One item of a portfolio's state, such as a balance, at one time."""

    __identity_dimensions__ = ("portfolio_identifier", "state_identifier")

    time_index: Mapped[datetime.datetime]
    portfolio_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Portfolio.unique_identifier, ondelete="RESTRICT")
    )
    state_identifier: Mapped[Str255]
    # No foreign keys: neither identifies one row of the ledger, which has many records for each.
    ledger_state_identifier: Mapped[Str64] = mapped_column(
        comment="Ledger state that the item is part of, as in PortfolioEventLedgerTS; not enforced."
    )
    originating_event_identifier: Mapped[Str64] = mapped_column(
        comment="Event that created the item, as in PortfolioEventLedgerTS; not enforced."
    )
    state_kind: Mapped[Str32]
    asset_identifier: Mapped[Str255 | None] = mapped_column(
        ForeignKey(Asset.unique_identifier, ondelete="RESTRICT"),
        comment="Asset that the item is a balance of; NULL where it is of none.",
    )
    balance_role: Mapped[Str64 | None] = mapped_column(
        comment="Which of the asset's balances is meant."
    )
    quantity: Mapped[float | None] = mapped_column(comment="In quantity_unit.")
    quantity_unit: Mapped[Str64 | None]
    value: Mapped[float | None] = mapped_column(
        comment="In valuation_asset_identifier; NULL where the item is not valued."
    )
    valuation_asset_identifier: Mapped[Str255 | None] = mapped_column(
        ForeignKey(Asset.unique_identifier, ondelete="RESTRICT")
    )
    is_closed: Mapped[bool]
    extension_payload: Mapped[TextStr | None] = mapped_column(
        comment="What the columns have no place for, serialized as text."
    )
