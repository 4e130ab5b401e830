"""Reaching the platform: a quick probe before the SDK's long retries, and its refusals as ours."""

import socket
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from msm.errors import GitContextError, PlatformRefusedError, PlatformUnreachableError
from msm.sdk import ApiError, CodeRepositoryContextError, platform_endpoint

__all__ = ["probe", "refusals_of"]

# The SDK itself keeps trying for minutes, and prints thousands of lines while it does.
PROBE_SECONDS = 2.0


def probe() -> None:
    """Check within two seconds that something listens at the platform's endpoint.

    Raises:
        PlatformUnreachableError: nothing does.
    """
    endpoint = str(platform_endpoint())
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    if parts.scheme in urllib.request.getproxies() and not urllib.request.proxy_bypass(host):
        return  # Only the proxy can tell, and the SDK asks it.
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((host, port), timeout=PROBE_SECONDS).close()
    except OSError as error:
        raise PlatformUnreachableError(
            f"No platform answers at {endpoint} ({error}); start the local one and run this under "
            "it with `msm-local exec -- COMMAND`, or set MAINSEQUENCE_ENDPOINT to the hosted one.",
            endpoint=endpoint,
        ) from error


@contextmanager
def refusals_of(what: str) -> Iterator[None]:
    """Turn what the SDK raises inside the block into one error of ours, with the cause attached.

    Args:
        what: what was asked for, to complete "The platform refused ...".

    Raises:
        GitContextError: the SDK cannot tell which repository branch this process belongs to.
        PlatformRefusedError: the platform answered with an error.
    """
    endpoint = str(platform_endpoint())
    try:
        yield
    except CodeRepositoryContextError as error:
        raise GitContextError(
            f"The platform cannot tell which repository branch this is: {error} Run it from a "
            "clone with a remote and a branch checked out, or under `msm-local exec -- COMMAND`.",
            endpoint=endpoint,
        ) from error
    except ApiError as error:
        status, detail = error.status_code, error.args[0]
        raise PlatformRefusedError(
            f"The platform at {endpoint} refused {what} ({status}): {detail}",
            endpoint=endpoint,
            status_code=status,
            detail=detail,
        ) from error
