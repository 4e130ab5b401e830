"""Portfolio groups: portfolios that are looked at together."""

import uuid

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.portfolios.portfolio import Portfolio
from msm.types import Json, Str255, TextStr, UuidKey


class PortfolioGroup(MarketsMetaTable):
    """One named group of portfolios."""

    uid: Mapped[UuidKey]
    unique_identifier: Mapped[Str255] = mapped_column(
        index=True, unique=True, comment="Business key of the group."
    )
    display_name: Mapped[Str255] = mapped_column(index=True)
    description: Mapped[TextStr | None]
    metadata_json: Mapped[Json | None]


class PortfolioGroupMembership(MarketsMetaTable):
    """One portfolio's membership in one group; a portfolio may belong to several."""

    uid: Mapped[UuidKey]
    portfolio_group_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(PortfolioGroup.uid, ondelete="CASCADE"), index=True
    )
    portfolio_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Portfolio.uid, ondelete="CASCADE"), index=True
    )

    __table_args__ = (Index(None, "portfolio_group_uid", "portfolio_uid", unique=True),)
