"""The databases of a server, and the sessions in them: for a superuser's autocommit connection."""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection, sql

__all__ = [
    "comment",
    "create",
    "drop",
    "end_sessions",
    "find_clients",
    "find_commented",
    "find_half_dropped",
    "find_names",
    "find_sessions",
    "is_last",
    "lock",
    "publish_template",
    "swap",
]

# PostgreSQL marks a database with it before it deletes its files.
DROPPED = -2
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
    """The names of the databases, oldest first, without those that are half dropped."""
    query = "SELECT datname FROM pg_database WHERE datconnlimit <> %s ORDER BY oid"
    return [name for (name,) in connection.execute(query, [DROPPED])]


def find_half_dropped(connection: Connection[Any]) -> list[str]:
    """The databases whose DROP was interrupted: all that can be done is to drop them again."""
    rows = connection.execute("SELECT datname FROM pg_database WHERE datconnlimit = %s", [DROPPED])
    return [name for (name,) in rows]


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


def comment(connection: Connection[Any], name: str, text: str | None) -> None:
    """Give a database a comment; None removes the one that it has."""
    connection.execute(
        sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(text))
    )


def find_commented(connection: Connection[Any], text: str) -> list[str]:
    """The names of the databases with this comment."""
    query = "SELECT datname FROM pg_database WHERE shobj_description(oid, 'pg_database') = %s"
    return [name for (name,) in connection.execute(query, [text])]


def publish_template(connection: Connection[Any], built: str, name: str) -> None:
    """Close a database to connections and give it its final name, both in one transaction."""
    # PostgreSQL clones only a database without sessions, so nothing may connect to a template.
    # A closed database under its old name could not be cleaned up: that needs a connection to it.
    names = (sql.Identifier(built), sql.Identifier(name))
    with connection.transaction():
        connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(names[0]))
        connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*names))


def lock(connection: Connection[Any], name: str, *, shared: bool = False) -> None:
    """Wait for a lock of the server, and keep it until the connection ends.

    Args:
        connection: an autocommit connection to the database that all who share the lock use.
        name: of the lock.
        shared: whether others may share it.
    """
    function = "pg_advisory_lock_shared" if shared else "pg_advisory_lock"
    connection.execute(f"SELECT {function}(hashtext(%s))".encode(), [name])


def is_last(connection: Connection[Any], name: str) -> bool:
    """Whether nobody else shares a lock; then others wait until the connection ends.

    Args:
        connection: shares the lock, and no longer does so afterwards.
        name: of the lock.
    """
    connection.execute("SELECT pg_advisory_unlock_shared(hashtext(%s))", [name])
    row = connection.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [name]).fetchone()
    return row == (True,)


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
