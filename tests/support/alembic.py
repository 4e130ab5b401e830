"""Alembic on our provider without the platform, for tests of revisions alone."""

from alembic.config import Config
from psycopg import Connection
from sqlalchemy import URL

from migrations import migration
from msm.sdk import alembic_config_for_provider

__all__ = ["config_for", "url_of"]


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


def config_for(url: URL) -> Config:
    """An Alembic configuration as the SDK makes it, without an owner role."""
    config: Config = alembic_config_for_provider(
        migration, sqlalchemy_url=url.render_as_string(hide_password=False)
    )
    return config
