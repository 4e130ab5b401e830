"""Portfolio cash flows: what is paid into, out of and within a portfolio."""

import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsTimeIndexMetaTable
from msm.models import Asset, Portfolio
from msm.models.descriptions import PORTFOLIO_IDENTIFIER
from msm.types import Str64, Str255


class PortfolioCashFlowsTS(MarketsTimeIndexMetaTable):
    """One cash flow of a portfolio, in the asset that is paid."""

    __identity_dimensions__ = ("portfolio_identifier", "cash_flow_identifier")

    time_index: Mapped[datetime.datetime] = mapped_column(
        comment="Instant of the cash flow, in UTC when read through msm."
    )
    portfolio_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Portfolio.unique_identifier, ondelete="RESTRICT"), comment=PORTFOLIO_IDENTIFIER
    )
    cash_flow_identifier: Mapped[Str64] = mapped_column(
        comment="Tells the flows of one portfolio at one instant apart."
    )
    # No foreign keys: neither identifies one row of the ledger, which has many records for each.
    ledger_state_identifier: Mapped[Str64] = mapped_column(
        comment="Ledger state that the flow is part of, as in PortfolioEventLedgerTS; not enforced."
    )
    event_identifier: Mapped[Str64] = mapped_column(
        comment="Event that the flow comes from, as in PortfolioEventLedgerTS; not enforced."
    )
    cash_flow_type: Mapped[Str64] = mapped_column(
        comment="Kind of flow, such as a dividend; the database enforces no set of values."
    )
    asset_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Asset.unique_identifier, ondelete="RESTRICT"),
        comment="Asset that is paid, such as a currency.",
    )
    amount: Mapped[float] = mapped_column(comment="In units of asset_identifier.")
    valuation_amount: Mapped[float | None] = mapped_column(
        comment="The amount in units of valuation_asset_identifier; NULL where it is not valued."
    )
    valuation_asset_identifier: Mapped[Str255 | None] = mapped_column(
        ForeignKey(Asset.unique_identifier, ondelete="RESTRICT"),
        comment="Business key of the asset that valuation_amount is in; NULL where not valued.",
    )

    __table_args__ = (Index(None, *__identity_dimensions__, "time_index"),)
