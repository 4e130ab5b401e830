"""Data bindings: which data node serves a concept within a market-data set."""

import uuid

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.descriptions import FURTHER_ATTRIBUTES, SURROGATE_KEY
from msm.types import Json, Str128, Str255, UuidKey
from msm_pricing.models.market_data.market_data_set import PricingMarketDataSet


class PricingMarketDataSetBinding(MarketsMetaTable):
    """One concept of a market-data set, bound to the data node that serves it."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    market_data_set_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(PricingMarketDataSet.uid, ondelete="CASCADE"),
        comment="Set that the binding is part of; deleting it deletes the binding.",
    )
    concept_key: Mapped[Str128] = mapped_column(
        index=True, comment="Kind of data that is bound; once in each set."
    )
    data_node_uid: Mapped[uuid.UUID] = mapped_column(
        index=True, comment="Data node on the platform; not enforced by a foreign key."
    )
    storage_table_identifier: Mapped[Str255 | None] = mapped_column(
        comment="Table that the data node stores into; NULL where not recorded."
    )
    source: Mapped[Str255 | None] = mapped_column(
        comment="Where the binding comes from; NULL where not recorded."
    )
    # SQLAlchemy keeps the attribute name `metadata` for itself.
    metadata_: Mapped[Json | None] = mapped_column("metadata", comment=FURTHER_ATTRIBUTES)

    __table_args__ = (Index(None, "market_data_set_uid", "concept_key", unique=True),)
