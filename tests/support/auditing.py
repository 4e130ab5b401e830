"""Which tables were created in a database, by whom it may be, and how often."""

from typing import Any

import psycopg

__all__ = ["audit", "created"]


def audit(superuser: psycopg.Connection[Any]) -> None:
    """Begin to note every table that is created."""
    superuser.execute("CREATE SCHEMA audit")
    superuser.execute("CREATE TABLE audit.created (name text)")
    superuser.execute(
        "GRANT USAGE ON SCHEMA audit TO PUBLIC; GRANT INSERT ON audit.created TO PUBLIC"
    )
    superuser.execute("""
        CREATE FUNCTION audit.note() RETURNS event_trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO audit.created SELECT object_identity FROM pg_event_trigger_ddl_commands()
            WHERE command_tag = 'CREATE TABLE' AND object_type = 'table';
        END $$
    """)
    superuser.execute("CREATE EVENT TRIGGER note ON ddl_command_end EXECUTE FUNCTION audit.note()")


def created(superuser: psycopg.Connection[Any]) -> list[str]:
    """The tables that were created since, in order."""
    return [name for (name,) in superuser.execute("SELECT name FROM audit.created")]
