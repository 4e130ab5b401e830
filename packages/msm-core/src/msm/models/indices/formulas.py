"""Index formulas: versioned definitions of an index, and the series they read."""

import datetime
import uuid

from sqlalchemy import CheckConstraint, ForeignKey, text
from sqlalchemy import Index as TableIndex  # Index is a model of this area.
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.assets.asset import Asset
from msm.models.descriptions import FURTHER_ATTRIBUTES, SURROGATE_KEY
from msm.models.indices.index import Index
from msm.types import Json, Str16, Str32, Str64, Str255, TextStr, UuidKey


class IndexFormulaDefinition(MarketsMetaTable):
    """One version of the formula that an index is computed by."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    index_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Index.uid, ondelete="CASCADE"),
        index=True,
        comment="Index that the formula computes, one version of it in each row.",
    )
    version: Mapped[int] = mapped_column(comment="Positive; once in each index.")
    status: Mapped[Str32] = mapped_column(
        index=True,
        server_default="draft",
        comment="draft, active or retired; an index has at most one active definition.",
    )
    valid_from: Mapped[datetime.datetime] = mapped_column(
        index=True, comment="Instant from which the definition applies; always before valid_to."
    )
    valid_to: Mapped[datetime.datetime | None] = mapped_column(
        comment="After valid_from; NULL while no end is set."
    )
    formula: Mapped[TextStr] = mapped_column(comment="Expression over the inputs.")
    alignment_policy: Mapped[Str16] = mapped_column(
        server_default="exact",
        comment="exact joins inputs of the same time; asof takes the latest of each up to then.",
    )
    alignment_parameters_json: Mapped[Json | None] = mapped_column(
        comment="Parameters of alignment_policy, as a JSON object; NULL for none."
    )
    missing_data_policy: Mapped[Str16] = mapped_column(
        server_default="drop",
        comment="drop leaves out a time at which an input is missing; fail refuses it.",
    )
    definition_hash: Mapped[Str64] = mapped_column(
        comment="Digest of the definition, so that an index has each definition only once."
    )
    metadata_json: Mapped[Json | None] = mapped_column(comment=FURTHER_ATTRIBUTES)

    __table_args__ = (
        CheckConstraint(
            "alignment_policy IN ('exact', 'asof')", name="formula_alignment_policy_valid"
        ),
        CheckConstraint("status IN ('draft', 'active', 'retired')", name="formula_status_valid"),
        CheckConstraint(
            "valid_to IS NULL OR valid_to > valid_from", name="formula_validity_interval_valid"
        ),
        CheckConstraint("version > 0", name="formula_version_positive"),
        CheckConstraint(
            "missing_data_policy IN ('drop', 'fail')", name="formula_missing_data_policy_valid"
        ),
        # At most one active definition of an index, and any number of drafts and retired ones.
        TableIndex(None, "index_uid", unique=True, postgresql_where=text("status = 'active'")),
        TableIndex(None, "index_uid", "definition_hash", unique=True),
        TableIndex(None, "index_uid", "version", unique=True),
    )


class IndexFormulaInput(MarketsMetaTable):
    """One series that a formula definition reads, of an asset or of another index."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    definition_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(IndexFormulaDefinition.uid, ondelete="CASCADE"),
        index=True,
        comment="Formula definition that reads the series; deleting it deletes the input.",
    )
    asset_uid: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey(Asset.uid, ondelete="RESTRICT"),
        index=True,
        comment="Asset that is read; NULL where the input is an index.",
    )
    component_index_uid: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey(Index.uid, ondelete="RESTRICT"),
        index=True,
        comment="Index that is read; NULL where the input is an asset.",
    )
    meta_table_uid: Mapped[uuid.UUID] = mapped_column(
        index=True,
        comment="MetaTable on the platform that is read; not enforced by a foreign key.",
    )
    observable: Mapped[Str255] = mapped_column(
        comment="What is read of the asset or index, by name, such as close."
    )

    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN asset_uid IS NOT NULL THEN 1 ELSE 0 END"
            " + CASE WHEN component_index_uid IS NOT NULL THEN 1 ELSE 0 END) = 1",
            name="formula_input_source_exclusive",
        ),
        # Partial, so that each index holds only the inputs of its own kind.
        TableIndex(
            None,
            "definition_uid",
            "component_index_uid",
            "observable",
            unique=True,
            postgresql_where=text("component_index_uid IS NOT NULL"),
        ),
        TableIndex(
            None,
            "definition_uid",
            "asset_uid",
            "observable",
            unique=True,
            postgresql_where=text("asset_uid IS NOT NULL"),
        ),
    )
