"""Account groups: accounts that are looked at together."""

from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsMetaTable
from msm.models.descriptions import FREE_TEXT, FURTHER_ATTRIBUTES, SURROGATE_KEY
from msm.types import Json, Str100, TextStr, UuidKey


class AccountGroup(MarketsMetaTable):
    """One group of accounts; an account belongs to one group at most."""

    uid: Mapped[UuidKey] = mapped_column(comment=SURROGATE_KEY)
    group_name: Mapped[Str100 | None] = mapped_column(
        index=True, unique=True, comment="Business key; any number of groups may be unnamed (NULL)."
    )
    group_description: Mapped[TextStr | None] = mapped_column(comment=FREE_TEXT)
    metadata_json: Mapped[Json | None] = mapped_column(comment=FURTHER_ATTRIBUTES)
