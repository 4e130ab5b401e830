"""What the SDK reads from the environment once: its endpoint, and the token of its requests."""

import os

from mainsequence.client import utils
from mainsequence.client.base import BaseObjectOrm
from mainsequence.client.utils import JWTAuthProvider
from mainsequence.defaults import resolve_backend_endpoint

__all__ = ["TOKEN_VARIABLE", "has_other_token", "read_environment_again"]

TOKEN_VARIABLE = "MAINSEQUENCE_ACCESS_TOKEN"  # noqa: S105 - its name, not its value


def has_other_token() -> bool:
    """Whether the environment has another token than the one that the SDK sends."""
    provider = utils.loaders.provider
    # The SDK makes it for its first request. It writes a token that it renews to the environment.
    if not isinstance(provider, JWTAuthProvider):
        return False
    return (provider.access_token or "") != os.environ.get(TOKEN_VARIABLE, "")


def read_environment_again() -> None:
    """Have the SDK take its endpoint and its token from the environment as it is now."""
    utils.set_mainsequence_endpoint(resolve_backend_endpoint())
    BaseObjectOrm.ROOT_URL = utils.API_ENDPOINT
    utils.loaders.clear_auth()
    utils.session.headers.pop("Authorization", None)
    utils.session.cookies.clear()
