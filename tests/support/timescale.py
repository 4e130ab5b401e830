"""A TimescaleDB in the place of the embedded PostgreSQL."""

import os
import secrets
import tempfile
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from msm_local.postgres.cluster import PLATFORM_ROLE, Cluster
from msm_local.repositories import roles

__all__ = ["URL", "TimescaleServer"]

# Read before the tests forget all settings from outside.
URL = os.environ.get("MSM_TIMESCALE_URL", "")


class TimescaleServer(Cluster):
    """A running server, with the role of the platform, which is not a superuser.

    Args:
        url: of a superuser.
    """

    def __init__(self, url: str) -> None:
        super().__init__(Path(tempfile.gettempdir()))
        self._url_given = make_url(url)
        self.port = self._url_given.port or 5432
        self._platform_password = secrets.token_urlsafe(24)

    def start(self) -> None:
        """Give the role of the platform a password of this run."""
        with psycopg.connect(self.admin_url(), autocommit=True) as connection:
            roles.ensure_platform_login(connection, PLATFORM_ROLE, self._platform_password)
            connection.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                    sql.Identifier(PLATFORM_ROLE), sql.Literal(self._platform_password)
                )
            )

    def stop(self) -> None:
        """The server is not ours to stop."""

    def admin_url(self, database: str = "postgres") -> str:
        """A URL that logs in as the superuser."""
        return self._url_given.set(database=database).render_as_string(hide_password=False)

    def platform_url(self, database: str) -> str:
        """A URL that logs in as the platform role."""
        login = self._url_given.set(
            username=PLATFORM_ROLE, password=self._platform_password, database=database
        )
        return login.render_as_string(hide_password=False)
