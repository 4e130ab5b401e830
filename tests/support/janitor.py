"""Databases of the embedded PostgreSQL, made and dropped by pytest-postgresql's janitor.

It does not import the SDK, which some benchmarks must not have loaded yet.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from pytest_postgresql.janitor import DatabaseJanitor

from msm_local.postgres.cluster import PLATFORM_ROLE, Cluster

__all__ = ["new_database"]

# The janitor retries while it cannot connect, and a test may have killed the server.
CONNECT_TIMEOUT = 10


@contextmanager
def new_database(
    cluster: Cluster, name: str, *, template: str = "template0", owner: str = PLATFORM_ROLE
) -> Iterator[str]:
    """A new database like one of ``Cluster.create_database``; it is dropped in the end.

    Yields:
        Its name.
    """
    admin = conninfo_to_dict(cluster.admin_url())
    janitor = DatabaseJanitor(
        # Only a superuser may end every session. As another role the janitor fails where a session
        # of a test is still leaving, and every later test finds the database still there.
        user=str(admin["user"]),
        password=str(admin["password"]),
        host="127.0.0.1",
        port=str(admin["port"]),
        dbname=name,
        template_dbname=template,
        connection_timeout=CONNECT_TIMEOUT,
    )
    with janitor:
        with janitor.cursor() as cursor:
            # PostgreSQL gives the new database to the role that makes it, the superuser.
            cursor.execute(
                sql.SQL("ALTER DATABASE {} OWNER TO {}").format(
                    sql.Identifier(name), sql.Identifier(owner)
                )
            )
        yield name
