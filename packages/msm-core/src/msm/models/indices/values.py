"""Index values: the value of an index at a time."""

import datetime
import uuid

from sqlalchemy import ForeignKey
from sqlalchemy import Index as TableIndex  # Index is a model of this area.
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsTimeIndexMetaTable
from msm.models.descriptions import FURTHER_ATTRIBUTES, INDEX_IDENTIFIER, OBSERVATION_TIME
from msm.models.indices.formulas import IndexFormulaDefinition
from msm.models.indices.index import Index
from msm.types import Json, Str32, Str255


class IndexValuesTS(MarketsTimeIndexMetaTable):
    """One index's value at one time, with the definition and the source it comes from."""

    __identity_dimensions__ = ("index_identifier",)

    time_index: Mapped[datetime.datetime] = mapped_column(comment=OBSERVATION_TIME)
    index_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Index.unique_identifier, ondelete="RESTRICT"), comment=INDEX_IDENTIFIER
    )
    value: Mapped[float] = mapped_column(
        comment="In the unit of the index, whose value_format says how it is presented."
    )
    definition_uid: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey(IndexFormulaDefinition.uid, ondelete="RESTRICT"),
        index=True,
        comment="Formula definition that yielded the value; NULL where none did.",
    )
    observation_status: Mapped[Str32 | None] = mapped_column(
        index=True, comment="Quality of the value; the database enforces no set of values."
    )
    source_as_of: Mapped[datetime.datetime | None] = mapped_column(
        comment="Time that the source data stands for; NULL where not recorded."
    )
    metadata_json: Mapped[Json | None] = mapped_column(comment=FURTHER_ATTRIBUTES)

    # The unique index begins with the time; this one reads the history of one index.
    __table_args__ = (TableIndex(None, "index_identifier", "time_index"),)
