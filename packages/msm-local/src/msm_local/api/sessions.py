"""Who may look at the window: a one-time code becomes a cookie of this instance."""

import hashlib
import hmac
import secrets
import threading
import time
from http.cookies import CookieError, SimpleCookie

from msm_local.contract.paths import WINDOW_ROOT

__all__ = ["Sessions"]

# In seconds.
CODE_LIFETIME = 300
COOKIE_LIFETIME = 7 * 24 * 3600


class Sessions:
    """Codes and cookies of one instance.

    A cookie is signed with the token, so that it outlives a restart, and ends with a new token.

    Args:
        token: the token of the instance.
        port: its port. Browsers send a cookie to every port of a host, so its name has the port.
    """

    def __init__(self, token: bytes, port: int) -> None:
        self._token = token
        self.cookie_name = f"msm_local_{port}"
        self._lock = threading.Lock()
        self._codes: dict[str, float] = {}

    def new_code(self) -> str:
        """A code that works once, within CODE_LIFETIME seconds."""
        code = secrets.token_urlsafe(24)
        now = time.monotonic()
        with self._lock:
            self._codes = {old: end for old, end in self._codes.items() if end > now}
            self._codes[code] = now + CODE_LIFETIME
        return code

    def redeem(self, code: str) -> str | None:
        """The Set-Cookie header for a code; None if it was used, is too old, or is unknown."""
        with self._lock:
            end = self._codes.pop(code, 0.0)
        if end <= time.monotonic():
            return None
        expires = int(time.time()) + COOKIE_LIFETIME
        return (
            f"{self.cookie_name}={expires}.{self._signature(expires)}; Path={WINDOW_ROOT}; "
            f"Max-Age={COOKIE_LIFETIME}; HttpOnly; SameSite=Strict"
        )

    def accept(self, header: str) -> bool:
        """Whether a Cookie header has a cookie of this instance that has not expired."""
        try:
            cookie = SimpleCookie(header).get(self.cookie_name)
        except CookieError:
            return False
        if cookie is None:
            return False
        expires, _, signature = cookie.value.partition(".")
        if not expires.isdecimal() or not expires.isascii() or int(expires) <= time.time():
            return False
        # In constant time, as the token.
        return hmac.compare_digest(self._signature(int(expires)).encode(), signature.encode())

    def _signature(self, expires: int) -> str:
        text = f"{self.cookie_name} {expires}".encode()
        return hmac.new(self._token, text, hashlib.sha256).hexdigest()
