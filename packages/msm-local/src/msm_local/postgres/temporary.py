"""Homes of throw-away clusters: a kill may keep one from being deleted, and then the next user is.

Each has a lock file beside it, which its owner holds for as long as he lives. Unlike a pid, a lock
cannot come to belong to somebody else, and it is seen from another container too.
"""

import fcntl
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["abandoned_homes", "new_home"]

PREFIX = "temporary-"
LOCK_SUFFIX = ".lock"


@contextmanager
def new_home(parent: Path) -> Iterator[Path]:
    """A name below ``parent`` for a new home; the caller makes the folder and deletes it."""
    home = parent / f"{PREFIX}{secrets.token_hex(8)}"
    lock = home.with_name(home.name + LOCK_SUFFIX)
    with lock.open("x", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield home
        finally:
            lock.unlink(missing_ok=True)


def abandoned_homes(parent: Path) -> Iterator[Path]:
    """The homes below ``parent`` whose owner is gone; the caller deletes each that it gets."""
    for lock in parent.glob(f"{PREFIX}*{LOCK_SUFFIX}"):
        # The owner, or another one that sweeps, may be faster.
        with suppress(FileNotFoundError, BlockingIOError), lock.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield lock.with_name(lock.name.removesuffix(LOCK_SUFFIX))
            lock.unlink(missing_ok=True)
