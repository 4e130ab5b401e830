"""How large a request body may be, and how long it may take to arrive."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from msm_local.api.error_handlers import error_response
from msm_local.errors import BodyTooLargeError, RequestError, RequestTooSlowError

__all__ = ["MAX_BYTES", "BodyLimit"]

MAX_BYTES = 64 << 20
BODY_TIMEOUT = 30.0


class BodyLimit:
    """ASGI middleware that reads a whole body before anything else happens.

    So a slow client holds neither a thread nor a database connection.

    Args:
        app: the application.
        max_bytes: size of the largest body.
        timeout: bound on the time a body takes to arrive, in seconds.
        paths: ends of the paths that have the limit; None for all paths.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_bytes: int = MAX_BYTES,
        timeout: float = BODY_TIMEOUT,
        paths: tuple[str, ...] | None = None,
    ) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._timeout = timeout
        self._paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body, or answer why not."""
        if scope["type"] != "http" or not self._applies(scope["path"]):
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self._timeout):
                body = await self._body(receive)
        except TimeoutError:
            slow = RequestTooSlowError(
                f"The body of the request did not arrive within {self._timeout:.0f} s."
            )
            await _refuse(slow, scope, receive, send)
        except BodyTooLargeError as error:
            await _refuse(error, scope, receive, send)
        else:
            if body is not None:
                await self._app(scope, _replay(body, receive), send)

    def _applies(self, path: str) -> bool:
        return self._paths is None or path.endswith(self._paths)

    async def _body(self, receive: Receive) -> bytes | None:
        """The body; None if the client disconnected before its end."""
        parts: list[bytes] = []
        size = 0
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            part = message.get("body", b"")
            size += len(part)
            # A body that is too large is still read to its end: most clients read no answer while
            # they are sending.
            if size <= self._max_bytes:
                parts.append(part)
            more = message.get("more_body", False)
        if size > self._max_bytes:
            raise BodyTooLargeError(
                f"The body of the request has {size} bytes, and the limit is {self._max_bytes}; "
                "send the rows in several operations.",
                limit=self._max_bytes,
            )
        return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        # After the body, the only message left is the end of the connection.
        return messages.pop() if messages else await receive()

    return replayed


async def _refuse(error: RequestError, scope: Scope, receive: Receive, send: Send) -> None:
    await error_response(error, scope["path"])(scope, receive, send)
