"""Dataset availability: which datasets hold values of an index, and of which time."""

import datetime
import uuid

from sqlalchemy import CheckConstraint, ForeignKey, func
from sqlalchemy import Index as TableIndex  # Index is a model of this area.
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.descriptions import SURROGATE_KEY
from msm.models.indices.index import Index
from msm.types import Str32, Str128, Str255, Str1024, UuidKey


class IndexDatasetAvailability(MarketsMetaTable):
    """One dataset that may hold values of one index, with what was last found in it."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    index_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Index.uid, ondelete="CASCADE"),
        comment="Index that the dataset may hold values of; one row for each index and dataset.",
    )
    meta_table_uid: Mapped[Str255] = mapped_column(
        comment="Key of the MetaTable on the platform, as text; not enforced by a foreign key."
    )
    cadence: Mapped[Str32] = mapped_column(
        comment="Declared spacing of the observations, such as 1d."
    )
    population_state: Mapped[Str32] = mapped_column(
        comment="populated, compatible_empty (no rows) or unavailable (not known, see error_code)."
    )
    row_count: Mapped[int | None] = mapped_column(
        comment="Rows of the index in the dataset; NULL when unavailable."
    )
    earliest_time_index: Mapped[datetime.datetime | None] = mapped_column(
        comment="NULL when empty or unavailable."
    )
    latest_time_index: Mapped[datetime.datetime | None] = mapped_column(
        comment="NULL when empty or unavailable."
    )
    reconciled_at: Mapped[datetime.datetime] = mapped_column(
        server_default=func.now(),
        comment="When this row was last brought in line with the dataset.",
    )
    error_code: Mapped[Str128 | None] = mapped_column(
        comment="Why the dataset is unavailable; NULL in the other states."
    )
    error_message: Mapped[Str1024 | None] = mapped_column(
        comment="Explanation of the error code; NULL in the other states."
    )

    __table_args__ = (
        # A count, a time range and an error are only valid in the state that they belong to.
        CheckConstraint(
            "(population_state = 'populated' AND row_count > 0"
            " AND error_code IS NULL AND error_message IS NULL)"
            " OR (population_state = 'compatible_empty' AND row_count = 0"
            " AND earliest_time_index IS NULL AND latest_time_index IS NULL"
            " AND error_code IS NULL AND error_message IS NULL)"
            " OR (population_state = 'unavailable' AND row_count IS NULL"
            " AND earliest_time_index IS NULL AND latest_time_index IS NULL)",
            name="dataset_population_state_coherent",
        ),
        TableIndex(None, "index_uid", "population_state", "cadence"),
        TableIndex(None, "population_state", "cadence", "index_uid"),
        TableIndex(None, "index_uid", "meta_table_uid", unique=True),
    )
