"""The market-data set: the choice of data that a valuation is run with."""

from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.descriptions import DISPLAY_NAME, FREE_TEXT, FURTHER_ATTRIBUTES, SURROGATE_KEY
from msm.types import Json, Str32, Str64, Str255, TextStr, UuidKey


class PricingMarketDataSet(MarketsMetaTable):
    """One named choice of market data, such as an end-of-day set."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    set_key: Mapped[Str64] = mapped_column(
        index=True, unique=True, comment="Business key; a valuation asks for the set by it."
    )
    display_name: Mapped[Str255] = mapped_column(comment=DISPLAY_NAME)
    description: Mapped[TextStr | None] = mapped_column(comment=FREE_TEXT)
    status: Mapped[Str32] = mapped_column(
        index=True,
        server_default="ACTIVE",
        comment="ACTIVE unless set otherwise; the database enforces no set of values.",
    )
    # SQLAlchemy keeps the attribute name `metadata` for itself.
    metadata_: Mapped[Json | None] = mapped_column("metadata", comment=FURTHER_ATTRIBUTES)
