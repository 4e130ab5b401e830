"""Signals: what portfolio weights are derived from."""

from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.descriptions import FREE_TEXT, SURROGATE_KEY
from msm.types import Str255, TextStr, UuidKey


class SignalMetadata(MarketsMetaTable):
    """One signal that portfolios take their weights from, and what it does in words."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    signal_uid: Mapped[Str255] = mapped_column(
        index=True,
        unique=True,
        comment="Business key, as text; portfolios and signal weights refer to the signal by it.",
    )
    signal_description: Mapped[TextStr | None] = mapped_column(comment=FREE_TEXT)
