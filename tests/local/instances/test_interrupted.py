"""A stop that is interrupted, and files that outlived their processes."""

import json
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from msm_local.instances.destruction import destroy
from msm_local.instances.health import probe
from msm_local.instances.instance import Instance
from msm_local.system.ports import is_free
from tests.local.shell import Shell, family_of, gone, hold, is_pending
from tests.support.waiting import soon

# Many processes: together they would take too long for the default suite.
pytestmark = pytest.mark.slow


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Shell]:
    """A project of one test, without an instance."""
    (tmp_path / "pyproject.toml").touch()
    made = Shell(tmp_path)
    yield made
    made("destroy", "--force")


def status_of(shell: Shell) -> str:
    return probe(Instance(shell.folder, shell.name, shell.state)).status


@pytest.mark.parametrize(
    "number", [pytest.param(signal.SIGINT, marks=pytest.mark.long), signal.SIGKILL]
)
def test_an_interrupted_stop_can_be_repeated(fresh: Shell, number: signal.Signals) -> None:
    """Interrupted while it looks for the server, and while it waits for its end."""
    state = fresh.start()
    fresh.write_row()
    with fresh.popen("stop") as stopping:
        stopping.send_signal(number)
        stopping.communicate(timeout=60)
    assert soon(lambda: status_of(fresh) in {"healthy", "stopped"})
    assert fresh.start()["status"] == "healthy"

    state = fresh.start()
    family = family_of(state["pid"])
    hold(state["pid"])
    with fresh.popen("stop") as stopping:
        assert soon(lambda: is_pending(state["pid"], signal.SIGTERM))
        stopping.send_signal(number)
        stopping.communicate(timeout=60)
    assert stopping.returncode == (-number if number == signal.SIGKILL else 128 + number)
    os.kill(state["pid"], signal.SIGCONT)
    assert gone(family)
    assert fresh.status(code=3)["status"] == "stopped"
    fresh.start()
    assert fresh.count_rows() == 1


@pytest.mark.parametrize("delay", [0.0, pytest.param(0.1, marks=pytest.mark.long)])
def test_a_postgresql_killed_during_a_stop_keeps_rows(fresh: Shell, delay: float) -> None:
    state = fresh.start()
    fresh.write_row()
    family = family_of(state["pid"])
    os.kill(state["pid"], signal.SIGTERM)
    time.sleep(delay)
    if family[1].is_running():
        family[1].kill()
    assert gone(family)
    assert fresh.status(code=3)["status"] == "stopped"
    assert is_free(state["port"])
    assert is_free(state["postgres_port"])
    fresh.start()
    assert fresh.count_rows() == 1


def test_stale_pid_files_harm_no_other_process(fresh: Shell) -> None:
    """Both files name the pid of this test."""
    state = fresh.start()
    fresh.write_row()
    written = (fresh.state / "state.json").read_text()
    fresh("stop")
    stale = json.loads(written) | {"pid": os.getpid()}
    (fresh.state / "state.json").write_text(json.dumps(stale))
    postmaster = Path(state["data_folder"]) / "postmaster.pid"
    postmaster.write_text(f"{os.getpid()}\n{state['data_folder']}\n1\n{state['postgres_port']}\n")
    assert fresh.status(code=3)["status"] == "stopped"
    fresh("stop")
    (fresh.state / "state.json").write_text(json.dumps(stale))
    assert fresh.start()["pid"] != os.getpid()
    assert fresh.count_rows() == 1
    assert psutil.Process().is_running()


def test_an_interrupted_destroy_can_be_repeated(
    fresh: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = Path(fresh.start()["data_folder"])
    fresh("stop")
    delete = shutil.rmtree
    deleted: list[Path] = []

    def interrupt(path: Path) -> None:
        if deleted:
            raise KeyboardInterrupt
        deleted.append(path)
        delete(path)

    instance = Instance(fresh.folder, fresh.name, fresh.state)
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", interrupt)
        with pytest.raises(KeyboardInterrupt):
            destroy(instance, force=False)
    assert deleted[0].parent == data
    assert data.exists()
    destroy(instance, force=False)
    assert not data.exists()
    assert not fresh.state.exists()
