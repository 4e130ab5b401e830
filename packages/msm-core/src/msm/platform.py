"""Reaching the platform: a quick probe before the SDK's long retries, and its refusals as ours."""

import logging
import socket
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import SplitResult, urlsplit

from msm.errors import (
    GitContextError,
    PlatformError,
    PlatformRefusedError,
    PlatformUnreachableError,
)
from msm.sdk import ApiError, CodeRepositoryContextError, TransportError, platform_endpoint

__all__ = ["check_alive", "probe", "quiet_sdk", "refusal", "refusals_of"]

# The SDK itself keeps trying for minutes, and prints thousands of lines while it does.
PROBE_SECONDS = 1.5
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
PORTS = {"http": 80, "https": 443}

_lock = threading.Lock()
_watched: dict[str, socket.socket] = {}


def probe() -> None:
    """Check within two seconds that a platform answers at the endpoint.

    One on this machine is asked something: a process that was stopped still takes connections.

    Raises:
        PlatformUnreachableError: nothing does, or the endpoint is no URL.
    """
    endpoint = str(platform_endpoint())
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

    # A thread, because no time-out ends a name lookup, and because every address gets its own.
    threading.Thread(target=reach, daemon=True).start()
    if not done.wait(PROBE_SECONDS):
        failures.append(TimeoutError(f"no answer within {PROBE_SECONDS} seconds"))
    for failure in failures:
        if isinstance(failure, PlatformUnreachableError):
            raise failure
        raise _unreachable(endpoint, failure) from failure


def check_alive() -> None:
    """Check, in microseconds, a platform on this machine; leave others to the SDK.

    A local platform is one that gets stopped or killed; a hosted one is worth the SDK's retries.
    What is looked at is an idle connection, kept for this alone, which breaks with the platform.

    Raises:
        PlatformUnreachableError: the endpoint is on this machine and nothing listens there.
    """
    endpoint = str(platform_endpoint())
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
    """A connection to the endpoint; None where only a proxy gets there, which the SDK asks."""
    try:
        parts = urlsplit(endpoint)
        host, port = _address(parts)
    except ValueError as error:
        raise PlatformUnreachableError(
            f"MAINSEQUENCE_ENDPOINT is {endpoint!r}, which is no URL like http://127.0.0.1:8000; "
            "correct it, or run this under the local platform with `msm-local exec -- COMMAND`.",
            endpoint=endpoint,
        ) from error
    if parts.scheme in urllib.request.getproxies() and not urllib.request.proxy_bypass(host):
        return None
    try:
        return socket.create_connection((host, port), timeout=PROBE_SECONDS)
    except (OSError, UnicodeError) as error:
        raise _unreachable(endpoint, error) from error


def _address(endpoint: SplitResult) -> tuple[str, int]:
    if endpoint.hostname is None or endpoint.scheme not in PORTS:
        raise ValueError("It has no scheme or no host.")
    return endpoint.hostname, endpoint.port or PORTS[endpoint.scheme]


def _ask(connection: socket.socket, endpoint: SplitResult) -> None:
    """Wait for the first byte of any answer of a platform on this machine.

    Raises:
        OSError: none came.
    """
    if endpoint.hostname not in LOOPBACK or endpoint.scheme != "http":
        return
    connection.sendall(f"HEAD / HTTP/1.0\r\nHost: {endpoint.netloc}\r\n\r\n".encode())
    if not connection.recv(1):
        raise ConnectionError("it hung up")


def _unreachable(endpoint: str, error: Exception) -> PlatformUnreachableError:
    return PlatformUnreachableError(
        f"No platform answers at {endpoint} ({error}); start the local one and run this under it "
        "with `msm-local exec -- COMMAND`, or set MAINSEQUENCE_ENDPOINT to the hosted one.",
        endpoint=endpoint,
    )


@contextmanager
def refusals_of(what: str) -> Iterator[None]:
    """Turn what the SDK raises inside the block into one error of ours, with the cause attached.

    Args:
        what: what was asked for, to complete "The platform refused ...".

    Raises:
        GitContextError: the SDK cannot tell which repository branch this process belongs to.
        PlatformRefusedError: the platform answered with an error.
        PlatformUnreachableError: it did not answer.
    """
    try:
        yield
    except CodeRepositoryContextError as error:
        if isinstance(error.__cause__, ApiError):
            raise refusal(what, error.__cause__) from error
        raise GitContextError(
            "The platform cannot tell which repository branch this is "
            f"({str(error).rstrip('.')}); run it from a clone with a commit, a branch checked out "
            "and a remote, or under `msm-local exec -- COMMAND`.",
            endpoint=str(platform_endpoint()),
        ) from error
    except ApiError as error:
        raise refusal(what, error) from error


def refusal(what: str, error: ApiError) -> PlatformError:
    """The error of ours for an answer that the SDK raised.

    Args:
        what: what was asked for, to complete "The platform refused ...".
        error: what the SDK raised.
    """
    endpoint = str(platform_endpoint())
    status, detail = error.status_code, error.args[0]
    if isinstance(error, TransportError):
        return PlatformUnreachableError(
            f"The platform at {endpoint} did not answer {what}, though the SDK asked again and "
            "again; try later, or see whether MAINSEQUENCE_ENDPOINT is right.",
            endpoint=endpoint,
        )
    if status in {401, 403}:
        message = (
            f"The platform at {endpoint} does not accept the token in MAINSEQUENCE_ACCESS_TOKEN "
            f"({status}: {detail}); run this under `msm-local exec -- COMMAND` of this checkout, "
            "or log in to the hosted platform with `mainsequence login`."
        )
    else:
        message = f"The platform at {endpoint} refused {what} ({status}): {detail}"
    return PlatformRefusedError(message, endpoint=endpoint, status_code=status, detail=detail)


class _OtherThreads(logging.Filter):
    """Lets pass what other threads log, and what is critical."""

    def __init__(self) -> None:
        super().__init__()
        self.thread = threading.get_ident()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is logged."""
        return record.thread != self.thread or record.levelno >= logging.CRITICAL


@contextmanager
def quiet_sdk() -> Iterator[None]:
    """Keep the SDK from logging, with a traceback each, what the block raises as one sentence."""
    logger = logging.getLogger("mainsequence")
    mute = _OtherThreads()
    logger.addFilter(mute)
    try:
        yield
    finally:
        logger.removeFilter(mute)
