"""Asset categories: named groupings of assets."""

import uuid

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.assets.asset import Asset
from msm.types import Json, Str255, TextStr, UuidKey


class AssetCategory(MarketsMetaTable):
    """One named grouping of assets, such as a sector or an investable universe."""

    uid: Mapped[UuidKey]
    unique_identifier: Mapped[Str255] = mapped_column(
        index=True, unique=True, comment="Business key of the category."
    )
    display_name: Mapped[Str255] = mapped_column(index=True)
    description: Mapped[TextStr | None]
    metadata_json: Mapped[Json | None]


class AssetCategoryMembership(MarketsMetaTable):
    """One asset's membership in one category; an asset may belong to several."""

    uid: Mapped[UuidKey]
    category_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(AssetCategory.uid, ondelete="CASCADE")
    )
    asset_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Asset.uid, ondelete="CASCADE"), index=True
    )

    __table_args__ = (Index(None, "category_uid", "asset_uid", unique=True),)
