"""A platform inside this process: the application under uvicorn, in a thread of its own."""

import secrets
import socket
import threading
import time
from types import TracebackType
from typing import Self

import uvicorn
from fastapi import FastAPI

from msm_local.api.app import AppConfig, create_app
from msm_local.errors import StartFailedError
from msm_local.system.ports import bind_first_free

__all__ = ["LocalPlatform", "uvicorn_config"]

START_SECONDS = 30.0


def uvicorn_config(app: FastAPI) -> uvicorn.Config:
    """How every platform is served: quietly, on h11, with a bounded shutdown."""
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        http="h11",
        ws="none",
        lifespan="on",
        # A client that reuses a connection in the moment it is closed sees a reset: rarely, so.
        timeout_keep_alive=75,
        timeout_graceful_shutdown=5,
    )


class LocalPlatform:
    """A platform on any database, for as long as the context lasts; for tests and tools.

    Args:
        database_url: logs in as the role that owns the database (``Cluster.platform_url``).
        runtime_password: password of the runtime role; platforms that share a database, or
            copies of one, share it too.
    """

    def __init__(self, database_url: str, *, runtime_password: str | None = None) -> None:
        self._socket = bind_first_free()
        self.port: int = self._socket.getsockname()[1]
        self.token = secrets.token_urlsafe(32)
        self.endpoint = f"http://127.0.0.1:{self.port}"
        config = AppConfig(
            database_url=database_url,
            runtime_password=runtime_password or secrets.token_urlsafe(24),
            token=self.token,
            port=self.port,
        )
        self._server = uvicorn.Server(uvicorn_config(create_app(config)))
        self._thread = threading.Thread(
            target=_serve, args=(self._server, self._socket), name="msm-local", daemon=True
        )

    def environment(self) -> dict[str, str]:
        """What the SDK reads to find this platform."""
        return {
            "MAINSEQUENCE_ENDPOINT": self.endpoint,
            "MAINSEQUENCE_ACCESS_TOKEN": self.token,
            "MAINSEQUENCE_AUTH_MODE": "jwt",
        }

    def __enter__(self) -> Self:
        self._thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise StartFailedError("The platform did not start; its log says why.")
            time.sleep(0.005)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()


def _serve(server: uvicorn.Server, listener: socket.socket) -> None:
    server.run(sockets=[listener])
