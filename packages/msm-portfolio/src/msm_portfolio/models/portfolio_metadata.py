"""Portfolio metadata: what a portfolio is, in words."""

from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.descriptions import FREE_TEXT, SURROGATE_KEY
from msm.types import Str255, TextStr, UuidKey


class PortfolioMetadata(MarketsMetaTable):
    """One portfolio's description, kept apart from the portfolio itself."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    unique_identifier: Mapped[Str255] = mapped_column(
        index=True,
        unique=True,
        comment="Business key of what is described; no foreign key ties it to a portfolio.",
    )
    description: Mapped[TextStr | None] = mapped_column(comment=FREE_TEXT)
