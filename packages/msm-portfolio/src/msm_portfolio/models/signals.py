"""Signal weights: what a signal would hold."""

import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsTimeIndexMetaTable
from msm.models import Asset, SignalMetadata
from msm.models.descriptions import ASSET_IDENTIFIER, OBSERVATION_TIME
from msm.types import Str255


class SignalWeightsTS(MarketsTimeIndexMetaTable):
    """One asset's weight in one signal at one time."""

    __identity_dimensions__ = ("signal_uid", "asset_identifier")

    time_index: Mapped[datetime.datetime] = mapped_column(comment=OBSERVATION_TIME)
    signal_uid: Mapped[Str255] = mapped_column(
        ForeignKey(SignalMetadata.signal_uid, ondelete="RESTRICT"),
        comment="Business key of the signal; text, and not the uid of its row.",
    )
    asset_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Asset.unique_identifier, ondelete="RESTRICT"), comment=ASSET_IDENTIFIER
    )
    signal_weight: Mapped[float | None] = mapped_column(
        comment="Weight that the signal wants, before any rebalance carries it out."
    )

    __table_args__ = (Index(None, *__identity_dimensions__, "time_index"),)
