"""OpenFIGI details: how the OpenFIGI service describes an asset."""

import uuid

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.assets.asset import Asset
from msm.types import Json, Str12, Str50, Str255, TextStr


class OpenFigiAssetDetails(MarketsMetaTable):
    """One asset's identifiers and classification according to OpenFIGI."""

    asset_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Asset.uid, ondelete="CASCADE"),
        primary_key=True,
        comment="Asset that OpenFIGI describes; the details have the key of their asset.",
    )
    figi: Mapped[Str12 | None] = mapped_column(
        index=True, comment="Financial Instrument Global Identifier of the instrument itself."
    )
    composite: Mapped[Str12 | None] = mapped_column(
        comment="FIGI shared by the listings of one country."
    )
    share_class: Mapped[Str12 | None] = mapped_column(
        comment="FIGI shared by the listings of one share class worldwide."
    )
    isin: Mapped[Str12 | None] = mapped_column(
        index=True, comment="International Securities Identification Number."
    )
    ticker: Mapped[Str50 | None] = mapped_column(
        index=True, comment="Trading symbol in the notation of OpenFIGI; NULL where it gives none."
    )
    name: Mapped[Str255 | None] = mapped_column(
        comment="As OpenFIGI writes it, often the name of the issuer; NULL where it gives none."
    )
    exchange_code: Mapped[Str50 | None] = mapped_column(
        comment="Exchange code of OpenFIGI, such as US or LN; not a MIC."
    )
    security_type: Mapped[Str50 | None] = mapped_column(
        comment="First classification of OpenFIGI, such as Common Stock; NULL where it gives none."
    )
    security_type_2: Mapped[Str50 | None] = mapped_column(
        comment="Second classification of OpenFIGI, beside security_type."
    )
    security_market_sector: Mapped[Str50 | None] = mapped_column(
        comment="Market sector of OpenFIGI, such as Equity or Govt."
    )
    security_description: Mapped[Str255 | None] = mapped_column(
        comment="Short text of OpenFIGI, such as a ticker; NULL where it gives none."
    )
    unique_id: Mapped[Str255 | None] = mapped_column(
        comment="What OpenFIGI returns as uniqueID; not the FIGI."
    )
    unique_id_fut_opt: Mapped[Str255 | None] = mapped_column(
        comment="Unique identifier of OpenFIGI for futures and options."
    )
    # SQLAlchemy keeps the attribute name `metadata` for itself.
    metadata_: Mapped[TextStr | None] = mapped_column(
        "metadata", comment="Note of OpenFIGI, which stands where it cannot show other fields."
    )
    raw_payload: Mapped[Json | None] = mapped_column(comment="Answer of OpenFIGI as received.")
