"""Tables of the models that the role of a migration may not change, as another role owns them."""

from collections.abc import Iterator

from sqlalchemy import Connection

from ..inspection.database import owner_name
from ..inspection.owners import change_owner, foreign_owners
from ..provider import MarketsMigration
from .differences import Difference

__all__ = ["find_owned_by_others"]


def find_owned_by_others(
    connection: Connection, provider: MarketsMigration, owner_role: str | None
) -> Iterator[Difference]:
    """Each of them, with the statement that an administrator runs.

    Args:
        connection: as the role of a migration.
        provider: whose tables are looked at.
        owner_role: the role that should own the tables; None if the platform names none.
    """
    own = {model.__tablename__ for model in provider.metatable_models}
    for table, owner in foreign_owners(connection).items():
        if table in own:
            statement = change_owner(table, owner_name(owner_role))
            detail = (
                f"it belongs to {owner}, and the role of a migration may not change it; let an "
                f"administrator run `{statement}`, which does the same to the chunks of a "
                "hypertable"
            )
            yield Difference("other_owner", table, detail, provider.check_command)
