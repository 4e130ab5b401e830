"""Databases of a test's own, made and dropped by the superuser of the session's PostgreSQL.

He alone may end whatever session is left in one; a library that drops as another role fails where
a session of a test is still on its way out, and so do all tests after it.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg
from psycopg import Connection

from msm_local.postgres.cluster import Cluster

__all__ = ["database"]


@contextmanager
def database(cluster: Cluster, name: str, *, template: str | None = None) -> Iterator[Connection]:
    """The platform role's connection to a new database, empty or a copy; both end here."""
    cluster.drop_database(name)
    cluster.create_database(name, template=template)
    try:
        with closing(psycopg.connect(cluster.platform_url(name))) as connection:
            yield connection
    finally:
        cluster.drop_database(name)
