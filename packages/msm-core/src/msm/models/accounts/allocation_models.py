"""Allocation models: the plans by which accounts are invested."""

from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.descriptions import FREE_TEXT, FURTHER_ATTRIBUTES, SURROGATE_KEY
from msm.types import Json, Str100, TextStr, UuidKey


class AccountAllocationModel(MarketsMetaTable):
    """One plan for investing accounts, which several accounts may follow."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    allocation_model_name: Mapped[Str100] = mapped_column(
        index=True, unique=True, comment="Business key of the model."
    )
    allocation_model_description: Mapped[TextStr | None] = mapped_column(comment=FREE_TEXT)
    metadata_json: Mapped[Json | None] = mapped_column(comment=FURTHER_ATTRIBUTES)
