"""Current pricing details: the instrument that an asset is priced as today."""

import datetime
import uuid

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models import Asset
from msm.models.descriptions import DUMP_FORMAT, FURTHER_ATTRIBUTES
from msm.types import Json, Str64, Str128, Str255


class AssetCurrentPricingDetails(MarketsMetaTable):
    """One asset's current instrument: the terms that a pricing library needs to value it."""

    asset_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Asset.uid, ondelete="CASCADE"),
        primary_key=True,
        comment="Asset that the instrument describes; the details have the key of their asset.",
    )
    instrument_type: Mapped[Str128] = mapped_column(
        index=True,
        comment="Kind of instrument in instrument_dump; the database enforces no set of values.",
    )
    instrument_dump: Mapped[Json] = mapped_column(
        comment="The instrument, serialized as serialization_format says."
    )
    pricing_details_date: Mapped[datetime.datetime] = mapped_column(
        index=True, comment="Instant that the details date from."
    )
    serialization_format: Mapped[Str128] = mapped_column(comment=DUMP_FORMAT)
    pricing_package_version: Mapped[Str64 | None] = mapped_column(
        comment="Version of the pricing library that wrote the dump; NULL where not recorded."
    )
    source: Mapped[Str255 | None] = mapped_column(
        comment="Where the details were taken from; NULL where not recorded."
    )
    # SQLAlchemy keeps the attribute name `metadata` for itself.
    metadata_: Mapped[Json | None] = mapped_column("metadata", comment=FURTHER_ATTRIBUTES)
