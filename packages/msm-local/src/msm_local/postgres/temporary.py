"""Homes of temporary clusters: what a killed process leaves behind, the next one deletes.

Each home has a lock file next to it, which its owner locks for as long as it lives. Unlike a pid, a
lock cannot be reused by another process, and it is visible from another container too.
"""

import fcntl
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from msm_local.postgres.paths import LASTING

__all__ = ["abandoned_homes", "new_home", "place_for_data"]

PREFIX = "temporary-"
LOCK_SUFFIX = ".lock"
MEMORY = Path("/dev/shm")  # noqa: S108 - the cluster checks the owner of its folder there
# In bytes: a container may have no more than 64 MB there.
ROOM = 2 << 30


def place_for_data(memory: Path = MEMORY) -> Path:
    """A file system in memory if there is room, or where temporary clusters are otherwise.

    A copy of a database makes 700 files, for which a disk takes ten times as long.
    """
    roomy = memory.is_dir() and shutil.disk_usage(memory).free >= ROOM
    return memory if roomy else LASTING


@contextmanager
def new_home(parent: Path) -> Iterator[Path]:
    """The path of a new home below ``parent``; the caller creates the folder and deletes it."""
    home = parent / f"{PREFIX}{secrets.token_hex(8)}"
    lock = home.with_name(home.name + LOCK_SUFFIX)
    with lock.open("x", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield home
        finally:
            lock.unlink(missing_ok=True)


def abandoned_homes(parent: Path) -> Iterator[Path]:
    """The homes below ``parent`` whose owner has ended; the caller deletes each that it gets."""
    for lock in parent.glob(f"{PREFIX}*{LOCK_SUFFIX}"):
        # The owner, or another process that deletes old homes, may be faster.
        with suppress(FileNotFoundError, BlockingIOError), lock.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield lock.with_name(lock.name.removesuffix(LOCK_SUFFIX))
            lock.unlink(missing_ok=True)
