"""The account: where assets are held and orders are placed."""

import uuid

from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.accounts.groups import AccountGroup
from msm.models.descriptions import DISPLAY_NAME, FURTHER_ATTRIBUTES, SURROGATE_KEY
from msm.types import Json, Str255, UuidKey


class Account(MarketsMetaTable):
    """One account that holds assets, on paper or with real money."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    unique_identifier: Mapped[Str255] = mapped_column(
        index=True,
        unique=True,
        comment="Business key; orders and trades refer to the account by it.",
    )
    account_name: Mapped[Str255] = mapped_column(index=True, comment=DISPLAY_NAME)
    is_paper: Mapped[bool] = mapped_column(
        server_default=text("true"), comment="True for simulated trading, without real money."
    )
    account_is_active: Mapped[bool] = mapped_column(
        index=True,
        server_default=text("false"),
        comment="True where the account is in use; false unless set otherwise.",
    )
    account_group_uid: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey(AccountGroup.uid, ondelete="SET NULL"),
        index=True,
        comment="NULL for an account in no group.",
    )
    holdings_data_node_uid: Mapped[uuid.UUID | None] = mapped_column(
        comment="Data node of the holdings on the platform; not enforced by a foreign key."
    )
    metadata_json: Mapped[Json | None] = mapped_column(comment=FURTHER_ATTRIBUTES)
