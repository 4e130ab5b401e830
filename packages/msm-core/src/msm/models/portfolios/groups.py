"""Portfolio groups: portfolios that are looked at together."""

import uuid

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.descriptions import DISPLAY_NAME, FREE_TEXT, FURTHER_ATTRIBUTES, SURROGATE_KEY
from msm.models.portfolios.portfolio import Portfolio
from msm.types import Json, Str255, TextStr, UuidKey


class PortfolioGroup(MarketsMetaTable):
    """One named group of portfolios."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    unique_identifier: Mapped[Str255] = mapped_column(
        index=True, unique=True, comment="Business key of the group."
    )
    display_name: Mapped[Str255] = mapped_column(index=True, comment=DISPLAY_NAME)
    description: Mapped[TextStr | None] = mapped_column(comment=FREE_TEXT)
    metadata_json: Mapped[Json | None] = mapped_column(comment=FURTHER_ATTRIBUTES)


class PortfolioGroupMembership(MarketsMetaTable):
    """One portfolio's membership in one group; a portfolio may belong to several."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    portfolio_group_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(PortfolioGroup.uid, ondelete="CASCADE"),
        index=True,
        comment="Group that the portfolio is in; the database allows each pair only once.",
    )
    portfolio_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Portfolio.uid, ondelete="CASCADE"),
        index=True,
        comment="Portfolio that is a member; it may be in several groups.",
    )

    __table_args__ = (Index(None, "portfolio_group_uid", "portfolio_uid", unique=True),)
