"""Asset types: the kinds of instrument that assets are sorted into."""

from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.types import Json, Str64, Str255, TextStr, UuidKey


class AssetType(MarketsMetaTable):
    """One kind of asset, such as bonds or currency pairs."""

    uid: Mapped[UuidKey]
    asset_type: Mapped[Str64] = mapped_column(
        index=True, unique=True, comment="Business key; assets name their type by it."
    )
    display_name: Mapped[Str255 | None] = mapped_column(index=True)
    description: Mapped[TextStr | None]
    metadata_json: Mapped[Json | None]
