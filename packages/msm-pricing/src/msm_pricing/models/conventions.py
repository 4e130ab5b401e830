"""Index conventions: how the rates of an index are quoted and accrued."""

import uuid

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models import Index
from msm.models.descriptions import DUMP_FORMAT, FURTHER_ATTRIBUTES
from msm.types import Json, Str64, Str128, Str255


class IndexConventionDetails(MarketsMetaTable):
    """One index's market conventions, in the form that a pricing library reads."""

    index_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Index.uid, ondelete="CASCADE"),
        primary_key=True,
        comment="Index that follows the conventions; they have the key of their index.",
    )
    index_family: Mapped[Str64] = mapped_column(
        index=True,
        comment="Group of the index, such as all tenors of one rate; no set of values is enforced.",
    )
    convention_dump: Mapped[Json] = mapped_column(
        comment="The conventions, serialized as serialization_format says."
    )
    serialization_format: Mapped[Str128] = mapped_column(comment=DUMP_FORMAT)
    source: Mapped[Str255 | None] = mapped_column(
        index=True, comment="Where the conventions were taken from; NULL where not recorded."
    )
    # SQLAlchemy keeps the attribute name `metadata` for itself.
    metadata_: Mapped[Json | None] = mapped_column("metadata", comment=FURTHER_ATTRIBUTES)
