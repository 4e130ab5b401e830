"""Asset categories: named groupings of assets."""

import uuid

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.assets.asset import Asset
from msm.models.descriptions import DISPLAY_NAME, FREE_TEXT, FURTHER_ATTRIBUTES, SURROGATE_KEY
from msm.types import Json, Str255, TextStr, UuidKey


class AssetCategory(MarketsMetaTable):
    """One named grouping of assets, such as a sector or an investable universe."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    unique_identifier: Mapped[Str255] = mapped_column(
        index=True, unique=True, comment="Business key of the category."
    )
    display_name: Mapped[Str255] = mapped_column(index=True, comment=DISPLAY_NAME)
    description: Mapped[TextStr | None] = mapped_column(comment=FREE_TEXT)
    metadata_json: Mapped[Json | None] = mapped_column(comment=FURTHER_ATTRIBUTES)


class AssetCategoryMembership(MarketsMetaTable):
    """One asset's membership in one category; an asset may belong to several."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    category_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(AssetCategory.uid, ondelete="CASCADE"),
        comment="Category that the asset is in; the database allows each pair only once.",
    )
    asset_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Asset.uid, ondelete="CASCADE"),
        index=True,
        comment="Asset that is a member; it may be in several categories.",
    )

    __table_args__ = (Index(None, "category_uid", "asset_uid", unique=True),)
