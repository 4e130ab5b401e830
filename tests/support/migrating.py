"""Migrations in other processes: started, watched through PostgreSQL, killed."""

import os
import runpy
import signal
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg

from msm.errors import commands
from tests.conftest import PROVIDER, ROOT
from tests.support.forked import Finished, run_forked, run_sdk_cli
from tests.support.generation import GENERATION, sdk
from tests.support.history import HEAD, NEXT

__all__ = [
    "LOCK_TABLE",
    "NAME",
    "UPGRADE",
    "WAITING",
    "Background",
    "migrate",
    "migrate_in",
    "reason_for",
    "run_tool_fresh",
    "sentence_of",
    "unload_ours",
    "wait_for_lock_timeout",
    "wait_until",
    "write_revision",
    "wrong_provider_code",
]

NAME = "msm-migrate"
UPGRADE = commands.UPGRADE
LOCK_TABLE = "public.ms_markets__alembic_version"
# What a migration asks while another one holds the lock.
WAITING = "FROM pg_locks l LEFT JOIN pg_stat_activity"
TIMEOUT = 60.0

REVISION = '''"""A revision of a test."""

import sqlalchemy as sa
from alembic import op

revision: str = {revision!r}
down_revision: str | None = {parent!r}
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    {upgrade}


def downgrade() -> None:
    {downgrade}
'''


def migrate(*arguments: str, environment: Mapping[str, str], folder: Path = ROOT) -> Finished:
    """Run the SDK's ``migrations ARGUMENTS`` on our provider."""
    command = ("migrations", arguments[0], "--provider", PROVIDER, *arguments[1:])
    return run_sdk_cli(*command, environment=environment, folder=folder)


def migrate_in(
    namespace: str, *arguments: str, environment: Mapping[str, str], folder: Path
) -> Finished:
    """Run the SDK's ``migrations ARGUMENTS`` on our provider in another namespace."""
    command = ("migrations", arguments[0], "--provider", PROVIDER, *arguments[1:])
    named = dict(environment) | {"MSM_AUTO_REGISTER_NAMESPACE": namespace}
    return run_forked(run_cli_fresh, command, environment=named, folder=folder)


def run_cli_fresh(arguments: tuple[str, ...]) -> None:
    """Run the SDK's command line after the forked process has unloaded our packages.

    The namespace is read once, when msm is imported. A test module imports the provider of the
    repository, not the copy in the working folder.
    """
    unload_ours()
    sdk("cli").app(list(arguments))


def run_check_fresh() -> int:
    """Run ``python -m migrations.check --json`` of the provider in the working folder."""
    unload_ours()
    sys.path.insert(0, str(Path.cwd()))
    from migrations.check.__main__ import main

    return main(["--json"])


def run_tool_fresh(tool: str, *arguments: str) -> None:
    """Run ``python -m migrations.TOOL ARGUMENTS`` of the provider in the working folder."""
    unload_ours()
    sys.path.insert(0, str(Path.cwd()))
    sys.argv = [tool, *arguments]
    runpy.run_module(f"migrations.{tool}", run_name="__main__", alter_sys=True)


def unload_ours() -> None:
    """Make the next import load our packages again, those in the working folder first."""
    for name in list(sys.modules):
        if name.partition(".")[0] in {"migrations", "msm", "msm_portfolio", "msm_pricing"}:
            del sys.modules[name]


def wrong_provider_code(verb: str) -> int:
    """The exit code of a command whose provider cannot be imported."""
    # Where the CLI imports the provider as one of its options, it is a wrong option.
    return 2 if GENERATION == "mainsequence8" or verb == "revision" else 1


def sentence_of(result: Finished) -> str:
    """The last line of a failed migration, which has to be its one sentence."""
    assert "Traceback" not in result.stderr, result.stderr
    return result.stderr.splitlines()[-1]


def write_revision(
    checkout: Path,
    upgrade: str,
    downgrade: str = "pass",
    *,
    revision: str = NEXT,
    parent: str | None = HEAD,
    acknowledged: str | None = None,
) -> Path:
    """Write a revision with these bodies, of one indented line or several.

    It gives a reason for the destructive rule ``acknowledged``.
    """
    file = checkout / "migrations" / "versions" / "mainsequence_markets" / f"{revision}_test.py"
    file.write_text(
        REVISION.format(
            revision=revision,
            parent=parent,
            upgrade=upgrade.replace("\n", "\n    "),
            downgrade=downgrade.replace("\n", "\n    "),
        )
        + reason_for(acknowledged),
        encoding="utf-8",
    )
    return file


def reason_for(rule: str | None) -> str:
    """The lines with which a revision acknowledges a destructive rule."""
    return "" if rule is None else f'\n\nacknowledged = {{"{rule}": "Nobody needs it."}}\n'


def wait_until[T](look: Callable[[], T | None], what: str) -> T:
    """Poll until there is a result."""
    deadline = time.monotonic() + TIMEOUT
    while (found := look()) is None:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not happen within {TIMEOUT:g} s")
        time.sleep(0.02)
    return found


def wait_for_lock_timeout(watcher: psycopg.Connection[Any], name: str = NAME) -> None:
    """Wait until a session with this name has waited for a lock and its wait has ended."""
    query = (
        "SELECT 1 FROM pg_stat_activity WHERE application_name LIKE %s AND wait_event_type = 'Lock'"
    )
    wait_until(lambda: watcher.execute(query, [f"{name} %"]).fetchone(), "a wait for a lock")
    wait_until(
        lambda: watcher.execute(query, [f"{name} %"]).fetchone() is None or None, "its time-out"
    )


@dataclass(frozen=True, slots=True)
class BackgroundSession:
    """A session of a migration, as PostgreSQL sees it."""

    backend: int
    process: int
    query: str


class Background:
    """Migrations in other processes, in a database that an administrator watches.

    Args:
        watcher: sees every session of the database; autocommits.
    """

    def __init__(self, watcher: psycopg.Connection[Any]) -> None:
        self._watcher = watcher
        self._threads = ThreadPoolExecutor(12)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            for seen in self.sessions(""):
                os.kill(seen.process, signal.SIGKILL)
        self._threads.shutdown()

    def start(
        self, *arguments: str, environment: Mapping[str, str], folder: Path = ROOT
    ) -> Future[Finished]:
        """Start a migration; the future of one that was killed raises EOFError."""
        return self._threads.submit(migrate, *arguments, environment=environment, folder=folder)

    def sessions(self, query: str) -> list[BackgroundSession]:
        """The migration sessions whose last statement contains ``query``."""
        rows = self._watcher.execute(
            "SELECT pid, application_name, query FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name LIKE %s AND query LIKE %s",
            [f"{NAME} %", f"%{query}%"],
        )
        return [BackgroundSession(pid, int(name.split()[2]), said) for pid, name, said in rows]

    def holder(self) -> int | None:
        """The process of the migration that holds the lock of this database."""
        row = self._watcher.execute(
            "SELECT application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
            " WHERE locktype = 'advisory' AND granted AND datname = current_database()"
        ).fetchone()
        return None if row is None else int(row[0].split()[2])

    def wait_for(self, query: str) -> BackgroundSession:
        """Wait for a migration session whose statement contains ``query``."""
        return wait_until(
            lambda: next(iter(self.sessions(query)), None), f"a session running {query!r}"
        )
