"""Past pricing details: the instruments that assets were priced as over time."""

import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsTimeIndexMetaTable
from msm.models import Asset
from msm.types import Jsonb, Str64, Str128, Str255


class AssetPricingDetailsTS(MarketsTimeIndexMetaTable):
    """One asset's instrument as it was at one time."""

    __identity_dimensions__ = ("asset_identifier",)

    time_index: Mapped[datetime.datetime] = mapped_column(
        comment="Instant that the details date from."
    )
    asset_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Asset.unique_identifier, ondelete="RESTRICT")
    )
    instrument_dump: Mapped[Jsonb] = mapped_column(
        comment="The instrument, serialized as serialization_format says."
    )
    instrument_type: Mapped[Str128]
    serialization_format: Mapped[Str128]
    pricing_package_version: Mapped[Str64 | None] = mapped_column(
        comment="Version of the pricing library that wrote the dump; NULL where not recorded."
    )
    source: Mapped[Str255 | None] = mapped_column(
        comment="Where the details were taken from; NULL where not recorded."
    )
    # SQLAlchemy keeps the attribute name `metadata` for itself.
    metadata_: Mapped[Jsonb | None] = mapped_column("metadata")
