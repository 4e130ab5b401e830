"""Account targets: the positions that an account should have."""

import datetime
import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable, MarketsTimeIndexMetaTable
from msm.models.accounts.account import Account
from msm.models.accounts.allocation_models import AccountAllocationModel
from msm.models.assets.asset import Asset
from msm.models.descriptions import FURTHER_ATTRIBUTES, OPTIONAL_DISPLAY_NAME, SURROGATE_KEY
from msm.models.portfolios.portfolio import Portfolio
from msm.types import Json, Jsonb, Str32, Str255, UuidKey


class AccountTargetAllocation(MarketsMetaTable):
    """One account's assignment to one allocation model, which its target positions belong to."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    unique_identifier: Mapped[Str255] = mapped_column(
        index=True, unique=True, comment="Business key of the assignment."
    )
    account_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Account.uid, ondelete="CASCADE"),
        index=True,
        comment="Account that is assigned; the database allows it several assignments.",
    )
    account_allocation_model_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(AccountAllocationModel.uid, ondelete="RESTRICT"),
        index=True,
        comment="Plan that the account follows; a plan in use cannot be deleted.",
    )
    display_name: Mapped[Str255 | None] = mapped_column(comment=OPTIONAL_DISPLAY_NAME)
    is_active: Mapped[bool] = mapped_column(
        index=True,
        server_default=text("true"),
        comment="True while the assignment is in use; an account may have several in use.",
    )
    source: Mapped[Str255 | None] = mapped_column(
        comment="Where the assignment comes from; NULL where not recorded."
    )
    metadata_json: Mapped[Json | None] = mapped_column(comment=FURTHER_ATTRIBUTES)


class PositionSet(MarketsMetaTable):
    """One set of target positions, of one target allocation at one time."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    account_target_allocation_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(AccountTargetAllocation.uid, ondelete="CASCADE"),
        index=True,
        comment="Assignment that the targets carry out; it names the account and the model.",
    )
    position_set_time: Mapped[datetime.datetime] = mapped_column(
        index=True, comment="Time of the set, unique within its target allocation."
    )
    source: Mapped[Str255 | None] = mapped_column(
        comment="Where the targets come from; NULL where not recorded."
    )
    metadata_json: Mapped[Json | None] = mapped_column(comment=FURTHER_ATTRIBUTES)

    __table_args__ = (
        Index(None, "account_target_allocation_uid", "position_set_time", unique=True),
    )


class TargetPositionsTS(MarketsTimeIndexMetaTable):
    """One target position of a position set, in one asset or in one portfolio."""

    __identity_dimensions__ = ("position_set_uid", "target_type", "target_uid")

    time_index: Mapped[datetime.datetime] = mapped_column(
        comment="Instant that the target is for, in UTC when read through msm."
    )
    position_set_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(PositionSet.uid, ondelete="CASCADE"),
        comment="Set that the target is part of; deleting it deletes the target.",
    )
    target_type: Mapped[Str32] = mapped_column(comment="asset or portfolio.")
    target_uid: Mapped[uuid.UUID] = mapped_column(
        comment="Equals asset_uid or portfolio_uid, whichever target_type names."
    )
    asset_uid: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey(Asset.uid, ondelete="RESTRICT"),
        index=True,
        comment="NULL where the target is a portfolio.",
    )
    portfolio_uid: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey(Portfolio.uid, ondelete="RESTRICT"),
        index=True,
        comment="NULL where the target is an asset.",
    )
    weight_notional_exposure: Mapped[float | None] = mapped_column(
        comment="Target exposure as a weight; one of the three measures is set, the others NULL."
    )
    constant_notional_exposure: Mapped[float | None] = mapped_column(
        comment="Target exposure as a fixed notional amount; NULL where another measure is set."
    )
    single_asset_quantity: Mapped[float | None] = mapped_column(
        comment="Target as units of the asset; NULL where another measure is set."
    )
    metadata_json: Mapped[Jsonb | None] = mapped_column(comment=FURTHER_ATTRIBUTES)

    # The published tokens, which have the prefix of the convention in them.
    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN weight_notional_exposure IS NOT NULL THEN 1 ELSE 0 END)"
            " + (CASE WHEN constant_notional_exposure IS NOT NULL THEN 1 ELSE 0 END)"
            " + (CASE WHEN single_asset_quantity IS NOT NULL THEN 1 ELSE 0 END) = 1",
            name="ck_target_positions_single_exposure",
        ),
        # The unique index needs one column for both kinds of target (target_uid), and foreign keys
        # need one for each kind.
        CheckConstraint(
            "(target_type = 'asset' AND asset_uid IS NOT NULL AND portfolio_uid IS NULL"
            " AND target_uid = asset_uid)"
            " OR (target_type = 'portfolio' AND portfolio_uid IS NOT NULL AND asset_uid IS NULL"
            " AND target_uid = portfolio_uid)",
            name="ck_target_positions_target_reference",
        ),
        CheckConstraint(
            "target_type IN ('asset', 'portfolio')", name="ck_target_positions_target_type"
        ),
        # The unique index begins with the time; this one finds the targets of a set.
        Index(None, "position_set_uid", "target_type", "target_uid"),
        Index(None, *__identity_dimensions__, "time_index"),
    )
