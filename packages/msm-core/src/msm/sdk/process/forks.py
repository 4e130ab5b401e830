"""Connections and locks of a process that was forked.

A child inherits those of its parent. Two processes that use one connection read each other's
answers, and a lock that another thread of the parent held at the fork is never released.
"""

import copy
import dataclasses
import os
import queue
import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

import requests
from mainsequence.client.utils import JWTAuthProvider, RuntimeCredentialAuthProvider, loaders
from mainsequence.client.utils import session as sdk_session
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool

__all__ = ["after_fork", "new_session", "unforked"]

# Bytes that are read of a body at once.
PIECE = 4 << 20

# No child begins while another thread holds it: a lock that cannot be made again, such as that of a
# module that is being imported, or of pydantic's serializers, would never be released in the child.
unforked = threading.RLock()


class _FreeConnections:
    """The free connections of a pool, in the place of urllib3's queue, which has a lock.

    The child closes its copies of the parent's connections, and would wait for that lock.
    """

    def __init__(self, maxsize: int) -> None:
        self._most = maxsize
        # Its methods are atomic.
        self._items: deque[Any] = deque()

    def get(self, block: bool = False, timeout: float | None = None) -> Any:  # noqa: ARG002 - the queue's
        """The connection that was used last.

        Raises:
            queue.Empty: there is none; then the pool makes one.
        """
        try:
            return self._items.pop()
        except IndexError:
            raise queue.Empty from None

    def put(self, item: Any, block: bool = False) -> None:  # noqa: ARG002 - the queue's
        """Keep a connection.

        Raises:
            queue.Full: there are enough; then the pool closes it.
        """
        if len(self._items) >= self._most:
            raise queue.Full
        self._items.append(item)

    def qsize(self) -> int:
        """How many there are."""
        return len(self._items)


class _HttpPool(HTTPConnectionPool):
    QueueCls = _FreeConnections  # type: ignore[assignment]


class _HttpsPool(HTTPSConnectionPool):
    QueueCls = _FreeConnections  # type: ignore[assignment]


def new_session() -> requests.Session:
    """A session whose connections a forked child can close."""
    session = requests.Session()
    _use_pools_without_locks(session)
    session.hooks["response"].append(_read_at_once)
    return session


def _read_at_once(response: requests.Response, *, stream: bool = False, **_settings: Any) -> None:
    """Read a body in large pieces.

    requests reads 10 kB at a time, and a thread that reads gives the interpreter away with each
    piece: while another one decodes rows, it would wait for it a thousand times an answer.
    """
    if not stream:
        # There is no public way: the size of the pieces is a constant of requests.
        response._content = b"".join(response.iter_content(PIECE))  # noqa: SLF001


def after_fork(renew: Callable[[], None]) -> None:
    """Call something in each child that this process forks, before the child does anything else."""
    if sys.platform != "win32":
        os.register_at_fork(after_in_child=renew)


def _use_pools_without_locks(session: requests.Session) -> None:
    for adapter in session.adapters.values():
        if isinstance(adapter, HTTPAdapter):
            adapter.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}


def _renew_sdk() -> None:
    """Give the SDK's one session new connections, and free its locks."""
    # Objects that are pickled leave out their connections and locks, and make new ones. Other
    # modules of the SDK hold this session and its adapters, so they stay the same objects.
    sdk_session.cookies = copy.copy(sdk_session.cookies)
    for adapter in sdk_session.adapters.values():
        adapter.__setstate__(adapter.__getstate__())
    _use_pools_without_locks(sdk_session)
    if isinstance(loaders.provider, JWTAuthProvider | RuntimeCredentialAuthProvider):
        # It holds its lock while it renews a token.
        loaders.provider = dataclasses.replace(loaders.provider)


_use_pools_without_locks(sdk_session)
sdk_session.hooks["response"].append(_read_at_once)
after_fork(_renew_sdk)
if sys.platform != "win32":
    os.register_at_fork(
        before=unforked.acquire,
        after_in_parent=unforked.release,
        after_in_child=unforked.release,
    )
