"""Run a function in a process forked from one that has already imported the SDK.

The import of the SDK costs seconds of CPU, and the SDK keeps its Git context and its endpoint for
the life of a process. A forked process has used neither yet, and starts in milliseconds.
"""

import io
import multiprocessing
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.support.generation import PROGRAM, module_of, sdk

__all__ = ["Finished", "point_sdk_at", "run_forked", "run_sdk_cli", "value_of"]

TIMEOUT_SECONDS = 120

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(
    [
        module_of("cli"),
        module_of("migrations"),
        "alembic.command",
        "tests.support.mapped",
        # Imports of the test modules that hold the functions to run. Not `migrations`: a test may
        # have its own copy in its working folder.
        "pytest",
        "pytest_postgresql.janitor",
        "unittest.mock",
        "psycopg",
        "msm_local.postgres.cluster",
        "msm_local.platform",
        __name__,
        # Each module of tests that holds a function imports it.
        "tests.conftest",
    ]
)


@dataclass(frozen=True, slots=True)
class Finished:
    """How a forked run ended.

    Attributes:
        exit_code: 0, or the code of SystemExit, or 1 after an exception.
        stdout: the text on standard output.
        stderr: the text on standard error, with the traceback of an exception.
        value: the return value of the function.
    """

    exit_code: int
    stdout: str
    stderr: str
    value: Any


def run_forked(
    function: Callable[..., Any],
    *arguments: Any,
    environment: Mapping[str, str],
    folder: Path,
    timeout: float = TIMEOUT_SECONDS,
) -> Finished:
    """Call a module-level function with ``environment`` added and ``folder`` as working folder."""
    receiver, sender = _context.Pipe(duplex=False)
    process = _context.Process(
        target=_child, args=(sender, function, arguments, dict(environment), str(folder))
    )
    process.start()
    # Only the child holds the sending end now, so its death ends the wait below.
    sender.close()
    try:
        if not receiver.poll(timeout):
            process.kill()
            raise TimeoutError(f"{function.__qualname__} ran for over {timeout:g} s")
        finished: Finished = receiver.recv()
    finally:
        receiver.close()
        process.join(TIMEOUT_SECONDS)
        process.close()
    return finished


def value_of(function: Callable[..., Any], *arguments: Any, environment: Mapping[str, str]) -> Any:
    """What a module-level function returns in a forked process, which must end well."""
    root = Path(__file__).parents[2]
    finished = run_forked(function, *arguments, environment=environment, folder=root)
    assert finished.exit_code == 0, finished.stderr
    return finished.value


def run_sdk_cli(*arguments: str, environment: Mapping[str, str], folder: Path) -> Finished:
    """Run the SDK's own command line, as ``metatables ARGUMENTS`` would."""
    return run_forked(_sdk_cli, arguments, environment=environment, folder=folder)


def _sdk_cli(arguments: tuple[str, ...]) -> None:
    sys.argv = [PROGRAM, *arguments]
    sdk("cli").app()


def _child(
    sender: Connection,
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    environment: dict[str, str],
    folder: str,
) -> None:
    os.environ.update(environment, GIT_WORK_TREE=folder)
    os.chdir(folder)
    point_sdk_at(environment["MAINSEQUENCE_ENDPOINT"])
    stdout, stderr = io.StringIO(), io.StringIO()
    exit_code, value = 0, None
    with redirect_stdout(stdout), redirect_stderr(stderr):
        try:
            value = function(*arguments)
        except SystemExit as error:
            exit_code = error.code if isinstance(error.code, int) else int(error.code is not None)
            if isinstance(error.code, str):
                stderr.write(error.code)
        except BaseException:  # noqa: BLE001 - the parent gets it as text and an exit code
            traceback.print_exc()
            exit_code = 1
    sender.send(Finished(exit_code, stdout.getvalue(), stderr.getvalue(), value))
    sender.close()


def point_sdk_at(endpoint: str) -> None:
    """Send what this process asks of the SDK to a platform that started after its import."""
    from mainsequence.client import utils
    from mainsequence.client.base import BaseObjectOrm

    utils.set_mainsequence_endpoint(endpoint)
    BaseObjectOrm.ROOT_URL = utils.API_ENDPOINT
