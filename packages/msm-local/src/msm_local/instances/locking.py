"""Wait for the lock of an instance: with a timeout, and with a report about its holder."""

import fcntl
import os
import time
from collections.abc import Callable
from typing import TextIO

import psutil

from msm_local.errors import InstanceBusyError

__all__ = ["LockWait", "sign", "try_lock"]

REPORT_DELAY = 5.0
LOCK_TIMEOUT = 90.0
POLL_INTERVAL = 0.05


class LockWait:
    """The wait of this process for a lock.

    Args:
        status_command: the command that prints the status of the instance.
        report: called once with a sentence about the holder, if the lock is not free for long.
    """

    def __init__(self, status_command: str, report: Callable[[str], None]) -> None:
        self._status_command = status_command
        self._report = report
        self._began = time.monotonic()
        self._reported = False

    def wait(self, file: TextIO) -> None:
        """Wait a moment for the holder of the lock on the file.

        Raises:
            InstanceBusyError: the wait exceeds LOCK_TIMEOUT.
        """
        waited = time.monotonic() - self._began
        if waited > LOCK_TIMEOUT:
            raise InstanceBusyError(
                f"{_holder(file)} has been busy with this instance for {waited:.0f} s; wait for "
                f"it or end it, see `{self._status_command}`, and try again."
            )
        if waited > REPORT_DELAY and not self._reported:
            self._reported = True
            self._report(f"Waiting for {_holder(file)}, which is busy with this instance.")
        time.sleep(POLL_INTERVAL)


def try_lock(file: TextIO) -> bool:
    """Lock the file; False if another process holds its lock."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def sign(file: TextIO) -> None:
    """Write our pid into the locked file, for those who wait."""
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()


def _holder(file: TextIO) -> str:
    file.seek(0)
    pid = file.read()
    try:
        command = psutil.Process(int(pid)).cmdline()
    except (ValueError, psutil.Error):
        return "Another msm-local"
    # From the program on, without the Python in front of it.
    start = next((at for at, part in enumerate(command) if "msm" in part), 0)
    return f"`{' '.join(command[start:])}` (pid {pid})"
