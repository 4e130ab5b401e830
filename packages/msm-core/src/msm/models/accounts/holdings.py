"""Account holdings: what an account held at a time, as a set and position by position."""

import datetime
import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable, MarketsTimeIndexMetaTable
from msm.models.accounts.account import Account
from msm.models.assets.asset import Asset
from msm.models.descriptions import (
    ASSET_IDENTIFIER,
    FURTHER_ATTRIBUTES,
    OBSERVATION_TIME,
    SURROGATE_KEY,
)
from msm.types import Jsonb, SmallInt, Str255, UuidKey


class AccountHoldingsSet(MarketsMetaTable):
    """One snapshot of everything that one account held at one time."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    account_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Account.uid, ondelete="CASCADE"),
        index=True,
        comment="Account that held the assets; one set for each account and instant.",
    )
    time_index: Mapped[datetime.datetime] = mapped_column(
        index=True, comment="Instant of the snapshot, in UTC when read through msm."
    )
    source_data_node_uid: Mapped[uuid.UUID | None] = mapped_column(
        comment="Data node on the platform that the set came from; not enforced by a foreign key."
    )

    __table_args__ = (Index(None, "account_uid", "time_index", unique=True),)


class AccountHoldingsTS(MarketsTimeIndexMetaTable):
    """One account's position in one asset at one time, as part of a holdings set."""

    __identity_dimensions__ = ("account_uid", "asset_identifier")

    time_index: Mapped[datetime.datetime] = mapped_column(comment=OBSERVATION_TIME)
    account_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Account.uid, ondelete="RESTRICT"),
        comment="Account that held the asset, here by its uid and not by its business key.",
    )
    asset_identifier: Mapped[Str255] = mapped_column(
        ForeignKey(Asset.unique_identifier, ondelete="RESTRICT"), comment=ASSET_IDENTIFIER
    )
    holdings_set_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(AccountHoldingsSet.uid, ondelete="CASCADE"),
        comment="Snapshot that the position is part of; deleting it deletes the position.",
    )
    is_trade_snapshot: Mapped[bool | None] = mapped_column(
        comment="Whether the snapshot belongs to a trade; NULL where not recorded."
    )
    quantity: Mapped[float | None] = mapped_column(
        comment="Units of the asset; direction says whether they are held long or short."
    )
    direction: Mapped[SmallInt] = mapped_column(
        server_default=text("1"), comment="1 for a long position, -1 for a short one."
    )
    target_trade_time: Mapped[datetime.datetime | None] = mapped_column(
        comment="Intended time of trading; NULL where none is set."
    )
    extra_details: Mapped[Jsonb | None] = mapped_column(comment=FURTHER_ATTRIBUTES)

    __table_args__ = (
        # The published token, which has the prefix of the convention in it.
        CheckConstraint("direction IN (1, -1)", name="ck_account_holdings_direction"),
        Index(None, *__identity_dimensions__, "time_index"),
    )
