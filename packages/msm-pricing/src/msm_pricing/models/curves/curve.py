"""The curve: what bindings, building details and daily values refer to."""

from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.descriptions import DISPLAY_NAME, FURTHER_ATTRIBUTES, SURROGATE_KEY
from msm.types import Json, Str16, Str32, Str64, Str255, UuidKey


class Curve(MarketsMetaTable):
    """One curve that instruments are priced with, such as a discount curve of one currency."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    unique_identifier: Mapped[Str255] = mapped_column(
        index=True, unique=True, comment="Business key; curve values refer to the curve by it."
    )
    display_name: Mapped[Str255] = mapped_column(comment=DISPLAY_NAME)
    curve_type: Mapped[Str64] = mapped_column(
        index=True,
        comment="Kind of curve, such as discount; the database enforces no set of values.",
    )
    currency_code: Mapped[Str16 | None] = mapped_column(
        index=True, comment="NULL where the curve belongs to no one currency."
    )
    quote_side: Mapped[Str32 | None] = mapped_column(
        index=True,
        comment="Side of the market, such as bid, ask or mid; NULL where it makes no difference.",
    )
    interpolation_method: Mapped[Str64 | None] = mapped_column(
        comment="How values between nodes are found, such as log_linear; NULL where not recorded."
    )
    compounding: Mapped[Str64 | None] = mapped_column(
        comment="How the rates compound, such as continuous; NULL where not recorded."
    )
    source: Mapped[Str255 | None] = mapped_column(
        index=True, comment="Where the curve comes from; NULL where not recorded."
    )
    status: Mapped[Str32] = mapped_column(
        index=True,
        server_default="ACTIVE",
        comment="ACTIVE unless set otherwise; the database enforces no set of values.",
    )
    # SQLAlchemy keeps the attribute name `metadata` for itself.
    metadata_: Mapped[Json | None] = mapped_column("metadata", comment=FURTHER_ATTRIBUTES)
