"""Starting a process: a signal at that moment, and servers that do not behave."""

import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import NoReturn

import psutil
import pytest

from msm_local.errors import StartFailedError
from msm_local.instances import lifecycle
from msm_local.instances.instance import Instance
from msm_local.instances.step_times import SlowSteps
from msm_local.system.processes import (
    ENDING_SIGNALS,
    find_server,
    is_server,
    signals_deferred,
    wait_until_gone,
)
from tests.local.shell import like_a_server, lives


@pytest.mark.parametrize("number", ENDING_SIGNALS)
def test_a_deferred_signal_arrives_after_the_context(number: signal.Signals) -> None:
    def leave(_number: int, _frame: FrameType | None) -> NoReturn:
        raise InterruptedError

    def interrupted() -> None:
        with signals_deferred():
            os.kill(os.getpid(), number)
            steps.append("went on")
        steps.append("never reached")

    steps: list[str] = []
    before = signal.signal(number, leave)
    try:
        with pytest.raises(InterruptedError):
            interrupted()
        assert signal.getsignal(number) is leave
    finally:
        signal.signal(number, before)
    assert steps == ["went on"]


DEAF_SECONDS = 60
DEAF = f"""
import pathlib, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path("deaf").touch()
time.sleep({DEAF_SECONDS})
"""


def start_failing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, server: str
) -> pytest.ExceptionInfo[StartFailedError]:
    (folder / "odd_server.py").write_text(server)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setattr(lifecycle, "SERVER_MODULE", "odd_server")
    instance = Instance(folder, "test", folder / "state")
    with pytest.raises(StartFailedError) as refusal:
        lifecycle.ensure_started(instance)
    return refusal


@pytest.mark.slow
def test_a_failed_start_kills_a_deaf_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SlowSteps, "timeout", 3.0)
    monkeypatch.setattr(lifecycle, "STOP_TIMEOUT", 0.2)
    began = time.monotonic()
    assert start_failing(tmp_path, monkeypatch, DEAF).match("3 s")
    # It would have ended by itself.
    assert time.monotonic() - began < DEAF_SECONDS
    assert (tmp_path / "state" / "deaf").exists()
    children = filter(lives, psutil.Process().children())
    assert not [child for child in children if "odd_server" in " ".join(child.cmdline())]


def test_a_server_that_exits_at_once_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert start_failing(tmp_path, monkeypatch, "raise SystemExit(7)").match("code 7")


def test_a_server_lives_on_when_the_clock_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with like_a_server(tmp_path) as process:
        found = find_server(tmp_path)
        assert found is not None
        if sys.platform == "linux":
            # What Linux says of the start of all processes moves with the clock.
            moved = psutil.boot_time() - 3600
            monkeypatch.setattr("psutil._pslinux.boot_time", lambda: moved)
        assert is_server(process.pid, tmp_path)
        assert not wait_until_gone(found.process, 0.05)
        process.kill()
        assert wait_until_gone(found.process, 10)
        assert not is_server(process.pid, tmp_path)


def test_a_pid_in_use_by_another_process_is_no_server(tmp_path: Path) -> None:
    assert not is_server(os.getpid(), tmp_path)
    with like_a_server(tmp_path) as process:
        assert is_server(process.pid, tmp_path)
        assert not is_server(process.pid, tmp_path / "other")
