"""Indexes that a cancelled build has left INVALID, of the tables of the models."""

from collections.abc import Iterator

from sqlalchemy import Connection

from ..hypertables import hypertables
from ..inspection.database import owner_name
from ..inspection.indexes import invalid_indexes
from ..partitions import partitioned_tables
from ..provider import MarketsMigration
from .differences import Difference

__all__ = ["find_invalid"]


def find_invalid(
    connection: Connection, provider: MarketsMigration, owner_role: str | None, *, at_head: bool
) -> Iterator[Difference]:
    """Each of them, with the statement to run by hand, which runs in no transaction.

    Args:
        connection: to the database.
        provider: whose tables are looked at.
        owner_role: the role that owns the tables; None if the platform names none.
        at_head: whether every revision is applied; else a pending one may create the index.
    """
    tables = {model.__tablename__: model.__table__ for model in provider.metatable_models}
    invalid = invalid_indexes(connection)
    split = hypertables(connection) | partitioned_tables(connection) if invalid else frozenset()
    for index, name in invalid.items():
        table = tables.get(name)
        if table is None:
            continue
        known = {item.name for item in (*table.indexes, *table.constraints)}
        statement = "REINDEX INDEX" if at_head and index in known else "DROP INDEX"
        # A table that is split has neither. After the DROP, the check prints the CREATE INDEX.
        how = f"DROP INDEX {index}" if name in split else f"{statement} CONCURRENTLY {index}"
        detail = (
            "a build that did not end left it INVALID, so that no query uses it; run "
            f"`{how}` as {owner_name(owner_role)} first"
        )
        command = provider.check_command if at_head else provider.upgrade_command
        yield Difference("invalid_index", f"{name}.{index}", detail, command)
