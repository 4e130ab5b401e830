"""Discount curves: the daily values of curves."""

import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsTimeIndexMetaTable
from msm.models.descriptions import FURTHER_ATTRIBUTES
from msm.types import Jsonb, Str255, TextStr
from msm_pricing.models.curves.curve import Curve


class DiscountCurvesTS(MarketsTimeIndexMetaTable):
    """One curve as it stood on one day."""

    __identity_dimensions__ = ("curve_identifier",)
    __cadence__ = "1d"

    time_index: Mapped[datetime.datetime] = mapped_column(
        comment="Instant of the observation, in UTC when read through msm; curves are daily."
    )
    curve_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Curve.unique_identifier, ondelete="RESTRICT"),
        comment="Business key of the curve: its unique_identifier, not its uid.",
    )
    curve: Mapped[str] = mapped_column(comment="The curve itself, serialized as text.")
    key_nodes: Mapped[TextStr | None] = mapped_column(
        comment="Nodes that the curve was built on, serialized as text; NULL where not recorded."
    )
    metadata_json: Mapped[Jsonb | None] = mapped_column(comment=FURTHER_ATTRIBUTES)

    __table_args__ = (Index(None, *__identity_dimensions__, "time_index"),)
