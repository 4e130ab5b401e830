"""A platform inside this process: the application under uvicorn, in a thread of its own."""

import secrets
import socket
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from starlette.types import ASGIApp

from msm_local.api.app import AppConfig, create_app, open_database
from msm_local.api.endpoints.dependencies import Platform
from msm_local.api.serving import serving
from msm_local.database.bootstrap import prepare_database
from msm_local.instances.variables import platform_variables
from msm_local.system.ports import bind_first_free

__all__ = ["LocalPlatform"]


class LocalPlatform:
    """A platform on any database, for as long as the context lasts; for tests and tools.

    Args:
        database_url: logs in as the role that owns the database (``Cluster.platform_url``).
        runtime_password: password of the runtime role; platforms that share a database, or
            copies of one, share it too.
        listener: the socket to serve at, which the platform closes; None for any free port.
        token: what every request has to carry; None for a new one.
        window: answers the pages of the window; None for a platform without one.
    """

    def __init__(
        self,
        database_url: str,
        *,
        runtime_password: str | None = None,
        listener: socket.socket | None = None,
        token: str | None = None,
        window: ASGIApp | None = None,
    ) -> None:
        self._database_url = database_url
        self._window = window
        self._runtime_password = runtime_password or secrets.token_urlsafe(24)
        # It listens from now on: the endpoint is known before the start, and the port is taken.
        self._socket = listener or bind_first_free()
        self._cleanup = ExitStack()
        self.port: int = self._socket.getsockname()[1]
        self.token = token or secrets.token_urlsafe(32)
        self.endpoint = f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """What an SDK of either generation reads to find this platform."""
        return platform_variables(self.endpoint, self.token)

    def __enter__(self) -> Self:
        """Prepare the database and start the server.

        Raises:
            DatabaseSetupError: roles or catalog cannot be created in the database.
            StartFailedError: the server does not start.
        """
        with ExitStack() as cleanup:
            cleanup.callback(self._socket.close)
            self._config = self._prepare(self._database_url)
            self._app = create_app(self._config, self._window)
            self._app.state.server = cleanup.enter_context(serving(self._app, self._socket))
            self._cleanup = cleanup.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._cleanup.close()

    def open(self, database_url: str) -> Platform:
        """Open another database, of the same settings, to exchange it for the current one later.

        Raises:
            DatabaseSetupError: it cannot be prepared.
        """
        return open_database(database_url, self._prepare(database_url))

    def exchange(self, opened: Platform) -> Platform:
        """Answer every later request from a database that ``open`` returned.

        Returns:
            The database until now, for ``close_database``; requests that run use it to their end.
        """
        previous: Platform = self._app.state.platform
        self._app.state.platform = opened
        return previous

    def _prepare(self, database_url: str) -> AppConfig:
        return AppConfig(
            database_url=database_url,
            runtime_password=self._runtime_password,
            settings=prepare_database(database_url, self._runtime_password),
            token=self.token,
            port=self.port,
        )
