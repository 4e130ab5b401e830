"""Curve building details: how a curve is built from its quotes."""

import uuid

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.descriptions import FURTHER_ATTRIBUTES
from msm.types import Json, Str32, Str64, Str255
from msm_pricing.models.curves.curve import Curve


class CurveBuildingDetails(MarketsMetaTable):
    """One curve's recipe: the conventions and methods that turn its quotes into nodes."""

    curve_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Curve.uid, ondelete="CASCADE"),
        primary_key=True,
        comment="Curve that is built; the details have the key of their curve.",
    )
    builder_type: Mapped[Str64] = mapped_column(
        index=True,
        comment="Kind of builder that turns quotes into nodes; no set of values is enforced.",
    )
    quote_convention: Mapped[Str64] = mapped_column(
        index=True, comment="What the input quotes mean."
    )
    rate_unit: Mapped[Str32] = mapped_column(comment="Unit that the input rates are quoted in.")
    day_counter_code: Mapped[Str64] = mapped_column(
        comment="Day count that turns dates into year fractions."
    )
    calendar_code: Mapped[Str64] = mapped_column(
        comment="Holiday calendar of the builder; no foreign key ties it to a calendar."
    )
    interpolation_method: Mapped[Str64] = mapped_column(
        comment="How values between nodes are found, such as log_linear; any text is accepted."
    )
    compounding: Mapped[Str64] = mapped_column(
        comment="How the rates compound, such as continuous; no set of values is enforced."
    )
    compounding_frequency: Mapped[Str64 | None] = mapped_column(
        comment="How often the rates compound; NULL where the compounding needs no frequency."
    )
    extrapolation_policy: Mapped[Str64] = mapped_column(
        comment="How values beyond the nodes are found or refused; no set of values is enforced."
    )
    bootstrap_method: Mapped[Str64 | None] = mapped_column(
        comment="How the nodes are solved from the quotes; NULL where not recorded."
    )
    builder_payload: Mapped[Json | None] = mapped_column(
        comment="Further parameters of the builder; NULL where it has none."
    )
    source: Mapped[Str255 | None] = mapped_column(
        index=True, comment="Where the details were taken from; NULL where not recorded."
    )
    # SQLAlchemy keeps the attribute name `metadata` for itself.
    metadata_: Mapped[Json | None] = mapped_column("metadata", comment=FURTHER_ATTRIBUTES)
