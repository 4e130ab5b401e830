"""Who may talk to the platform: holders of its token, by its own name, from its own pages."""

import binascii
import hmac
from base64 import b64decode
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from msm_local.api.error_handlers import error_response
from msm_local.contract.paths import API_ROOT
from msm_local.errors import ForbiddenError, RequestError, UnauthorizedError

__all__ = ["Gate"]

NAMES = ("127.0.0.1", "localhost", "[::1]")
# A browser can only be asked for a password: there, and only there, the token may be one.
PAGES = frozenset({f"{API_ROOT}/docs/", f"{API_ROOT}/openapi.json"})
CHALLENGE = 'Basic realm="msm-local: any name, and the token as password", charset="UTF-8"'


class Gate:
    """ASGI middleware that lets only rightful requests pass.

    A wrong Host is a web page whose name was rebound to this machine; a wrong Origin is a page
    from elsewhere. Neither gets as far as the token.
    """

    def __init__(self, app: ASGIApp, *, token: str, port: int, name: str) -> None:
        self._app = app
        self._name = name
        self._token = token.encode()
        self._hosts = frozenset(f"{name}:{port}" for name in NAMES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with the reason why not."""
        if scope["type"] == "http":
            fault = self._fault(Headers(scope=scope), scope["path"])
            if fault is not None:
                answer = error_response(fault)
                if scope["path"] in PAGES and isinstance(fault, UnauthorizedError):
                    answer.headers["WWW-Authenticate"] = CHALLENGE
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _fault(self, headers: Headers, path: str) -> RequestError | None:
        host = headers.get("host", "").lower()
        if host not in self._hosts:
            return ForbiddenError(f"Host {host!r} is not this platform; see `msm-local status`.")
        origin = headers.get("origin")
        if origin is not None and not self._is_own(origin):
            return ForbiddenError(f"Origin {origin!r} may not talk to this platform.")
        given = headers.get("authorization", "")
        if not hmac.compare_digest(_token(given, path), self._token):
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


def _token(authorization: str, path: str) -> bytes:
    scheme, _, credential = authorization.partition(" ")
    if scheme == "Bearer":
        return credential.encode("latin-1")
    if scheme == "Basic" and path in PAGES:
        try:
            return b64decode(credential, validate=True).partition(b":")[2]
        except (binascii.Error, ValueError):
            return b""
    return b""
