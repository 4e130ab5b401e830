"""Measure in a process forked from one that has imported the SDK and Alembic.

So no figure includes the start of the interpreter, imports of libraries, or mapping of our models.
"""

import io
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from alembic.config import Config

from tests.support.forked import run_forked
from tests.support.generation import sdk

from .timing import timed

__all__ = ["bare_config", "in_fork", "sdk_cli", "seconds_in_fork", "statements_in_fork"]

# Ten thousand tables take minutes.
MOST_SECONDS = 3_600


def in_fork(
    work: Callable[..., Any], *arguments: Any, environment: Mapping[str, str], folder: Path
) -> Any:
    """What a module-level function returns in a forked process.

    Raises:
        RuntimeError: it failed there; the duration of a failure means nothing.
    """
    run = run_forked(work, *arguments, environment=environment, folder=folder, timeout=MOST_SECONDS)
    if run.exit_code != 0:
        raise RuntimeError(run.stderr)
    return run.value


def seconds_in_fork(
    work: Callable[..., Any], *arguments: Any, environment: Mapping[str, str], folder: Path
) -> float:
    """Seconds that a module-level function takes in a forked process, without the fork."""
    return float(in_fork(_timed, work, arguments, environment=environment, folder=folder))


def statements_in_fork(
    work: Callable[..., Any], *arguments: Any, environment: Mapping[str, str], folder: Path
) -> float:
    """How many SQL statements a module-level function executes in a forked process."""
    return float(in_fork(_counted, work, arguments, environment=environment, folder=folder))


def sdk_cli(*arguments: str) -> None:
    """Run the SDK's own command line, as ``metatables ARGUMENTS`` would."""
    sdk("cli").app(arguments, standalone_mode=False)


def bare_config(folder: str, url: str) -> Config:
    """A configuration of bare Alembic that prints nothing."""
    config = Config(stdout=io.StringIO())
    config.set_main_option("script_location", folder)
    # Alembic reads % as the start of an interpolation.
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def _timed(work: Callable[..., Any], arguments: tuple[Any, ...]) -> float:
    return timed(lambda: work(*arguments))


def _counted(work: Callable[..., Any], arguments: tuple[Any, ...]) -> int:
    from sqlalchemy import Engine, event

    seen: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        # Threads that watch a migration query as often as they get time: not a stable count.
        if threading.current_thread() is threading.main_thread():
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", count)
    work(*arguments)
    return len(seen)
