"""Wait for something that another process does."""

import time
from collections.abc import Callable

__all__ = ["soon"]

TIMEOUT = 10


def soon(happened: Callable[[], bool]) -> bool:
    """Whether it happens within ten seconds."""
    deadline = time.monotonic() + TIMEOUT
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
