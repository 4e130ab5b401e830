"""Waiting for what another process does in its own time."""

import time
from collections.abc import Callable

__all__ = ["soon"]

SECONDS = 10


def soon(happened: Callable[[], bool]) -> bool:
    """Whether it happens within ten seconds."""
    deadline = time.monotonic() + SECONDS
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
