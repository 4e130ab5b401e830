"""The databases of a server, and the sessions in them: for a superuser's autocommit connection."""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection, sql

__all__ = [
    "create",
    "drop",
    "end_sessions",
    "find_clients",
    "find_names",
    "find_sessions",
    "lock",
    "publish_template",
    "swap",
]

CLIENTS = """
SELECT coalesce(nullif(application_name, ''), 'unnamed') || ' (pid ' || pid || ')'
FROM pg_stat_activity
WHERE datname = %s AND backend_type = 'client backend' AND application_name <> ALL(%s)
ORDER BY pid
"""
SESSIONS = """
SELECT coalesce(nullif(application_name, ''), backend_type) || ' (pid ' || pid || ')'
FROM pg_stat_activity WHERE datname = ANY(%s) ORDER BY pid
"""
END_SESSIONS = "SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity WHERE datname = ANY(%s)"


def find_names(connection: Connection[Any]) -> list[str]:
    """The names of all databases, oldest first."""
    return [name for (name,) in connection.execute("SELECT datname FROM pg_database ORDER BY oid")]


def create(
    connection: Connection[Any], name: str, *, owner: str, template: str, copy_files: bool
) -> None:
    """Make a database as a copy of ``template``, in files or through the write-ahead log."""
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY {}").format(
            sql.Identifier(name),
            sql.Identifier(owner),
            sql.Identifier(template),
            sql.Identifier("file_copy" if copy_files else "wal_log"),
        )
    )


def drop(connection: Connection[Any], name: str, *, wait: bool = True) -> None:
    """Drop a database and end the sessions in it; nothing happens if it does not exist.

    Args:
        connection: a superuser's; closed right afterwards if ``wait`` is False.
        name: of the database.
        wait: False only sends the statement, and PostgreSQL finishes it alone: before it drops a
            database, it writes everything to the disk, which can take seconds.
    """
    # FORCE: a session of a client, or of our own pools, would otherwise be an error.
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    if wait:
        connection.execute(statement)
    else:
        connection.pgconn.send_query(statement.as_bytes(connection))


def publish_template(connection: Connection[Any], built: str, name: str) -> None:
    """Close a database to connections and give it its final name, both in one transaction."""
    # PostgreSQL clones only a database without sessions, so nothing may connect to a template.
    # A closed database under its old name could not be cleaned up: that needs a connection to it.
    names = (sql.Identifier(built), sql.Identifier(name))
    with connection.transaction():
        connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(names[0]))
        connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*names))


def lock(connection: Connection[Any], name: str) -> None:
    """Wait for a lock of the server, and keep it until the connection ends."""
    connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])


def swap(connection: Connection[Any], *, current: str, fresh: str, previous: str) -> None:
    """Rename ``current`` to ``previous`` and ``fresh`` to ``current``.

    Raises:
        psycopg.errors.ObjectInUse: a session is in one of them.
    """
    # In one message, and so in one transaction: at no moment is there no ``current``.
    names = (sql.Identifier(name) for name in (current, previous, fresh, current))
    connection.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}; ALTER DATABASE {} RENAME TO {}").format(*names)
    )


def find_clients(connection: Connection[Any], database: str, own: Sequence[str]) -> list[str]:
    """The client sessions in a database, by application and pid.

    Args:
        connection: a superuser's.
        database: its name.
        own: application names of the platform's own sessions, which reconnect by themselves.
    """
    return [str(client) for (client,) in connection.execute(CLIENTS, [database, list(own)])]


def find_sessions(connection: Connection[Any], databases: Sequence[str]) -> list[str]:
    """All sessions in these databases, background workers included, by application and pid."""
    return [str(session) for (session,) in connection.execute(SESSIONS, [list(databases)])]


def end_sessions(connection: Connection[Any], databases: Sequence[str], timeout_ms: int) -> None:
    """End all sessions in these databases, and wait for each at most ``timeout_ms``."""
    connection.execute(END_SESSIONS, [timeout_ms, list(databases)])
