"""Reaching the platform: a quick probe before the SDK's long retries, and its refusals as ours."""

import logging
import socket
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import SplitResult, urlsplit

from msm.errors import (
    EndpointChangedError,
    GitContextError,
    PlatformError,
    PlatformRefusedError,
    PlatformUnreachableError,
)
from msm.errors.commands import EXEC
from msm.sdk import (
    ApiError,
    CodeRepositoryContextError,
    TransportError,
    configured_endpoint,
    platform_endpoint,
)

__all__ = ["check_alive", "probe", "quiet_sdk", "refusal", "refusals_of"]

# The SDK retries for minutes, and prints thousands of lines while it does. A probe that ends within
# two seconds comes first.
PROBE_TIMEOUT = 1.5
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
PORTS = {"http": 80, "https": 443}

_lock = threading.Lock()
_watched: dict[str, socket.socket] = {}


def probe() -> None:
    """Check within two seconds that a platform answers at the endpoint.

    A platform on this machine has to answer a request: a process that was stopped with SIGSTOP
    still accepts connections.

    Raises:
        EndpointChangedError: the environment names another platform than the SDK sends to.
        PlatformUnreachableError: nothing answers, or the endpoint is not a URL.
    """
    endpoint, configured = platform_endpoint(), configured_endpoint()
    if configured != endpoint:
        raise EndpointChangedError(
            f"MAINSEQUENCE_ENDPOINT is {configured} now, but this process sends every request to "
            f"{endpoint}, which the SDK read when it was imported; start a new process for "
            f"{configured}, or set MAINSEQUENCE_ENDPOINT back to {endpoint}.",
            endpoint=endpoint,
            configured=configured,
        )
    failures: list[Exception] = []
    done = threading.Event()

    def reach() -> None:
        try:
            connection = _connect(endpoint)
            if connection is not None:
                with connection:
                    _ask(connection, urlsplit(endpoint))
        except (OSError, PlatformUnreachableError) as error:
            failures.append(error)
        done.set()

    # In a thread, because a name lookup knows no timeout, and because each address of a host gets
    # a timeout of its own.
    threading.Thread(target=reach, daemon=True).start()
    if not done.wait(PROBE_TIMEOUT):
        failures.append(TimeoutError(f"no answer within {PROBE_TIMEOUT} seconds"))
    for failure in failures:
        if isinstance(failure, PlatformUnreachableError):
            raise failure
        raise _unreachable(endpoint, failure) from failure


def check_alive() -> None:
    """Check, in microseconds, that a platform on this machine still runs; skip all others.

    A local platform is often stopped or killed. For a hosted one the SDK's retries are right. The
    check looks at an idle connection that it keeps for this purpose: it breaks with the platform.

    Raises:
        PlatformUnreachableError: the endpoint is on this machine and nothing listens there.
    """
    endpoint = platform_endpoint()
    if urlsplit(endpoint).hostname not in LOOPBACK:
        return
    with _lock:
        watched = _watched.get(endpoint)
        if watched is not None and _is_open(watched):
            return
        if watched is not None:
            _watched.pop(endpoint).close()
        connection = _connect(endpoint)
        if connection is not None:
            connection.setblocking(False)
            _watched[endpoint] = connection


def _is_open(connection: socket.socket) -> bool:
    try:
        return bool(connection.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return True
    except OSError:
        return False


def _connect(endpoint: str) -> socket.socket | None:
    """A connection to the endpoint; None where only a proxy reaches it."""
    try:
        parts = urlsplit(endpoint)
        host, port = _address(parts)
    except ValueError as error:
        raise PlatformUnreachableError(
            f"MAINSEQUENCE_ENDPOINT is {endpoint!r}, not a URL such as http://127.0.0.1:8000; "
            f"correct it, or run this under the local platform with `{EXEC}`.",
            endpoint=endpoint,
        ) from error
    # Behind a proxy only the proxy can tell whether the platform answers. The SDK asks it.
    if parts.scheme in urllib.request.getproxies() and not urllib.request.proxy_bypass(host):
        return None
    try:
        return socket.create_connection((host, port), timeout=PROBE_TIMEOUT)
    except (OSError, UnicodeError) as error:
        raise _unreachable(endpoint, error) from error


def _address(endpoint: SplitResult) -> tuple[str, int]:
    if endpoint.hostname is None or endpoint.scheme not in PORTS:
        raise ValueError("It has no scheme or no host.")
    return endpoint.hostname, endpoint.port or PORTS[endpoint.scheme]


def _ask(connection: socket.socket, endpoint: SplitResult) -> None:
    """Wait for the first byte of any answer of a platform on this machine.

    Raises:
        OSError: no answer came.
    """
    if endpoint.hostname not in LOOPBACK or endpoint.scheme != "http":
        return
    connection.sendall(f"HEAD / HTTP/1.0\r\nHost: {endpoint.netloc}\r\n\r\n".encode())
    if not connection.recv(1):
        raise ConnectionError("it closed the connection")


def _unreachable(endpoint: str, error: Exception) -> PlatformUnreachableError:
    return PlatformUnreachableError(
        f"No platform answers at {endpoint} ({error}); start the local one and run this under it "
        f"with `{EXEC}`, or set MAINSEQUENCE_ENDPOINT to the hosted one.",
        endpoint=endpoint,
    )


@contextmanager
def refusals_of(what: str) -> Iterator[None]:
    """Translate what the SDK raises inside the block into one error of ours, with its cause.

    Args:
        what: the request, to complete "The platform refused ...".

    Raises:
        GitContextError: the SDK cannot tell which repository branch this process belongs to.
        PlatformRefusedError: the platform answered with an error.
        PlatformUnreachableError: the platform did not answer.
    """
    try:
        yield
    except CodeRepositoryContextError as error:
        if isinstance(error.__cause__, ApiError):
            raise refusal(what, error.__cause__) from error
        raise GitContextError(
            "The platform cannot tell which repository branch this is "
            f"({str(error).rstrip('.')}); run it from a clone with a commit, a branch checked out "
            f"and a remote, or under `{EXEC}`.",
            endpoint=platform_endpoint(),
        ) from error
    except ApiError as error:
        raise refusal(what, error) from error


def refusal(what: str, error: ApiError) -> PlatformError:
    """Translate one answer that the SDK raised as an error.

    Args:
        what: the request, to complete "The platform refused ...".
        error: what the SDK raised.
    """
    endpoint = platform_endpoint()
    status, detail = error.status_code, error.args[0]
    if isinstance(error, TransportError):
        return PlatformUnreachableError(
            f"The platform at {endpoint} did not answer {what}, though the SDK asked several "
            "times; try later, or check MAINSEQUENCE_ENDPOINT.",
            endpoint=endpoint,
        )
    if status in {401, 403}:
        message = (
            f"The platform at {endpoint} does not accept the token in MAINSEQUENCE_ACCESS_TOKEN "
            f"({status}: {detail}); run this under `{EXEC}` of this checkout, "
            "or log in to the hosted platform with `mainsequence login`."
        )
    else:
        message = f"The platform at {endpoint} refused {what} ({status}): {detail}"
    return PlatformRefusedError(message, endpoint=endpoint, status_code=status, detail=detail)


class _OtherThreads(logging.Filter):
    """Passes what other threads log, and what is critical."""

    def __init__(self) -> None:
        super().__init__()
        self.thread = threading.get_ident()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is logged."""
        return record.thread != self.thread or record.levelno >= logging.CRITICAL


@contextmanager
def quiet_sdk() -> Iterator[None]:
    """Keep the SDK from logging, with a traceback, what the block raises as one sentence."""
    logger = logging.getLogger("mainsequence")
    mute = _OtherThreads()
    logger.addFilter(mute)
    try:
        yield
    finally:
        logger.removeFilter(mute)
