"""Doing one thing in a thread, while the caller works on what it got before."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Self

__all__ = ["Ahead"]


class Ahead:
    """One thread for a run of calls, each begun before its result is needed.

    It is started by the first call, and has ended when the context ends. A connection belongs to a
    thread, so that all calls share one.
    """

    def __init__(self) -> None:
        self._process = os.getpid()
        self._executor: ThreadPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        if self._executor is not None and self._is_ours():
            # Who presses Ctrl+C does not want to wait for an answer that nobody reads.
            wait = kind is None or not issubclass(kind, KeyboardInterrupt)
            self._executor.shutdown(wait=wait, cancel_futures=True)

    def begin[T](self, call: Callable[[], T]) -> Callable[[], T]:
        """Begin a call; what is returned waits for its result, or raises its error."""
        if not self._is_ours():
            return call
        if self._executor is None:
            self._executor = ThreadPoolExecutor(1, "msm-ahead")
        try:
            future = self._executor.submit(call)
        except RuntimeError:
            # The interpreter ends, and lets no thread begin.
            return call
        return lambda: future.result() if self._is_ours() else call()

    def _is_ours(self) -> bool:
        # A forked child has none of the threads of its parent, which goes on to use them.
        return os.getpid() == self._process
