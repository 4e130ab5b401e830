"""Order managers: runs that place the orders of one account."""

import datetime
import uuid

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.accounts.account import Account
from msm.models.descriptions import FURTHER_ATTRIBUTES, SURROGATE_KEY
from msm.types import Json, Str64, Str255, UuidKey


class OrderManager(MarketsMetaTable):
    """One execution run, whose orders bring one account to its target."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    unique_identifier: Mapped[Str255] = mapped_column(
        index=True, unique=True, comment="Business key; orders refer to the run by it."
    )
    target_account_uid: Mapped[uuid.UUID] = mapped_column(
        ForeignKey(Account.uid, ondelete="CASCADE"),
        index=True,
        comment="Account that the orders of the run are for.",
    )
    target_time: Mapped[datetime.datetime] = mapped_column(
        comment="Time of the target that the run works towards."
    )
    order_received_time: Mapped[datetime.datetime | None] = mapped_column(
        comment="Instant at which the run received what to trade; NULL where not recorded."
    )
    execution_end: Mapped[datetime.datetime | None] = mapped_column(
        comment="When the run ended; NULL where it has not, or where not recorded."
    )
    status: Mapped[Str64 | None] = mapped_column(
        index=True, comment="State of the run; the database enforces no set of values."
    )
    metadata_json: Mapped[Json | None] = mapped_column(comment=FURTHER_ATTRIBUTES)
