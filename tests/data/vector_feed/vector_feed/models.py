"""The tables, on the bases of the SDK."""

import datetime
import uuid
from decimal import Decimal

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Numeric,
    PrimaryKeyConstraint,
    String,
    Text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from msm.sdk import PlatformManagedMetaTable, PlatformTimeIndexMetaTable


class Base(DeclarativeBase):
    """The metadata of the project."""


class Source(PlatformManagedMetaTable, Base):  # type: ignore[misc]
    """One provider of price vectors."""

    __tablename__ = "vector_feed__source"
    __metatable_namespace__ = "vector-feed"
    __metatable_identifier__ = "vector_feed.Source"

    uid: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4)
    name: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    note: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        PrimaryKeyConstraint("uid", name="source_pkey"),
        CheckConstraint("kind IN ('vendor', 'own')", name="ck_source_kind"),
        Index("source_name_idx", "name"),
    )


class VectorPrices(PlatformTimeIndexMetaTable, Base):  # type: ignore[misc]
    """The price of one asset at one time."""

    __tablename__ = "vector_feed__vector_prices"
    __metatable_namespace__ = "vector-feed"
    __metatable_identifier__ = "vector_feed.vector_prices"
    __time_index_name__ = "time_index"
    __index_names__ = ("time_index", "asset_identifier")

    time_index: Mapped[datetime.datetime] = mapped_column(DateTime(timezone=True))
    asset_identifier: Mapped[str] = mapped_column(String(255))
    source_uid: Mapped[uuid.UUID] = mapped_column(ForeignKey(Source.uid, ondelete="CASCADE"))
    price: Mapped[Decimal] = mapped_column(Numeric(38, 18))

    __table_args__ = (
        Index("uix_vector_prices_grain", "time_index", "asset_identifier", unique=True),
    )
