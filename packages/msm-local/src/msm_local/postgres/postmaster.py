"""The pid file of PostgreSQL: whether it is ready, and whether it outlived its server."""

import signal
from contextlib import suppress
from pathlib import Path

import psutil

from msm_local.system.processes import wait_until_gone

__all__ = ["end_orphan", "is_ready"]

STOP_TIMEOUT = 20.0
PID_FILE = "postmaster.pid"


def is_ready(data: Path, pid: int) -> bool:
    """Whether the PostgreSQL with this process id accepts connections."""
    lines = _lines(data)
    # PostgreSQL writes its state to the eighth line; the first is the pid, which may be an old one.
    return len(lines) > 7 and lines[0] == str(pid) and lines[7].startswith("ready")


def end_orphan(data: Path) -> None:
    """End a PostgreSQL that outlived its server, and delete the pid file of a dead one."""
    lines = _lines(data)
    if not lines:
        return
    with suppress(ValueError, psutil.NoSuchProcess):
        process = psutil.Process(int(lines[0]))
        if _works_on(process, data):
            for way in (signal.SIGINT, signal.SIGKILL):
                process.send_signal(way)
                if wait_until_gone(process, STOP_TIMEOUT):
                    break
    (data / PID_FILE).unlink(missing_ok=True)


def _works_on(process: psutil.Process, data: Path) -> bool:
    # The pid may belong to another process by now.
    try:
        return process.cwd() == str(data.resolve())
    except psutil.AccessDenied:
        # In a container, root may not see where the process of another user works.
        with suppress(psutil.AccessDenied):
            return str(data) in process.cmdline()
    # It hides its command too, as those of other users do on macOS, so it is none that we started.
    return False


def _lines(data: Path) -> list[str]:
    try:
        return (data / PID_FILE).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
