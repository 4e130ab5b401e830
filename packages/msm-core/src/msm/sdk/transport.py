"""One request to the platform's API of tables, made here.

The SDK's own request makes a connection of its own each time, and reports most failures of a write
as one error, without what the platform says.
"""

import json
import os
import random
import threading
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from itertools import count
from typing import Any

import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from msm.errors.formatting import shortened
from msm.sdk.failure import LostAnswerError, NoAnswerError
from msm.sdk.process.forks import new_session

__all__ = ["parsed", "post"]

CONNECT_TIMEOUT = 5.0
# Servers close idle connections, some after five seconds. A write that meets the end of one would
# not know whether it was received.
IDLE_SECONDS = 2.0
ATTEMPTS = 3
# Connections are free again as soon as other requests of the same caller end.
ATTEMPTS_FOR_A_CONNECTION = 6
PAUSE = 0.25
BUSY = frozenset({429, 502, 503, 504})


class _Connection(threading.local):
    """The connection of a thread, and of the process that made it."""

    def __init__(self) -> None:
        self.session = new_session()
        self.process = os.getpid()
        self.used = time.monotonic()

    def current(self) -> requests.Session:
        """A session whose connection the server keeps open still."""
        now, process = time.monotonic(), os.getpid()
        if process != self.process:
            # The parent goes on to use the same sockets.
            self.session, self.process = new_session(), process
        elif now - self.used > IDLE_SECONDS:
            self.session.close()
        self.used = now
        return self.session


_connection = _Connection()


def post(
    url: str,
    body: bytes,
    *,
    like: requests.Session,
    authorize: Callable[[bool], Mapping[str, str]],
    wait: float,
    repeatable: bool,
    untouched: Callable[[requests.Response], bool],
    crowded: Callable[[requests.Response], bool],
) -> requests.Response:
    """Send JSON, and return the answer, whatever its status.

    Args:
        url: where to.
        body: the JSON.
        like: the SDK's session, whose headers and settings are used.
        authorize: the headers of the token; called with True where the platform refused it once.
        wait: seconds for the whole of it.
        repeatable: whether it may be sent again when nobody knows whether it was received.
        untouched: whether an answer says that nothing was done.
        crowded: whether an answer says that nothing was done because other requests of the caller
            hold all connections to the database.

    Raises:
        NoAnswerError: no answer came, and nothing was written.
        LostAnswerError: it is not repeatable, and no answer came.
    """
    ends = time.monotonic() + wait
    headers = {**like.headers, **authorize(False), "Content-Type": "application/json"}
    renewed = False
    for attempt in count(1):
        most = ATTEMPTS
        try:
            response = _send(url, body, like, headers, ends)
            if response.status_code == HTTPStatus.UNAUTHORIZED and not renewed:
                renewed = True
                headers |= authorize(True)
                response = _send(url, body, like, headers, ends)
        except requests.RequestException as error:
            if not repeatable and not _is_unsent(error):
                raise LostAnswerError(_said(error)) from error
            if attempt >= most or time.monotonic() > ends:
                raise NoAnswerError(_said(error)) from error
            pause = PAUSE * 2**attempt
        else:
            again = response.status_code in BUSY and (repeatable or untouched(response))
            pause = _pause(response, attempt)
            if crowded(response):
                # Threads that were refused together must not come back together.
                again, most = True, ATTEMPTS_FOR_A_CONNECTION
                pause *= random.uniform(0.5, 1.0)  # noqa: S311 - it protects nothing
            if attempt >= most or not again or time.monotonic() + pause > ends:
                return response
        time.sleep(pause)
    raise AssertionError("the last attempt returns or raises")


def parsed(
    response: requests.Response, loads: Callable[[bytes], dict[str, Any]], *, is_read: bool
) -> dict[str, Any]:
    """The JSON of an answer that is a success.

    Args:
        response: the answer.
        loads: parses it.
        is_read: whether nothing was asked to be written.

    Raises:
        NoAnswerError: a read was answered with something else.
        LostAnswerError: a write was.
    """
    try:
        return loads(response.content)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        # A proxy has put a page of its own in the place of what the platform answered.
        said = f"{response.status_code}, with what is not JSON: {shortened(response.text)}"
        raise (NoAnswerError if is_read else LostAnswerError)(said) from error


def _send(
    url: str,
    body: bytes,
    like: requests.Session,
    headers: Mapping[str, str],
    ends: float,
) -> requests.Response:
    remaining = max(0.001, ends - time.monotonic())
    session = _connection.current()
    session.trust_env = like.trust_env
    try:
        return session.post(
            url,
            data=body,
            headers=dict(headers),
            cookies=like.cookies,
            proxies=like.proxies,
            verify=like.verify,
            cert=like.cert,
            timeout=(min(CONNECT_TIMEOUT, remaining), remaining),
            allow_redirects=False,
        )
    finally:
        _connection.used = time.monotonic()


def _is_unsent(error: requests.RequestException) -> bool:
    """Whether there was not even a connection to send the request over."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(
        cause.reason, ConnectTimeoutError | NewConnectionError
    )


def _said(error: requests.RequestException) -> str:
    """What went wrong, without the objects that requests puts around it."""
    cause = error.args[0] if error.args else error
    reason = cause.reason if isinstance(cause, MaxRetryError) and cause.reason else cause
    return f"{type(reason).__name__}: {reason}"


def _pause(response: requests.Response, attempt: int) -> float:
    pause: float = PAUSE * 2**attempt
    asked = response.headers.get("Retry-After", "")
    return max(pause, float(asked)) if asked.isdecimal() else pause
