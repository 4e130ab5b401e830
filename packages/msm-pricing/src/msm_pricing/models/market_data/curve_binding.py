"""Curve bindings: which curve plays a role within a market-data set."""

import uuid

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.descriptions import FURTHER_ATTRIBUTES, SURROGATE_KEY
from msm.types import Json, Str32, Str64, Str255, UuidKey
from msm_pricing.models.curves.curve import Curve
from msm_pricing.models.market_data.market_data_set import PricingMarketDataSet


class PricingMarketDataSetCurveBinding(MarketsMetaTable):
    """One curve of a market-data set, bound to a role and to what it is selected by."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    market_data_set_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(PricingMarketDataSet.uid, ondelete="CASCADE"),
        comment="Set that the binding is part of; deleting it deletes the binding.",
    )
    binding_key: Mapped[Str255] = mapped_column(comment="Business key; once in each set.")
    role_key: Mapped[Str64] = mapped_column(
        index=True, comment="What the curve is used for, such as discounting."
    )
    selector_type: Mapped[Str64] = mapped_column(
        comment="Kind of thing that selector_key names, such as a currency or an index."
    )
    selector_key: Mapped[Str255] = mapped_column(
        comment="What the curve is selected by; not enforced by a foreign key."
    )
    quote_side: Mapped[Str32 | None] = mapped_column(
        index=True,
        comment="Side of the market, such as bid, ask or mid; NULL where it makes no difference.",
    )
    curve_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Curve.uid, ondelete="RESTRICT"),
        index=True,
        comment="Curve that is used where role, selector and quote side match.",
    )
    source: Mapped[Str255 | None] = mapped_column(
        comment="Where the binding comes from; NULL where not recorded."
    )
    priority: Mapped[int] = mapped_column(
        server_default=text("0"), comment="Ranks bindings that match the same selector."
    )
    status: Mapped[Str32] = mapped_column(
        index=True,
        server_default="ACTIVE",
        comment="ACTIVE unless set otherwise; the database enforces no set of values.",
    )
    # SQLAlchemy keeps the attribute name `metadata` for itself.
    metadata_: Mapped[Json | None] = mapped_column("metadata", comment=FURTHER_ATTRIBUTES)

    __table_args__ = (
        Index(None, "selector_type", "selector_key"),
        Index(None, "market_data_set_uid", "binding_key", unique=True),
    )
