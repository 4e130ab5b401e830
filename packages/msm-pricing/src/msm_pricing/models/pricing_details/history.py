"""Past pricing details: the instruments that assets were priced as over time."""

import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsTimeIndexMetaTable
from msm.models import Asset
from msm.models.descriptions import ASSET_IDENTIFIER, DUMP_FORMAT, FURTHER_ATTRIBUTES
from msm.types import Jsonb, Str64, Str128, Str255


class AssetPricingDetailsTS(MarketsTimeIndexMetaTable):
    """One asset's instrument as it was at one time."""

    __identity_dimensions__ = ("asset_identifier",)

    time_index: Mapped[datetime.datetime] = mapped_column(
        comment="Instant that the details date from."
    )
    asset_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Asset.unique_identifier, ondelete="RESTRICT"), comment=ASSET_IDENTIFIER
    )
    instrument_dump: Mapped[Jsonb] = mapped_column(
        comment="The instrument, serialized as serialization_format says."
    )
    instrument_type: Mapped[Str128] = mapped_column(
        comment="Kind of instrument in instrument_dump; the database enforces no set of values."
    )
    serialization_format: Mapped[Str128] = mapped_column(comment=DUMP_FORMAT)
    pricing_package_version: Mapped[Str64 | None] = mapped_column(
        comment="Version of the pricing library that wrote the dump; NULL where not recorded."
    )
    source: Mapped[Str255 | None] = mapped_column(
        comment="Where the details were taken from; NULL where not recorded."
    )
    # SQLAlchemy keeps the attribute name `metadata` for itself.
    metadata_: Mapped[Jsonb | None] = mapped_column("metadata", comment=FURTHER_ATTRIBUTES)

    __table_args__ = (Index(None, *__identity_dimensions__, "time_index"),)
