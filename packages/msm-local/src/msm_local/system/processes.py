"""Processes: children that end with their parent, and which process is a server of ours."""

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

__all__ = [
    "ENDING_SIGNALS",
    "SERVER_MODULE",
    "SIGNAL_BASE",
    "Server",
    "die_with_parent",
    "find_server",
    "is_server",
    "port_holder",
    "server_folders",
    "signals_deferred",
    "wait_until_gone",
]

PR_SET_PDEATHSIG = 1
# A shell's exit code for a command that a signal ended is this plus the number of the signal.
SIGNAL_BASE = 128
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SERVER_MODULE = "msm_local.server"
MAX_COMMAND_LENGTH = 60


def die_with_parent(
    parent_pid: int, number: signal.Signals = signal.SIGINT
) -> Callable[[], None] | None:
    """A ``preexec_fn`` that makes the kernel signal the child when its parent's thread ends.

    None if the system is not Linux: there the next start ends an orphan.
    """
    if sys.platform != "linux":
        return None
    # Loaded before the fork: between fork and exec, loading a library could deadlock.
    libc = ctypes.CDLL(None, use_errno=True)

    def ask_kernel() -> None:
        # A preexec_fn runs after the change of user, which would clear the setting.
        libc.prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent_pid:
            # The parent ended before the kernel was asked, and no signal will come.
            os._exit(1)

    return ask_kernel


@dataclass(frozen=True, slots=True)
class Server:
    """The server process of an instance.

    Attributes:
        folder: the folder of the instance.
        process: the process.
    """

    folder: Path
    process: psutil.Process


@contextmanager
def signals_deferred() -> Iterator[None]:
    """Defer the signals that end us until the context ends."""
    # While Python runs its hooks around a fork, an exception of a signal handler is printed and
    # dropped: the user would have to press Ctrl-C again.
    if threading.current_thread() is not threading.main_thread():
        # Python runs signal handlers in the main thread only.
        yield
        return
    caught: list[int] = []
    previous = {
        number: signal.signal(number, lambda number, _frame: caught.append(number))
        for number in ENDING_SIGNALS
    }
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
        if caught:
            signal.raise_signal(caught[0])


def find_server(folder: Path) -> Server | None:
    """The server that runs for an instance folder, or None; its state file is not read."""
    resolved = folder.resolve()
    return next((server for server in _servers() if server.folder == resolved), None)


def server_folders() -> list[Path]:
    """The instance folders for which a server runs, as far as we may see."""
    return [server.folder for server in _servers()]


def is_server(pid: int, folder: Path) -> bool:
    """Whether the process is a running server of an instance folder.

    Another process may have the pid by now. The time at which it started would not tell: Linux has
    it relative to a clock, which may be set meanwhile.
    """
    try:
        server = _server(psutil.Process(pid))
    except psutil.Error:
        return False
    return server is not None and server.folder == folder.resolve()


def _servers() -> Iterator[Server]:
    for process in psutil.process_iter():
        try:
            server = _server(process)
        except psutil.Error:
            # It has ended, or it belongs to another user.
            continue
        if server is not None:
            yield server


def _server(process: psutil.Process) -> Server | None:
    if process.cmdline()[-1:] != [SERVER_MODULE]:
        return None
    # A server's working directory is the folder of its instance.
    return Server(Path(process.cwd()), process)


def port_holder(port: int) -> str:
    """Command and pid of the process that listens on the port; empty if we may not see it."""
    try:
        [pid, *_] = [
            connection.pid
            for connection in psutil.net_connections("tcp")
            if connection.status == psutil.CONN_LISTEN
            and connection.laddr
            and connection.laddr[1] == port
            and connection.pid
        ]
        process = psutil.Process(pid)
        command = " ".join(process.cmdline())
        if command.endswith(SERVER_MODULE):
            return f"the platform of {process.cwd()} (pid {pid})"
    except (psutil.Error, ValueError):
        return ""
    return f"{command[:MAX_COMMAND_LENGTH]} (pid {pid})"


def wait_until_gone(process: psutil.Process, timeout: float) -> bool:
    """Whether the process ends within ``timeout`` seconds; a zombie counts as ended."""
    deadline = time.monotonic() + timeout
    while _is_running(process):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _is_running(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
