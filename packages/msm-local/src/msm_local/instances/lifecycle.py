"""Starting, stopping and looking at the server of an instance, from the outside."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import IO, cast

from msm_local.errors import (
    AlreadyRunningError,
    NotRunningError,
    PortBusyError,
    StartFailedError,
    StopFailedError,
    UnhealthyError,
)
from msm_local.instances.health import Health, probe
from msm_local.instances.instance import Instance, State
from msm_local.system.files import explained
from msm_local.system.ports import is_free
from msm_local.system.processes import SERVER_MODULE, find_server, port_holder, wait_until_gone

__all__ = ["EMBEDDED", "ensure_started", "running_state", "stop"]

# In place of a --database-url: the PostgreSQL that msm-local brings along.
EMBEDDED = "embedded"
START_TIMEOUT = 60.0
STOP_TIMEOUT = 40.0
EXIT_TIMEOUT = 2.0
RECOVERY_TIMEOUT = 5.0
REPORT_DELAY = 5.0


def running_state(instance: Instance) -> State:
    """The state of the running server.

    Raises:
        NotRunningError: there is none.
    """
    state = instance.read_state()
    if state is None or not state.is_alive():
        raise NotRunningError(
            f"The platform {instance.name!r} of {instance.root} is not running; start it with "
            f"`msm-local{instance.option} start`."
        )
    return state


def ensure_started(
    instance: Instance,
    *,
    port: int | None = None,
    database_url: str | None = None,
    report: Callable[[str], None] = lambda _text: None,
) -> tuple[State, bool]:
    """Start the platform unless it runs; its state, and whether this call started it.

    It returns when a migration would work. What a crash left behind is cleared.

    Args:
        instance: the instance.
        port: the port it shall have; otherwise the one of last time, the usual one, or any.
        database_url: a PostgreSQL to use instead of the embedded one, or EMBEDDED; otherwise the
            one of last time.
        report: called with a sentence about a step that takes long.

    Raises:
        AlreadyRunningError: it runs on another port or database, or its state file is lost.
        UnhealthyError: it runs, and does not answer as it should.
        PortBusyError: the port belongs to another process.
        StartFailedError: it does not come up; the sentence names step and log.
        AdministratorNeededError: the role of the URL lacks a privilege; with SQL that mends it.
        InstanceBusyError: another start, stop or reset takes too long to wait for.
    """
    with instance.lock(report):
        health = probe(instance)
        if health.status == "degraded" and health.state is not None:
            health = _wait_for_recovery(instance, health)
        if health.status == "healthy" and health.state is not None:
            _check_same(instance, health.state, port, database_url)
            return health.state, False
        instance.clear_state()
        _check_clear(instance, port)
        url = None if database_url == EMBEDDED else database_url
        if database_url is None:
            url = instance.remembered_database_url()
        if url is not None:
            # It needs psycopg, which the embedded PostgreSQL and quick verbs do not wait for.
            from msm_local.database.privileges import check_database

            check_database(url)
        state = _start_server(instance, port, url, report)
        instance.remember_database_url(url)
        return state, True


def stop(instance: Instance, report: Callable[[str], None] = lambda _text: None) -> bool:
    """Stop the platform and wait until it is gone; False where it did not run.

    Args:
        instance: the instance.
        report: called with a sentence about a step that takes long.

    Raises:
        StopFailedError: it does not end; names the pid.
        InstanceBusyError: another start, stop or reset takes too long to wait for.
    """
    with instance.lock(report):
        # The process is looked for, and not read from a state file that may be damaged or lost.
        server = find_server(instance.folder)
        if server is not None:
            # It may end by itself in this moment.
            with suppress(ProcessLookupError):
                os.kill(server.pid, signal.SIGTERM)
            if not wait_until_gone(server.pid, server.started, STOP_TIMEOUT):
                raise StopFailedError(
                    f"The server with pid {server.pid} does not end; its log is "
                    f"{instance.log_path}, and `kill -9 {server.pid}` ends it with its PostgreSQL."
                )
        instance.clear_state()
        return server is not None


def _wait_for_recovery(instance: Instance, health: Health) -> Health:
    """Another start may be on its way, or a moment of trouble may pass."""
    deadline = time.monotonic() + RECOVERY_TIMEOUT
    while health.status == "degraded" and time.monotonic() < deadline:
        time.sleep(0.1)
        health = probe(instance)
    if health.status == "degraded" and health.state is not None:
        raise UnhealthyError(
            f"The platform runs with pid {health.state.pid} but is not healthy ({health.reason}); "
            f"see {health.state.log_path}, then `msm-local{instance.option} stop`."
        )
    return health


def _check_same(
    instance: Instance, state: State, port: int | None, database_url: str | None
) -> None:
    if port not in (None, state.port):
        raise AlreadyRunningError(
            f"The platform runs on port {state.port} already; `msm-local{instance.option} stop` "
            "comes before another port."
        )
    running_on = EMBEDDED if state.embedded else state.database_url
    if database_url not in (None, running_on):
        raise AlreadyRunningError(
            f"The platform runs on another database already; `msm-local{instance.option} stop` "
            "comes before --database-url or --embedded."
        )


def _check_clear(instance: Instance, port: int | None) -> None:
    """Refuse, in this process and before a server is made, what the server would fail at."""
    server = find_server(instance.folder)
    # One that just cleared its state is about to end.
    if server is not None and not wait_until_gone(server.pid, server.started, EXIT_TIMEOUT):
        raise AlreadyRunningError(
            f"The server with pid {server.pid} runs for {instance.folder}, but its state.json is "
            f"lost; `msm-local{instance.option} stop` ends it and loses no data, then start again."
        )
    if port is not None and not is_free(port):
        holder = port_holder(port)
        raise PortBusyError(
            f"Port {port} is in use{f' by {holder}' if holder else ', or not for this user'}; "
            "choose another with --port, or leave it out.",
            port=port,
        )
    instance.secrets()


def _spawn(
    instance: Instance, port: int | None, database_url: str | None
) -> subprocess.Popen[bytes]:
    launch = {
        "root": str(instance.root),
        "name": instance.name,
        "folder": str(instance.folder),
        "port": port,
        "database_url": database_url,
        "starter": os.getpid(),
    }
    with explained(instance.log_path):
        descriptor = os.open(instance.log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab") as log:
        process = subprocess.Popen(
            # -P: a module of the project must not stand in for one of ours.
            [sys.executable, "-P", "-m", SERVER_MODULE],
            stdin=subprocess.PIPE,
            # The reason of a failed start comes this way: a full disk takes no log.
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=instance.folder,
            start_new_session=True,
        )
    # One that ended already is told of by its exit code.
    with suppress(BrokenPipeError), cast("IO[bytes]", process.stdin) as pipe:
        pipe.write(json.dumps(launch).encode())
    return process


def _start_server(
    instance: Instance, port: int | None, database_url: str | None, report: Callable[[str], None]
) -> State:
    process = _spawn(instance, port, database_url)
    with cast("IO[bytes]", process.stdout) as told:
        try:
            return _wait_until_ready(instance, process, told, report)
        except BaseException:
            # A Ctrl-C, a closed terminal or a time-out leaves no server that nobody asked for.
            process.terminate()
            try:
                process.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            raise


def _wait_until_ready(
    instance: Instance,
    process: subprocess.Popen[bytes],
    reason: IO[bytes],
    report: Callable[[str], None],
) -> State:
    began = time.monotonic()
    told = ""
    while time.monotonic() < began + START_TIMEOUT:
        if process.poll() is not None:
            text = reason.read().decode(errors="replace").strip().rstrip(".")
            text = text or f"the server ended with code {process.returncode}"
            raise StartFailedError(
                f"The platform did not start: {text} (log: {instance.log_path})."
            )
        health = probe(instance)
        if health.state is not None and health.state.pid == process.pid:
            if health.status == "healthy":
                return health.state
            if time.monotonic() > began + REPORT_DELAY and told != health.reason:
                told = health.reason
                report(f"Waiting: {told}")
        time.sleep(0.03)
    raise StartFailedError(
        f"The platform was not ready after {START_TIMEOUT:.0f} s ({told or 'no step reported'}); "
        f"its log is {instance.log_path}."
    )
