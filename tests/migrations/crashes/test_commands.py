"""The SDK's command line as a process of its own: killed, and interrupted from the keyboard."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psycopg
import pytest

from migrations.errors import MigrationInterruptedError
from msm_local.platform import LocalPlatform
from tests.conftest import PROVIDER, ROOT, environment_of
from tests.support.crashing import Clean, read_state
from tests.support.gateway import Gateway
from tests.support.generation import PROGRAM
from tests.support.migrating import Background, migrate, wait_until
from tests.support.refusals import NOTHING_KEPT, sentence

pytestmark = pytest.mark.slow

BLOCKED = "ms_markets__curvebuildingdetails"

type Start = Callable[[Mapping[str, str]], subprocess.Popen[bytes]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the SDK's ``migrations upgrade``, its standard error in ``tmp_path``."""
    started: list[subprocess.Popen[bytes]] = []

    def upgrade(environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        program = Path(sys.executable).with_name(PROGRAM)
        with (tmp_path / "stderr").open("wb") as stderr:
            started.append(
                subprocess.Popen(
                    [program, "migrations", "upgrade", "--provider", PROVIDER, "head"],
                    env={**os.environ, **environment, "GIT_WORK_TREE": str(ROOT)},
                    cwd=ROOT,
                    stdout=stderr,
                    stderr=stderr,
                )
            )
        return started[-1]

    yield upgrade
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    "request_path",
    [
        pytest.param("/time-index-meta-tables/", id="reserve", marks=pytest.mark.long),
        pytest.param("/migration-connection/", id="connection", marks=pytest.mark.long),
        pytest.param("/finalize-managed/", id="finalize"),
    ],
)
@pytest.mark.parametrize(
    "arrives",
    [True, pytest.param(False, marks=pytest.mark.long)],
    ids=["arrives", "is lost"],
)
def test_command_killed_in_a_request_is_completed_next(
    request_path: str,
    arrives: bool,
    start: Start,
    clean: Clean,
    fresh_platform: LocalPlatform,
    empty_url: str,
) -> None:
    running: list[subprocess.Popen[bytes]] = []

    def meet(method: str, path: str) -> int | None:
        if method == "POST" and path.endswith(request_path):
            running[0].kill()
            return None if arrives else 503
        return None

    environment = environment_of(fresh_platform)
    with Gateway(fresh_platform, meet) as gateway:
        running.append(start({**environment, **gateway.environment()}))
        assert running[0].wait(120) == -signal.SIGKILL
    assert migrate("upgrade", "head", environment=environment).exit_code == 0
    assert read_state(empty_url) == clean.after


@pytest.mark.parametrize(
    ("signals", "codes"),
    [
        pytest.param([signal.SIGKILL], {-signal.SIGKILL}, id="killed", marks=pytest.mark.long),
        pytest.param([signal.SIGINT], {130}, id="interrupted"),
        # The second one may arrive after the first has ended everything.
        pytest.param(
            [signal.SIGINT, signal.SIGINT],
            {130, -signal.SIGINT},
            id="interrupted twice",
            marks=pytest.mark.long,
        ),
    ],
)
def test_command_ended_in_a_revision_leaves_nothing(
    signals: list[signal.Signals],
    codes: set[int],
    start: Start,
    clean: Clean,
    fresh_platform: LocalPlatform,
    empty_url: str,
    background: Background,
    tmp_path: Path,
) -> None:
    environment = environment_of(fresh_platform)
    assert migrate("upgrade", "1002", environment=environment).exit_code == 0
    before = read_state(empty_url)
    with psycopg.connect(empty_url) as other:
        other.execute(f"CREATE TABLE {BLOCKED} ()")
        process = start({**environment, "MSM_MIGRATION_TABLE_LOCK_TIMEOUT": "60"})
        assert background.wait_for(f"CREATE TABLE {BLOCKED}").process == process.pid
        for number in signals:
            process.send_signal(number)
        assert process.wait(60) in codes
        said = (tmp_path / "stderr").read_text()
        assert "Traceback" not in said
        if signals == [signal.SIGINT]:
            whole = sentence(MigrationInterruptedError, outcome=NOTHING_KEPT)
            assert said.splitlines()[-1] == whole
        # Also while the table is still blocked.
        wait_until(lambda: background.holder() is None or None, "the end of the lock")
        other.rollback()
    assert read_state(empty_url) == before
    assert migrate("upgrade", "head", environment=environment).exit_code == 0
    assert read_state(empty_url) == clean.after
