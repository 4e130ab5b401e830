"""Addresses of databases."""

from psycopg import Connection
from sqlalchemy import URL

__all__ = ["url_of"]


def url_of(connection: Connection) -> URL:
    """The SQLAlchemy URL of an open psycopg connection."""
    info = connection.info
    return URL.create(
        "postgresql",
        username=info.user,
        password=info.password,
        host=info.host,
        port=info.port,
        database=info.dbname,
    )
