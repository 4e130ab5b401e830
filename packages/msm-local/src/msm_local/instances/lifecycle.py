"""Start and stop the server of an instance, from another process."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import IO, cast

import psutil

from msm_local.errors import (
    AlreadyRunningError,
    ApiMismatchError,
    NotRunningError,
    PortBusyError,
    StartFailedError,
    StopFailedError,
    UnhealthyError,
)
from msm_local.instances.apis import METATABLES, OWN, VENDOR, vendor_version
from msm_local.instances.health import Health, probe
from msm_local.instances.instance import Instance, State
from msm_local.instances.step_times import SlowSteps, StepTimes
from msm_local.system.files import explained
from msm_local.system.ports import is_free
from msm_local.system.processes import (
    SERVER_MODULE,
    find_server,
    is_server,
    port_holder,
    wait_until_gone,
)

__all__ = ["EMBEDDED", "ensure_started", "running_state", "stop"]

# In place of a URL: the PostgreSQL that comes with msm-local.
EMBEDDED = "embedded"
# In seconds. Longer than the bounds inside the server: a stop has 5 s for open requests, 12 s for
# the process of the metatables API, and 25 s for PostgreSQL.
STOP_TIMEOUT = 50.0
EXIT_TIMEOUT = 2.0
RECOVERY_TIMEOUT = 5.0


def running_state(instance: Instance) -> State:
    """The state of the running server.

    Raises:
        NotRunningError: there is none.
    """
    state = instance.read_state()
    if state is None or not is_server(state.pid, instance.folder):
        raise NotRunningError(
            f"The platform {instance.name!r} of {instance.root} is not running; start it with "
            f"`{instance.command('start')}`."
        )
    return state


def ensure_started(
    instance: Instance,
    *,
    port: int | None = None,
    database_url: str | None = None,
    api: str | None = None,
    report: Callable[[str], None] = lambda _text: None,
) -> tuple[State, bool]:
    """Start the platform unless it is running; its state, and whether this call started it.

    It returns when a migration would work. Leftovers of a crash are cleared.

    Args:
        instance: the instance.
        port: the port to listen on; by default that of the last start, the usual one, or any.
        database_url: a PostgreSQL to use instead of the embedded one, or EMBEDDED; by default that
            of the last start.
        api: which API to serve, one of APIS; by default that of the first start, or OWN.
        report: called with a sentence about each slow step.

    Raises:
        ApiMismatchError: the instance serves another API.
        ApiMissingError: the API is not installed.
        AlreadyRunningError: it runs on another port or database, or its state file is missing.
        UnhealthyError: it is running, but does not answer correctly.
        PortBusyError: the port belongs to another process.
        StartFailedError: it does not start; the message names step and log.
        AdministratorNeededError: the role of the URL lacks a privilege; has the SQL to grant it.
        InstanceBusyError: another start, stop or reset takes too long to wait for.
    """
    with instance.lock(report):
        chosen = _choose_api(instance, api)
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
            # Imported here: it loads psycopg, which every other command would wait for.
            from msm_local.database.metatables import check_given
            from msm_local.database.privileges import check_database

            (check_given if chosen == METATABLES else check_database)(url)
        if chosen == METATABLES:
            report(f"Starting the API of {VENDOR} {vendor_version()} (--api {METATABLES}).")
        state = _start_server(instance, port, url, chosen, report)
        # Only now: a URL that did not work must not be used by the next start.
        instance.remember_database_url(url)
        return state, True


def stop(instance: Instance, report: Callable[[str], None] = lambda _text: None) -> bool:
    """Stop the platform and wait until it ended; False if it was not running.

    Args:
        instance: the instance.
        report: called with a sentence about each slow step.

    Raises:
        StopFailedError: it does not end; names the pid.
        InstanceBusyError: another start, stop or reset takes too long to wait for.
    """
    with instance.lock(report):
        # Searched among all processes, because the state file may be damaged or missing.
        server = find_server(instance.folder)
        if server is not None:
            # It may end by itself at this moment.
            with suppress(psutil.NoSuchProcess):
                server.process.terminate()
            if not wait_until_gone(server.process, STOP_TIMEOUT):
                raise StopFailedError(
                    f"The server with pid {server.process.pid} did not stop within "
                    f"{STOP_TIMEOUT:.0f} s; see its log {instance.log_path}, or end it and its "
                    f"PostgreSQL with `kill -9 {server.process.pid}`."
                )
        instance.clear_state()
        return server is not None


def _wait_for_recovery(instance: Instance, health: Health) -> Health:
    # Another start may be running, or the platform may recover by itself.
    deadline = time.monotonic() + RECOVERY_TIMEOUT
    while health.status == "degraded" and time.monotonic() < deadline:
        time.sleep(0.1)
        health = probe(instance)
    if health.status == "degraded" and health.state is not None:
        raise UnhealthyError(
            f"The platform is running with pid {health.state.pid}, but is not healthy "
            f"({health.reason}); see {health.state.log_path}, then run "
            f"`{instance.command('stop')}`."
        )
    return health


def _choose_api(instance: Instance, api: str | None) -> str:
    known = instance.remembered_api()
    if known is None or api in (None, known):
        return api or known or OWN
    other = instance.named(f"{instance.name}-{api}").command(f"start --api {api}")
    raise ApiMismatchError(
        f"The instance {instance.name!r} serves the API {known}, as long as it exists; run "
        f"`{other}` for one that serves {api}, or `{instance.command('destroy --force')}`, which "
        "deletes its data, and start again."
    )


def _check_same(
    instance: Instance, state: State, port: int | None, database_url: str | None
) -> None:
    if port not in (None, state.port):
        raise AlreadyRunningError(
            f"The platform is already running on port {state.port}; run "
            f"`{instance.command('stop')}` before you choose another port."
        )
    running_on = EMBEDDED if state.embedded else state.database_url
    if database_url not in (None, running_on):
        raise AlreadyRunningError(
            f"The platform is already running on another database; run "
            f"`{instance.command('stop')}` before --database-url or --embedded."
        )


def _check_clear(instance: Instance, port: int | None) -> None:
    """Refuse what the server would fail at, before there is a server."""
    server = find_server(instance.folder)
    # A server without a state file may have just deleted it, and is about to end.
    if server is not None and not wait_until_gone(server.process, EXIT_TIMEOUT):
        raise AlreadyRunningError(
            f"The server with pid {server.process.pid} is running for {instance.folder}, but its "
            f"state.json is missing; run `{instance.command('stop')}`, which loses no data, and "
            "start again."
        )
    if port is not None and not is_free(port):
        holder = port_holder(port)
        reason = f" by {holder}" if holder else ", or not allowed for this user"
        raise PortBusyError(
            f"Port {port} is in use{reason}; choose another with --port, or leave it out.",
            port=port,
        )
    instance.secrets()


def _spawn(
    instance: Instance, port: int | None, database_url: str | None, api: str
) -> subprocess.Popen[bytes]:
    launch = {
        "root": str(instance.root),
        "name": instance.name,
        "folder": str(instance.folder),
        "port": port,
        "database_url": database_url,
        "api": api,
        "starter": os.getpid(),
    }
    with explained(instance.log_path):
        descriptor = os.open(instance.log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab") as log:
        process = subprocess.Popen(
            # -P: a module in the working directory must not replace one of ours.
            [sys.executable, "-P", "-m", SERVER_MODULE],
            stdin=subprocess.PIPE,
            # The server writes the reason of a failed start here: a log may be on a full disk.
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=instance.folder,
            # So that Ctrl-C in this terminal later does not stop the server.
            start_new_session=True,
        )
    # If it has ended already, its exit code is reported later.
    with suppress(BrokenPipeError), cast("IO[bytes]", process.stdin) as pipe:
        pipe.write(json.dumps(launch).encode())
    return process


def _start_server(
    instance: Instance,
    port: int | None,
    database_url: str | None,
    api: str,
    report: Callable[[str], None],
) -> State:
    process = _spawn(instance, port, database_url, api)
    with cast("IO[bytes]", process.stdout) as reason:
        try:
            # It is long, and made of the steps of two programs.
            steps = StepTimes(report) if api == METATABLES else SlowSteps(report)
            return _wait_until_ready(instance, process, reason, steps)
        except BaseException:
            # A Ctrl-C, a closed terminal or a timeout must not leave a server behind.
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
    steps: StepTimes | SlowSteps,
) -> State:
    deadline = time.monotonic() + steps.timeout
    while time.monotonic() < deadline:
        if process.poll() is not None:
            text = reason.read().decode(errors="replace").strip().rstrip(".")
            text = text or f"the server exited with code {process.returncode}"
            raise StartFailedError(
                f"The platform did not start: {text} (log: {instance.log_path})."
            )
        health = probe(instance)
        if health.state is not None and health.state.pid == process.pid:
            steps.see(health)
            if health.status == "healthy":
                return health.state
        time.sleep(0.03)
    raise StartFailedError(
        f"The platform was not ready after {steps.timeout:.0f} s "
        f"({steps.last or 'no step reported'}); see its log {instance.log_path}."
    )
