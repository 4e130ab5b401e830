"""Tables that the role of a migration may not alter."""

from sqlalchemy import Connection, text

from ..provider import SCHEMA

__all__ = ["change_owner", "foreign_owners"]

OWNERS = text("""
    SELECT relname, pg_get_userbyid(relowner) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
      AND NOT pg_has_role(relowner, 'USAGE')
""")


def foreign_owners(connection: Connection) -> dict[str, str]:
    """The owner of each table that the current role may not alter, by the name of the table."""
    return {str(table): str(owner) for table, owner in connection.execute(OWNERS)}


def change_owner(table: str, owner: str) -> str:
    """The statement that gives a table to a role."""
    return f"ALTER TABLE {SCHEMA}.{table} OWNER TO {owner}"
