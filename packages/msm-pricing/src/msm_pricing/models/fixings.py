"""Index fixings: the published values of reference rates."""

import datetime

from sqlalchemy import ForeignKey
from sqlalchemy import Index as TableIndex  # Index is a model of msm.
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsTimeIndexMetaTable
from msm.models import Index
from msm.models.descriptions import INDEX_IDENTIFIER
from msm.types import Str255


class IndexFixingsTS(MarketsTimeIndexMetaTable):
    """One fixing of one index on one day."""

    __identity_dimensions__ = ("index_identifier",)
    __cadence__ = "1d"

    time_index: Mapped[datetime.datetime] = mapped_column(comment="Instant of the fixing.")
    index_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Index.unique_identifier, ondelete="RESTRICT"), comment=INDEX_IDENTIFIER
    )
    rate: Mapped[float | None] = mapped_column(comment="Rate fixed; NULL where none is known.")

    __table_args__ = (TableIndex(None, *__identity_dimensions__, "time_index"),)
