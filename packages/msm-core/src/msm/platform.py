"""Reaching the platform: a quick probe before the SDK's long retries, and its refusals as ours."""

import logging
import os
import socket
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import SplitResult, urlsplit

from msm.errors import (
    EndpointChangedError,
    GitContextError,
    OutcomeUnknownError,
    PlatformError,
    PlatformRefusedError,
    PlatformUnreachableError,
    StaleAttachmentError,
)
from msm.errors.commands import EXEC, LOGIN
from msm.sdk import (
    LOGGERS,
    SDK_ERRORS,
    changed_endpoint,
    changed_token,
    failure_of,
    platform_endpoint,
)
from msm.sdk.context import Endpoint
from msm.sdk.failure import Failure
from msm.sdk.process.forks import after_fork

__all__ = [
    "check_alive",
    "forget_connections",
    "is_local",
    "probe",
    "quiet_sdk",
    "refusals_of",
    "translated",
]

# The SDK retries for minutes, and prints thousands of lines while it does. A probe that ends within
# two seconds comes first.
PROBE_TIMEOUT = 1.5
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
PORTS = {"http": 80, "https": 443}

_lock = threading.Lock()
_watched: dict[str, socket.socket] = {}


def _renew() -> None:
    # A thread of the parent holds the lock while it connects.
    global _lock
    _lock = threading.Lock()
    _watched.clear()


after_fork(_renew)


def probe() -> None:
    """Check within two seconds that a platform answers at the endpoint.

    A platform on this machine has to answer a request: a process that was stopped with SIGSTOP
    still accepts connections.

    Raises:
        EndpointChangedError: the environment names another platform than the SDK sends to, or has
            another token than the SDK sends.
        PlatformUnreachableError: nothing answers, or the endpoint is not a URL.
    """
    endpoint, configured = platform_endpoint(), changed_endpoint()
    if configured is not None:
        raise EndpointChangedError(
            f"{configured.variable} is {configured.url} now, but this process sends every request "
            f"to {endpoint.url}, which it began with; start a new process for {configured.url}, or "
            f"set {endpoint.variable} back to {endpoint.url}.",
            endpoint=endpoint.url,
            configured=configured.url,
        )
    variable = changed_token()
    if variable is not None:
        raise EndpointChangedError(
            f"{variable} has another token than the one with which this process sends every "
            f"request to {endpoint.url}; start a new process, or set {variable} back.",
            endpoint=endpoint.url,
            configured=endpoint.url,
        )
    failures: list[Exception] = []
    done = threading.Event()

    def reach() -> None:
        try:
            connection = _connect(endpoint)
            if connection is not None:
                with connection:
                    _ask(connection, urlsplit(endpoint.url))
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
    if not is_local():
        return
    with _lock:
        watched = _watched.get(endpoint.url)
        if watched is not None and _is_open(watched):
            return
        if watched is not None:
            _watched.pop(endpoint.url).close()
        connection = _connect(endpoint)
        if connection is not None:
            connection.setblocking(False)
            _watched[endpoint.url] = connection


def forget_connections() -> None:
    """Close the connections that watch whether platforms on this machine still run."""
    with _lock:
        for connection in _watched.values():
            connection.close()
        _watched.clear()


def is_local() -> bool:
    """Whether the platform of this process is on this machine."""
    return urlsplit(platform_endpoint().url).hostname in LOOPBACK


def _is_open(connection: socket.socket) -> bool:
    try:
        return bool(connection.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return True
    except OSError:
        return False


def _connect(endpoint: Endpoint) -> socket.socket | None:
    """A connection to the endpoint; None where only a proxy reaches it."""
    try:
        parts = urlsplit(endpoint.url)
        host, port = _address(parts)
    except ValueError as error:
        raise PlatformUnreachableError(
            f"{endpoint.variable} is {endpoint.url!r}, not a URL such as {endpoint.example}; "
            f"correct it, or run this under the local platform with `{EXEC}`.",
            endpoint=endpoint.url,
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


def _unreachable(endpoint: Endpoint, error: Exception) -> PlatformUnreachableError:
    # It may be the hosted one, which the SDK uses if no variable names another.
    is_local = urlsplit(endpoint.url).hostname in LOOPBACK
    other = endpoint.hosted if is_local else f"check {endpoint.variable} and the network"
    return PlatformUnreachableError(
        f"No platform answers at {endpoint.url} ({error}); start the local one and run this under "
        f"it with `{EXEC}`, or {other}.",
        endpoint=endpoint.url,
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
        OutcomeUnknownError: the answer to a write was lost.
    """
    try:
        yield
    except SDK_ERRORS as error:
        raise translated(what, failure_of(error)) from error


def translated(what: str, failure: Failure, detail: str | None = None) -> PlatformError:
    """The error of ours for a request that failed.

    Args:
        what: the request, to complete "The platform refused ...".
        failure: why it failed.
        detail: its message in the words of the models; None where it has none of its own words.
    """
    at = platform_endpoint()
    # A refused statement has further lines below its sentence.
    words = (detail or failure.detail).partition("\n")[0]
    said = words.rstrip(".")
    match failure.reason:
        case "context":
            return GitContextError(
                f"The platform cannot tell which repository branch this is ({said}); run it from "
                f"a clone with a commit, a branch checked out and a remote, or under `{EXEC}`.",
                endpoint=at.url,
            )
        case "no_api":
            return PlatformUnreachableError(failure.detail, endpoint=at.url)
        case "unanswered":
            return PlatformUnreachableError(
                f"The platform at {at.url} did not answer {what}; try later, or check "
                f"{at.variable}.",
                endpoint=at.url,
            )
        case "unknown":
            return OutcomeUnknownError(
                f"The answer of the platform at {at.url} to {what} was lost ({said}), so its rows "
                "may or may not have been written; read them to find out, and send it again if "
                "they are missing.",
                endpoint=at.url,
            )
    kind = StaleAttachmentError if failure.reason == "stale" else PlatformRefusedError
    return kind(
        _refusal(what, failure, at, words),
        endpoint=at.url,
        status_code=failure.status,
        detail=failure.detail,
    )


def _refusal(what: str, failure: Failure, at: Endpoint, said: str) -> str:
    """The sentence of an answer that is an error."""
    if failure.reason == "no_data_source":
        return failure.detail
    if failure.reason == "denied":
        # Without it, the SDK has looked for a login of its own.
        has_token = bool(os.environ.get(at.token))
        needs = f"does not accept the token in {at.token}" if has_token else "needs a login"
        return (
            f"The platform at {at.url} {needs} ({failure.status}: {said.rstrip('.')}); run this "
            f"under `{EXEC}` of this checkout, or log in to the hosted platform with `{LOGIN}`."
        )
    refused = f"The platform at {at.url} refused {what} ({failure.status}): {said}"
    if failure.reason != "stale":
        return refused
    return (
        f"{refused.rstrip('.')}; the platform was reset or migrated since this runtime was "
        "attached, so call msm.start_engine again."
    )


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
    loggers = [logging.getLogger(name) for name in LOGGERS]
    mute = _OtherThreads()
    for logger in loggers:
        logger.addFilter(mute)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(mute)
