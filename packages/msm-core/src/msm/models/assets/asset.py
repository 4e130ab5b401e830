"""The asset, which most other tables refer to."""

from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.descriptions import SURROGATE_KEY
from msm.types import Str64, Str255, UuidKey


class Asset(MarketsMetaTable):
    """One tradable or reference instrument, known everywhere by its unique identifier."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    unique_identifier: Mapped[Str255] = mapped_column(
        index=True, unique=True, comment="Business key; time series refer to the asset by it."
    )
    asset_type: Mapped[Str64 | None] = mapped_column(
        index=True, comment="Key of an asset type; not enforced, so that types can arrive later."
    )
