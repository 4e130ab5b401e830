"""A PostgreSQL that somebody else runs, in the place of an embedded cluster."""

from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote, urlencode

from psycopg.conninfo import conninfo_to_dict

from msm_local.database.libpq import check_url
from msm_local.errors import DatabaseSetupError
from msm_local.postgres.cluster import Cluster

__all__ = ["GivenServer"]


class GivenServer(Cluster):
    """The server of a URL, whose role creates the databases of the tests, and owns them.

    Args:
        url: logs in as a role with CREATEDB and CREATEROLE.
        home: a private folder for logs.

    Raises:
        DatabaseSetupError: the URL cannot be read, or names no user.
    """

    def __init__(self, url: str, home: Path) -> None:
        super().__init__(home)
        check_url(url)
        self._parts = {name: str(value) for name, value in conninfo_to_dict(url).items()}
        if "user" not in self._parts:
            raise DatabaseSetupError(
                "The URL of --msm-database-url names no user; write "
                "postgresql://USER:PASSWORD@HOST:PORT/DATABASE."
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the server as it is: it is not ours."""

    @property
    def platform_role(self) -> str:
        """The role of the URL."""
        return self._parts["user"]

    def _url(self, role: str, database: str) -> str:  # noqa: ARG002 - one role does everything
        parts = dict(self._parts)
        user = quote(parts.pop("user"), safe="")
        password = quote(parts.pop("password", ""), safe="")
        host, port = parts.pop("host", "127.0.0.1"), parts.pop("port", "5432")
        maintenance = parts.pop("dbname", "postgres")
        # Databases are made from a connection to the one that the URL names.
        name = maintenance if database == "postgres" else database
        rest = f"?{urlencode(parts)}" if parts else ""
        return f"postgresql://{user}:{password}@{host}:{port}/{quote(name, safe='')}{rest}"
