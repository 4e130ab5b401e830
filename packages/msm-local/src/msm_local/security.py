"""Who may talk to the platform: holders of its token, by its own name, from its own pages."""

import hmac
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from msm_local.errors import ForbiddenError, RequestError, UnauthorizedError
from msm_local.handlers import error_response

__all__ = ["Gate"]

NAMES = ("127.0.0.1", "localhost", "[::1]")


class Gate:
    """ASGI middleware that lets only rightful requests pass.

    A wrong Host is a web page whose name was rebound to this machine; a wrong Origin is a page
    from elsewhere. Neither gets as far as the token.
    """

    def __init__(self, app: ASGIApp, *, token: str, port: int, name: str) -> None:
        self._app = app
        self._name = name
        self._expected = f"Bearer {token}".encode()
        self._hosts = frozenset(f"{name}:{port}" for name in NAMES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with the reason why not."""
        if scope["type"] == "http":
            fault = self._fault(Headers(scope=scope))
            if fault is not None:
                await error_response(fault)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _fault(self, headers: Headers) -> RequestError | None:
        host = headers.get("host", "").lower()
        if host not in self._hosts:
            return ForbiddenError(f"Host {host!r} is not this platform; see `msm-local status`.")
        origin = headers.get("origin")
        if origin is not None and not self._is_own(origin):
            return ForbiddenError(f"Origin {origin!r} may not talk to this platform.")
        given = headers.get("authorization", "").encode("latin-1")
        if not hmac.compare_digest(given, self._expected):
            fault = "another token than that" if given else "no token, and needs that"
            return UnauthorizedError(
                f"The request has {fault} of {self._name}; `msm-local env`, run there, prints it."
            )
        return None

    def _is_own(self, origin: str) -> bool:
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        return parts.scheme == "http" and parts.netloc.lower() in self._hosts
