"""The session of ``mainsequence-metatable``, of which only headers and settings are used."""

import os
from functools import lru_cache

import requests
from metatables.models import MetaTable

__all__ = ["LOCAL_TOKEN_VARIABLE", "sdk_session"]

LOCAL_TOKEN_VARIABLE = "METATABLES_LOCAL_TOKEN"  # noqa: S105 - its name, not its value


def sdk_session() -> requests.Session:
    """The session of the SDK for the platform that the environment names."""
    token = os.environ.get(LOCAL_TOKEN_VARIABLE)
    # For a local platform the SDK makes one each time, which takes a twentieth of reading a row.
    return _new_session() if token is None else _session_with(token)


@lru_cache(maxsize=1)
def _session_with(_token: str) -> requests.Session:
    return _new_session()


def _new_session() -> requests.Session:
    session: requests.Session = MetaTable.build_session()
    return session
