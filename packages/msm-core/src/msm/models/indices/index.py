"""The index: a named market quantity that is observed or computed over time."""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.descriptions import DISPLAY_NAME, FREE_TEXT, FURTHER_ATTRIBUTES, SURROGATE_KEY
from msm.types import Json, Str16, Str32, Str64, Str255, TextStr, UuidKey


class Index(MarketsMetaTable):
    """One market quantity with a value over time, such as a rate, a spread or a benchmark."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    unique_identifier: Mapped[Str255] = mapped_column(
        index=True, unique=True, comment="Business key; index values refer to the index by it."
    )
    index_type: Mapped[Str64] = mapped_column(
        index=True, comment="Key of an index type; not enforced by a foreign key."
    )
    display_name: Mapped[Str255] = mapped_column(index=True, comment=DISPLAY_NAME)
    calculation_method: Mapped[Str16] = mapped_column(
        comment="formula where a formula definition yields the values; custom otherwise."
    )
    value_format: Mapped[Str16] = mapped_column(
        comment="decimal or percent: the form in which values are presented."
    )
    value_suffix: Mapped[Str32 | None] = mapped_column(
        comment="Text that follows a presented value, such as a unit; NULL for none."
    )
    description: Mapped[TextStr | None] = mapped_column(comment=FREE_TEXT)
    metadata_json: Mapped[Json | None] = mapped_column(comment=FURTHER_ATTRIBUTES)

    __table_args__ = (
        CheckConstraint(
            "calculation_method IN ('formula', 'custom')", name="index_calculation_method_valid"
        ),
        CheckConstraint("value_format IN ('decimal', 'percent')", name="index_value_format_valid"),
    )
