"""Assertions about callers: what the ingress of a platform adds to a request that it lets in."""

import threading
import time

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from msm_local.engines.metatables.names import APP_UID, ENVIRONMENT_UID, ISSUER, KEY_ID, USER_UID

__all__ = ["ASSERTION_HEADER", "Signer"]

ASSERTION_HEADER = "x-mainsequence-caller-assertion"
TYPE = "mainsequence-caller-assertion+jwt"
# In seconds; the verifier accepts no longer lifetime.
LIFETIME = 300
RENEWAL = 120


class Signer:
    """Signs that the one user calls, with a lifetime of LIFETIME seconds."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self._lock = threading.Lock()
        self._value = ""
        self._renewal = 0.0

    def assertion(self) -> str:
        """An assertion that is valid for some minutes; a new one every RENEWAL seconds."""
        with self._lock:
            if time.monotonic() >= self._renewal:
                self._value = self._sign(int(time.time()))
                self._renewal = time.monotonic() + RENEWAL
            return self._value

    def _sign(self, now: int) -> str:
        claims = {
            "iss": ISSUER,
            "aud": f"urn:mainsequence:fapi:{APP_UID}",
            "sub": str(USER_UID),
            "resource_release_uid": str(APP_UID),
            "organization_environment_uid": str(ENVIRONMENT_UID),
            "iat": now,
            "nbf": now,
            "exp": now + LIFETIME,
            "is_organization_admin": True,
        }
        return jwt.encode(
            claims, self._key, algorithm="EdDSA", headers={"kid": KEY_ID, "typ": TYPE}
        )
