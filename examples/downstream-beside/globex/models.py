"""The tables of this project. All names begin with ``globex__``."""

import datetime
import uuid

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from msm import MarketsMetaTable, MarketsTimeIndexMetaTable
from msm.models import Asset
from msm.types import Str16, Str255, UuidKey


class GlobexMetaTable(MarketsMetaTable):
    """Base of this project's relational tables."""

    __abstract__ = True
    __application__ = "globex"


class GlobexTimeIndexMetaTable(MarketsTimeIndexMetaTable):
    """Base of this project's time-indexed tables."""

    __abstract__ = True
    __application__ = "globex"


class Rating(GlobexMetaTable):
    """The current letter grade of one asset."""

    uid: Mapped[UuidKey]
    asset_uid: Mapped[uuid.UUID] = mapped_column(ForeignKey(Asset.uid, ondelete="CASCADE"))
    grade: Mapped[Str16] = mapped_column(index=True, comment="From AAA, the best, to D.")

    __table_args__ = (UniqueConstraint("asset_uid"),)


class RatingScoresTS(GlobexTimeIndexMetaTable):
    """The score of one asset at one time; the grade is made from it."""

    __concept__ = "rating_scores"
    __identity_dimensions__ = ("asset_identifier",)

    time_index: Mapped[datetime.datetime]
    asset_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Asset.unique_identifier, ondelete="RESTRICT")
    )
    score: Mapped[float] = mapped_column(comment="From 0, the worst, to 100.")

    __table_args__ = (CheckConstraint("score BETWEEN 0 AND 100", name="score"),)
