"""PostgreSQL as a whole: version, sizes, sessions and locks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from msm_local.repositories.contents.overview import Catalog

__all__ = ["Lock", "Server", "find_locks", "find_unfinished", "read_server"]

SERVER = """
SELECT current_setting('server_version') AS version, pg_postmaster_start_time() AS started,
       current_database()::text AS database, pg_database_size(current_database()) AS size,
       (SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND backend_type = 'client backend') AS sessions,
       current_setting('max_connections')::integer AS max_sessions
"""
# Strong locks on tables, and the advisory locks by which migrations run one at a time. Sessions of
# the window itself are left out.
LOCKS = """
SELECT l.pid, coalesce(nullif(a.application_name, ''), '(no name)') AS application,
       coalesce(a.usename, '')::text AS role,
       CASE l.locktype WHEN 'advisory' THEN 'the lock of a migration or another program'
            ELSE coalesce(l.relation::regclass::text, 'a table') END AS subject,
       CASE l.locktype WHEN 'advisory' THEN 'advisory' ELSE l.mode END AS mode, l.granted,
       pg_blocking_pids(l.pid) AS blockers, coalesce(a.xact_start, a.query_start) AS since
FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.pid <> pg_backend_pid()
  AND (l.locktype = 'advisory' OR NOT l.granted
       OR l.locktype = 'relation' AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock',
          'ExclusiveLock', 'AccessExclusiveLock')
          AND l.relation IN (SELECT oid FROM pg_class WHERE relkind IN ('r', 'p')))
ORDER BY l.granted, l.pid, 4
"""
UNFINISHED = """
SELECT format('%I.%I', physical_schema, physical_table_name) FROM {tables}
WHERE provisioning_status = 'reserved' AND {existing}
  AND to_regclass(format('%I.%I', physical_schema, physical_table_name)) IS NOT NULL
ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL server, and the database of the platform in it; ``size`` is in bytes."""

    version: str
    started: datetime
    database: str
    size: int
    sessions: int
    max_sessions: int


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock that a session holds, or waits for.

    Attributes:
        pid: the server process of the session.
        application: the name that its program gave.
        role: its login.
        subject: the table, or what else is locked.
        mode: as PostgreSQL names it.
        granted: whether it has the lock.
        blockers: the sessions that it waits for.
        since: when its transaction began.
    """

    pid: int
    application: str
    role: str
    subject: str
    mode: str
    granted: bool
    blockers: list[int]
    since: datetime | None


def read_server(connection: Connection[Any]) -> Server:
    """The server of this connection."""
    with connection.cursor(row_factory=class_row(Server)) as cursor:
        [server] = cursor.execute(SERVER).fetchall()
    return server


def find_locks(connection: Connection[Any]) -> list[Lock]:
    """The locks that keep others waiting, or may do so; those that are waited for first."""
    with connection.cursor(row_factory=class_row(Lock)) as cursor:
        return cursor.execute(LOCKS).fetchall()


def find_unfinished(connection: Connection[Any], catalog: Catalog) -> list[str]:
    """Tables that PostgreSQL has, and that no migration has finalized in the catalog."""
    return [str(name) for (name,) in connection.execute(catalog.query(UNFINISHED))]
