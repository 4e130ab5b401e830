"""The server process of an instance: the application, and the embedded PostgreSQL as its child.

It is run as ``python -m msm_local.server`` with a JSON object on standard input: see Launch. It is
a process of its own, because it outlives the command that starts it, and the terminal.
"""

import importlib
import json
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import psutil
import psycopg

from msm_local.database.bootstrap import prepare_database
from msm_local.database.libpq import forget_variables, message_of
from msm_local.errors import MsmLocalError, PortBusyError
from msm_local.instances.apis import METATABLES
from msm_local.instances.instance import API_ENDED, Instance, State
from msm_local.instances.registry import register
from msm_local.postgres.cluster import Cluster
from msm_local.postgres.database_names import DATABASE, UNFINISHED
from msm_local.reset.templates import discard
from msm_local.system.ports import bind_first_free, bind_usual
from msm_local.system.processes import ENDING_SIGNALS
from msm_local.window.door import Door

if TYPE_CHECKING:
    from msm_local.engines.metatables.platform import MetatablesPlatform

__all__ = ["Launch", "main", "run"]

FAREWELL_DELAY = 1.0
LOG = logging.getLogger("msm_local.server")


@dataclass(frozen=True, slots=True)
class Launch:
    """How to start the server; it comes through a pipe, because a URL may contain a password.

    Attributes:
        root: the project.
        name: the instance.
        folder: the folder of the instance.
        port: the requested port; None for the usual one or any other.
        database_url: a PostgreSQL to use instead of the embedded one.
        api: which API to serve, one of APIS.
        starter: pid of the process that waits for the start; if it ends, the server ends too.
    """

    root: str
    name: str
    folder: str
    port: int | None
    database_url: str | None = field(repr=False)
    api: str
    starter: int


def main() -> int:
    """Run a server until it is stopped; the exit code of the process."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    launch = Launch(**json.loads(sys.stdin.read()))
    _let_signals_unwind()
    try:
        return run(launch)
    except MsmLocalError as error:
        LOG.error("%s", error)  # noqa: TRY400 - the sentence is enough, without a traceback
        reason = str(error)
    except OSError as error:
        LOG.exception("the start failed")
        reason = f"{error.filename or 'the system'}: {error.strerror}"
    except psycopg.Error as error:
        LOG.exception("the start failed")
        reason = f"PostgreSQL says: {message_of(error)}"
    # The caller reads the reason from our standard output, unless it exited.
    with suppress(BrokenPipeError):
        sys.stdout.write(reason)
        sys.stdout.flush()
    return 1


def run(launch: Launch) -> int:
    """Serve the instance; 1 if PostgreSQL ended by itself, else 0.

    Raises:
        MsmLocalError: the start failed; nothing is left running.
    """
    instance = Instance(Path(launch.root), launch.name, Path(launch.folder))
    token, runtime_password = instance.secrets()
    http_port, postgres_port = instance.remembered_ports()
    with ExitStack() as stack:
        listener = stack.enter_context(_listen(launch.port, http_port))
        port: int = listener.getsockname()[1]
        state = _first_state(instance, launch, port, token)
        stack.callback(instance.clear_state)
        report = _reporter(instance, state, launch.starter)
        # What takes as long as PostgreSQL's start costs nothing at the same time, because this
        # process only waits for it.
        metatables = _begin_metatables(stack, instance, launch, state, listener, report)
        if metatables is None:
            threading.Thread(
                target=_import_application, name="msm-local loader", daemon=True
            ).start()
        cluster: Cluster | None = None
        if launch.database_url is None:
            forget_variables()
            cluster = Cluster(instance.folder, port=postgres_port, report=report)
            stack.enter_context(cluster)
            state = replace(state, data_folder=str(cluster.data), postgres_port=cluster.port or 0)
        instance.remember_ports(port, cluster.port if cluster else postgres_port)
        instance.remember_api(launch.api)
        if metatables is not None:
            # Before PostgreSQL, whose end would be an error for it.
            stack.callback(metatables.stop_api)
            code = _serve_metatables(
                instance, state, runtime_password, metatables, cluster, launch.starter
            )
        else:
            if cluster is not None:
                state = replace(state, database_url=_own_database(cluster))
            code = _serve(instance, state, runtime_password, listener, cluster, launch.starter)
    if code:
        # A regular stop deletes the state file; if it stays, `exec` knows that the server failed.
        instance.write_state(replace(state, phase="ending, because PostgreSQL ended by itself"))
    return code


def _serve(
    instance: Instance,
    state: State,
    runtime_password: str,
    listener: socket.socket,
    cluster: Cluster | None,
    starter: int,
) -> int:
    _reporter(instance, state, starter)("preparing the catalog")
    settings = prepare_database(state.database_url, runtime_password)
    # Slow imports, which are finished by now: see _import_application.
    import uvicorn

    from msm_local.api.app import AppConfig, create_app
    from msm_local.api.serving import uvicorn_config

    name = f"the platform {instance.name!r} of {instance.root}"
    app = create_app(
        AppConfig(state.database_url, runtime_password, settings, state.token, state.port, name),
        Door(instance),
    )
    server = app.state.server = uvicorn.Server(uvicorn_config(app))
    died = threading.Event()
    if cluster is not None:
        process = cluster.process

        def watch() -> None:
            process.wait()
            if server.should_exit:
                return
            LOG.error("PostgreSQL ended by itself with code %s; stopping", process.returncode)
            died.set()
            if server.started:
                # Requests that wait for a connection, or arrive now, still get an answer: if their
                # connection just broke, the SDK would retry for minutes.
                app.state.platform.database.close()
                time.sleep(FAREWELL_DELAY)
            server.should_exit = True

        threading.Thread(target=watch, name="msm-local watcher", daemon=True).start()
    _reporter(instance, state, starter)("ready")
    _register(instance)
    LOG.info("serving %s", state.endpoint)
    # uvicorn handles SIGINT and SIGTERM itself.
    signal.signal(signal.SIGHUP, server.handle_exit)
    server.run(sockets=[listener])
    return 1 if died.is_set() or not server.started else 0


def _begin_metatables(
    stack: ExitStack,
    instance: Instance,
    launch: Launch,
    state: State,
    listener: socket.socket,
    report: Callable[[str], None],
) -> "MetatablesPlatform | None":
    if launch.api != METATABLES:
        return None
    # Imported here: what it imports is in the extra `metatables` alone.
    from msm_local.engines.metatables.serving import begin

    return begin(
        stack,
        instance,
        listener=listener,
        token=state.token,
        database_url=launch.database_url,
        report=report,
    )


def _serve_metatables(
    instance: Instance,
    state: State,
    password: str,
    platform: "MetatablesPlatform",
    cluster: Cluster | None,
    starter: int,
) -> int:
    from msm_local.engines.metatables.serving import open_database

    report = _reporter(instance, state, starter)
    report("preparing the login and the database")
    url = open_database(platform, cluster, state.database_url, password)
    state = replace(state, database_url=url)
    _reporter(instance, state, starter)("ready")

    def watch() -> None:
        if platform.wait_until_lost():
            # `exec` reads it, and ends its command.
            instance.write_state(replace(state, phase=API_ENDED))

    threading.Thread(target=watch, name="msm-local watcher", daemon=True).start()
    _register(instance)
    LOG.info("serving %s", state.endpoint)
    if cluster is None:
        # A signal ends this wait.
        threading.Event().wait()
    else:
        LOG.error("PostgreSQL ended by itself with code %s; stopping", cluster.process.wait())
    return 1


def _import_application() -> None:
    importlib.import_module("msm_local.api.app")


def _listen(asked: int | None, remembered: int | None) -> socket.socket:
    listener = bind_first_free(asked) if asked else bind_usual(remembered)
    if asked and listener.getsockname()[1] != asked:
        listener.close()
        raise PortBusyError(
            f"Port {asked} is in use; choose another with --port, or leave it out.", port=asked
        )
    return listener


def _first_state(instance: Instance, launch: Launch, port: int, token: str) -> State:
    started = psutil.Process().create_time()
    state = State(
        pid=os.getpid(),
        started=started,
        phase="starting",
        steps={"starting": started},
        port=port,
        endpoint=f"http://127.0.0.1:{port}",
        token=token,
        database_url=launch.database_url or "",
        embedded=launch.database_url is None,
        data_folder="",
        postgres_port=0,
        log_path=str(instance.log_path),
        version=version("msm-local"),
        api=launch.api,
    )
    instance.write_state(state)
    return state


def _reporter(instance: Instance, state: State, starter: int) -> Callable[[str], None]:
    def report(step: str) -> None:
        if os.getppid() != starter:
            # A caller that was killed cannot end us, and nobody else would.
            LOG.error("the caller of this start ended before the step %r; ending too", step)
            raise SystemExit(1)
        LOG.info("%s", step)
        # The copies that replace() makes of a state share this dictionary.
        state.steps[step] = time.time()
        instance.write_state(replace(state, phase=step))

    return report


def _register(instance: Instance) -> None:
    try:
        register(instance)
    except MsmLocalError as error:
        # A user without a home folder can still have a platform; `list` shows it while it runs.
        LOG.warning("the instance cannot be registered for `msm-local list`: %s", error)


def _own_database(cluster: Cluster) -> str:
    databases = cluster.databases()
    for name in UNFINISHED & set(databases):
        LOG.info("dropping %s, which an interrupted reset left behind", name)
        discard(cluster, name)
    if DATABASE not in databases:
        cluster.create_database(DATABASE)
    return cluster.platform_url(DATABASE)


def _let_signals_unwind() -> None:
    """Let the first signal raise SystemExit, so that the server cleans up; ignore later ones."""

    def leave(_number: int, _frame: FrameType | None) -> NoReturn:
        for other in ENDING_SIGNALS:
            signal.signal(other, signal.SIG_IGN)
        raise SystemExit(0)

    for number in ENDING_SIGNALS:
        signal.signal(number, leave)


if __name__ == "__main__":
    sys.exit(main())
