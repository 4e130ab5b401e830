"""How the applications of a platform are served."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from msm_local.errors import StartFailedError

__all__ = ["serving", "uvicorn_config"]

START_TIMEOUT = 30.0


def uvicorn_config(app: ASGIApp, certificate: Path | None = None) -> uvicorn.Config:
    """How every platform is served: quietly, on h11, with a bounded shutdown.

    Args:
        app: the application.
        certificate: a file with key and certificate, for HTTPS.
    """
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        http="h11",
        ws="none",
        lifespan="on",
        # Long, because a client that reuses a connection at the moment it is closed gets an error.
        timeout_keep_alive=75,
        timeout_graceful_shutdown=5,
        ssl_certfile=certificate,
    )


@contextmanager
def serving(
    app: ASGIApp, listener: socket.socket, certificate: Path | None = None
) -> Iterator[uvicorn.Server]:
    """Serve the application in a thread, for as long as the context lasts.

    Raises:
        StartFailedError: the server does not start.
    """
    server = uvicorn.Server(uvicorn_config(app, certificate))
    thread = threading.Thread(target=_serve, args=(server, listener), name="msm-local", daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + START_TIMEOUT
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise StartFailedError("The platform did not start; see its log.")
            time.sleep(0.005)
        yield server
    finally:
        server.should_exit = True
        thread.join()


def _serve(server: uvicorn.Server, listener: socket.socket) -> None:
    server.run(sockets=[listener])
