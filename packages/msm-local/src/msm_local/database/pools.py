"""The connection pools of a platform, and the one place that commits."""

import select
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection
from psycopg_pool import ConnectionPool, PoolTimeout

from msm_local.database.bootstrap import runtime_conninfo
from msm_local.database.values import register_result_loaders
from msm_local.errors import DatabaseUnavailableError
from msm_local.repositories.settings import Settings

__all__ = ["POOLS", "Database"]

# Application names, by which our sessions are told apart from those of clients.
PLATFORM_POOL = "msm-local platform"
HEALTH_POOL = "msm-local health"
RUNTIME_POOL = "msm-local runtime"
POOLS = (PLATFORM_POOL, HEALTH_POOL, RUNTIME_POOL)

POOL_SIZE = 8
POOL_TIMEOUT = 10.0
CONNECT_TIMEOUT = "5"

# Without these, a few requests that wait for a lock would hold all connections of the catalog.
PLATFORM_SETTINGS = {"lock_timeout": "10s", "statement_timeout": "60s"}
# A role or database on the user's own server may have other values. With the first one off, a text
# that our parser reads as one literal can be two for the server, with a function call in between.
RUNTIME_SETTINGS = {
    "standard_conforming_strings": "on",
    "search_path": "public",
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    # A SELECT of generation 2 is read through a cursor. PostgreSQL plans a cursor to give its first
    # tenth early; an answer takes all of it.
    "cursor_tuple_fraction": "1",
}


class Database:
    """One database with its pools: catalog, operations, and one connection for its health.

    Args:
        database_url: logs in as the platform role.
        runtime_password: password of the runtime role.
        settings: what ``prepare_database`` returned for this database.
    """

    def __init__(self, database_url: str, runtime_password: str, settings: Settings) -> None:
        self.url = database_url
        self.settings = settings
        self._platform = _pool(database_url, PLATFORM_POOL, _configure_platform)
        # A connection of its own: otherwise a platform whose connections are all busy would look as
        # if PostgreSQL did not answer.
        self._health = _pool(database_url, HEALTH_POOL, _configure_platform, size=1)
        # A login as the runtime role. After SET ROLE from a stronger one, a statement could go back
        # to it with set_config('role', ...).
        self._runtime = _pool(
            runtime_conninfo(database_url, settings, runtime_password),
            RUNTIME_POOL,
            _configure_runtime,
        )

    def close(self) -> None:
        """Close all connections."""
        for pool in (self._platform, self._health, self._runtime):
            pool.close()

    @contextmanager
    def transaction(self) -> Iterator[Connection[Any]]:
        """A transaction of the platform role: committed at the end, rolled back on an error.

        Endpoints enter it themselves; it is not a dependency of FastAPI. A dependency waits for its
        connection in one thread and ends in another: under load, those that wait would hold all
        the threads that the others need to finish.
        """
        with _available(self._platform) as connection:
            yield connection

    @contextmanager
    def health_transaction(self) -> Iterator[Connection[Any]]:
        """A transaction of the platform role, on the connection for health."""
        with _available(self._health) as connection:
            yield connection

    @contextmanager
    def runtime_transaction(self) -> Iterator[Connection[Any]]:
        """A transaction of the runtime role: committed at the end, rolled back on an error."""
        with _available(self._runtime) as connection:
            yield connection

    def forget_plans(self) -> None:
        """Replace the connections of operations: their prepared plans fail on changed tables."""
        self._runtime.drain()


def _pool(
    conninfo: str,
    name: str,
    configure: Callable[[Connection[Any]], None],
    *,
    size: int = POOL_SIZE,
) -> ConnectionPool[Connection[Any]]:
    def check_alive(connection: Connection[Any]) -> None:
        # The server sends nothing on an idle connection, so anything to read means that it ended.
        # A query would cost every request a round trip.
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
        if poll.poll(0):
            # libpq has not noticed yet, so the pool would take the connection back and offer it
            # again. What ended this session has probably ended the others too: replace them all.
            pool.drain()
            raise psycopg.OperationalError("the server has closed the connection")

    pool = ConnectionPool(
        conninfo,
        kwargs={
            "application_name": name,
            "connect_timeout": CONNECT_TIMEOUT,
            "client_encoding": "utf8",
        },
        min_size=1,
        max_size=size,
        timeout=POOL_TIMEOUT,
        configure=configure,
        check=check_alive,
        name=name,
        num_workers=1,
        open=False,
    )
    pool.open()
    return pool


@contextmanager
def _available(pool: ConnectionPool[Connection[Any]]) -> Iterator[Connection[Any]]:
    try:
        with pool.connection() as connection:
            yield connection
    except PoolTimeout as error:
        raise DatabaseUnavailableError(
            f"No database connection became free within {POOL_TIMEOUT:.0f} s: PostgreSQL is down "
            "or too busy; see `msm-local status`."
        ) from error
    except psycopg.OperationalError as error:
        # With a SQLSTATE the server answered. Without one, or with one of these classes (connection
        # exception, shutdown), the connection is lost.
        if error.sqlstate is not None and not error.sqlstate.startswith(("08", "57P")):
            raise
        raise DatabaseUnavailableError(
            "The connection to PostgreSQL was lost; see `msm-local status`, and run `msm-local "
            "start` if the platform has stopped."
        ) from error


def _configure_platform(connection: Connection[Any]) -> None:
    _set(connection, PLATFORM_SETTINGS)


def _configure_runtime(connection: Connection[Any]) -> None:
    _set(connection, RUNTIME_SETTINGS)
    register_result_loaders(connection)


def _set(connection: Connection[Any], settings: Mapping[str, str]) -> None:
    query = (
        "SELECT set_config(name, value, false) FROM unnest(%s::text[], %s::text[]) s (name, value)"
    )
    connection.execute(query, [list(settings), list(settings.values())])
    # The pool refuses a new connection that is inside a transaction.
    connection.commit()
