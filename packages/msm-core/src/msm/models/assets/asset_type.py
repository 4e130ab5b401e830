"""Asset types: the kinds of instrument that assets are sorted into."""

from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.descriptions import (
    FREE_TEXT,
    FURTHER_ATTRIBUTES,
    OPTIONAL_DISPLAY_NAME,
    SURROGATE_KEY,
)
from msm.types import Json, Str64, Str255, TextStr, UuidKey


class AssetType(MarketsMetaTable):
    """One kind of asset, such as bonds or currency pairs."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    asset_type: Mapped[Str64] = mapped_column(
        index=True, unique=True, comment="Business key; assets name their type by it."
    )
    display_name: Mapped[Str255 | None] = mapped_column(index=True, comment=OPTIONAL_DISPLAY_NAME)
    description: Mapped[TextStr | None] = mapped_column(comment=FREE_TEXT)
    metadata_json: Mapped[Json | None] = mapped_column(comment=FURTHER_ATTRIBUTES)
