"""The pid file of PostgreSQL: whether it is ready, and whether it outlived its server."""

import os
import signal
from pathlib import Path

import psutil

from msm_local.system.processes import is_process, wait_until_gone

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
    try:
        process = psutil.Process(int(lines[0]))
        pid, started = process.pid, process.create_time()
        # The pid may belong to another process by now; ours works in its data folder.
        ours = process.cwd() == str(data.resolve())
    except (ValueError, psutil.Error):
        pass
    else:
        for way in (signal.SIGINT, signal.SIGKILL):
            if ours and is_process(pid, started):
                os.kill(pid, way)
                wait_until_gone(pid, started, STOP_TIMEOUT)
    (data / PID_FILE).unlink(missing_ok=True)


def _lines(data: Path) -> list[str]:
    try:
        return (data / PID_FILE).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
