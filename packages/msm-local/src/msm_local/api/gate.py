"""Who may call the platform: only with its token, under its own name, from its own pages.

The pages of the window also take the cookie that ``msm-local open`` leads to.
"""

import binascii
import hmac
from base64 import b64decode
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from msm_local.api.error_handlers import error_response
from msm_local.api.login import LOGIN_PATH, STATIC_PATH, answer_login, refusal_page
from msm_local.api.sessions import Sessions
from msm_local.contract.paths import API_ROOT, METATABLES_ROOT, WINDOW_ROOT
from msm_local.errors import ForbiddenError, RequestError, UnauthorizedError

__all__ = ["Gate"]

NAMES = ("127.0.0.1", "localhost", "[::1]")
# A browser can only ask for a password, so these pages, and no others, accept the token as one.
PAGES = frozenset(
    f"{root}/{page}" for root in (API_ROOT, METATABLES_ROOT) for page in ("docs/", "openapi.json")
)
# Generation 2 sends the token of a local platform in a header of its own.
LOCAL_TOKEN = "x-metatables-local-token"  # noqa: S105 - the name of the header
# Methods that change nothing; a browser need not send the Origin with them.
SAFE = frozenset({"GET", "HEAD"})
CHALLENGE = 'Basic realm="msm-local: any name, and the token as password", charset="UTF-8"'


class Gate:
    """ASGI middleware that refuses requests without the token, or from foreign web pages.

    Args:
        app: what is behind it.
        token: what every request must carry.
        port: the port of the server, part of the accepted Host names.
        name: how a request with a wrong token is told which platform it reached.
        metatables_root: the path below which the header of generation 2 may have the token.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        token: str,
        port: int,
        name: str,
        metatables_root: str = METATABLES_ROOT,
    ) -> None:
        self._app = app
        self._metatables_root = metatables_root
        self._name = name
        self._token = token.encode()
        self._hosts = frozenset(f"{name}:{port}" for name in NAMES)
        self._sessions = Sessions(self._token, port)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer why not."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            refusal = self._foreign(headers)
            if refusal is None and scope["path"].startswith(f"{WINDOW_ROOT}/"):
                page = self._window_page(headers, scope)
                await (page or self._app)(scope, receive, send)
                return
            refusal = refusal or self._untrusted(headers, scope["path"])
            if refusal is not None:
                answer = error_response(refusal, scope["path"])
                if scope["path"] in PAGES and isinstance(refusal, UnauthorizedError):
                    answer.headers["WWW-Authenticate"] = CHALLENGE
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _window_page(self, headers: Headers, scope: Scope) -> Response | None:
        """What a browser sees instead of a page of the window; None if it may see the page."""
        trusted = self._untrusted(headers, scope["path"]) is None
        if scope["path"] == LOGIN_PATH:
            return answer_login(self._sessions, scope, trusted=trusted)
        if trusted or scope["path"].startswith(STATIC_PATH):
            return None
        if not self._sessions.accept(headers.get("cookie", "")):
            return refusal_page()
        if scope["method"] not in SAFE and "origin" not in headers:
            return refusal_page("The request does not say which page it comes from.")
        return None

    def _foreign(self, headers: Headers) -> RequestError | None:
        # A foreign Host is a web page whose domain was pointed at this machine (DNS rebinding), and
        # a foreign Origin is a page of another site. A browser may know the token as a password, so
        # both are refused before the token is compared.
        host = headers.get("host", "").lower()
        if host not in self._hosts:
            return ForbiddenError(
                f"The Host {host!r} is not this platform; use the endpoint that `msm-local status` "
                "prints."
            )
        origin = headers.get("origin")
        if origin is not None and not self._is_own(origin):
            return ForbiddenError(f"Pages of the Origin {origin!r} may not call this platform.")
        return None

    def _untrusted(self, headers: Headers, path: str) -> RequestError | None:
        given = headers.get("authorization", "")
        if path.startswith(f"{self._metatables_root}/"):
            local = headers.get(LOCAL_TOKEN, "")
            given = f"Bearer {local}" if local else given
        # In constant time: how long an answer takes must not tell how much of a token is right.
        if not hmac.compare_digest(_token(given, path), self._token):
            problem = "a wrong token" if given else "no token"
            return UnauthorizedError(
                f"The request has {problem} for {self._name}; run `msm-local env` there, which "
                "prints it."
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
        # Headers are decoded as Latin-1: this gives back the bytes that were sent.
        return credential.encode("latin-1")
    if scheme == "Basic" and path in PAGES:
        try:
            return b64decode(credential, validate=True).partition(b":")[2]
        except (binascii.Error, ValueError):
            return b""
    return b""
