"""A proxy between the SDK and a platform, which handles each request as a test wants."""

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

import httpx

from msm_local.instances.variables import platform_variables
from msm_local.platform import LocalPlatform

__all__ = ["Gateway"]

HEADERS = ("Authorization", "Content-Type", "X-MetaTables-Local-Token")

type Meet = Callable[[str, str], int | None]


class Gateway(ThreadingHTTPServer):
    """Forwards every request to a platform, unless a test decides otherwise.

    Args:
        platform: where requests go.
        meet: called with method and path of a request before it is forwarded; returns None, or
            the status to answer with instead of the platform.

    Attributes:
        answers: the path of every request that was forwarded, and what the platform answered.
    """

    daemon_threads = True

    def __init__(self, platform: LocalPlatform, meet: Meet) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.endpoint = f"http://127.0.0.1:{self.server_port}"
        self.answers: list[tuple[str, bytes]] = []
        self.meet = meet
        self.platform = platform
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), name="gateway")

    def environment(self) -> dict[str, str]:
        """What an SDK of either generation reads to find the platform through this."""
        return platform_variables(self.endpoint, self.platform.token)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Gateway

    def do_GET(self) -> None:
        self._pass_on()

    def do_POST(self) -> None:
        self._pass_on()

    def do_DELETE(self) -> None:
        self._pass_on()

    def log_message(self, format: str, *values: object) -> None:  # noqa: A002 - its name there
        """Print nothing: tests read standard error."""

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status = self.server.meet(self.command, self.path)
        if status is not None:
            self._answer(status, json.dumps({"detail": "The gateway says no."}).encode())
            return
        kept = {name: self.headers[name] for name in HEADERS if name in self.headers}
        url = f"{self.server.platform.endpoint}{self.path}"
        answer = httpx.request(self.command, url, content=body, headers=kept, timeout=60)
        self.server.answers.append((self.path, answer.content))
        self._answer(answer.status_code, answer.content)

    def _answer(self, status: int, content: bytes) -> None:
        # The client may have been killed by now.
        with suppress(ConnectionError):
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
