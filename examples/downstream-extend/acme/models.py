"""The tables of this project. All names begin with ``acme__``."""

import datetime
import uuid

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from msm import MarketsMetaTable, MarketsTimeIndexMetaTable
from msm.models import Asset
from msm.types import Str16, Str255, UuidKey


class AcmeMetaTable(MarketsMetaTable):
    """Base of this project's relational tables."""

    __abstract__ = True
    __application__ = "acme"


class AcmeTimeIndexMetaTable(MarketsTimeIndexMetaTable):
    """Base of this project's time-indexed tables."""

    __abstract__ = True
    __application__ = "acme"


class Quote(AcmeMetaTable):
    """One asset as one venue quotes it."""

    uid: Mapped[UuidKey]
    asset_uid: Mapped[uuid.UUID] = mapped_column(ForeignKey(Asset.uid, ondelete="RESTRICT"))
    venue: Mapped[Str16] = mapped_column(comment="Market identifier code of the venue (ISO 10383).")

    __table_args__ = (UniqueConstraint("asset_uid", "venue"),)


class QuoteTicksTS(AcmeTimeIndexMetaTable):
    """One asset's best bid and ask at one time, over all venues."""

    __concept__ = "quote_ticks"
    __identity_dimensions__ = ("asset_identifier",)

    time_index: Mapped[datetime.datetime]
    asset_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Asset.unique_identifier, ondelete="RESTRICT")
    )
    bid: Mapped[float] = mapped_column(comment="Best price to sell at, in the asset's currency.")
    ask: Mapped[float] = mapped_column(comment="Best price to buy at, in the asset's currency.")

    __table_args__ = (CheckConstraint("ask >= bid", name="spread"),)
