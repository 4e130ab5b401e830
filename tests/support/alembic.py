"""Alembic on our provider without the platform, for tests of revisions alone."""

from alembic.config import Config
from psycopg import Connection
from sqlalchemy import URL, Engine, create_engine
from sqlalchemy.pool import NullPool

from migrations import migration
from migrations.run.connections import application_name
from msm.sdk.migrations import alembic_config_for_provider
from tests.support.urls import url_of

__all__ = ["config_for", "engine_of"]


def config_for(url: URL) -> Config:
    """An Alembic configuration as the SDK makes it, without an owner role."""
    config: Config = alembic_config_for_provider(
        migration, sqlalchemy_url=url.render_as_string(hide_password=False)
    )
    return config


def engine_of(database: Connection) -> Engine:
    """An engine for the database of an open connection, whose sessions look like a migration's."""
    named = {"application_name": application_name()}
    return create_engine(url_of(database), poolclass=NullPool, connect_args=named)
