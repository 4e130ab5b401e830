"""Issuers: the companies and governments that issue securities."""

from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.descriptions import DISPLAY_NAME, FURTHER_ATTRIBUTES, SURROGATE_KEY
from msm.types import Json, Str255, UuidKey


class Issuer(MarketsMetaTable):
    """One issuer of securities, such as a company or a government."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    unique_identifier: Mapped[Str255] = mapped_column(
        index=True, unique=True, comment="Business key of the issuer."
    )
    display_name: Mapped[Str255] = mapped_column(index=True, comment=DISPLAY_NAME)
    metadata_json: Mapped[Json | None] = mapped_column(comment=FURTHER_ATTRIBUTES)
