"""Signals to a process that is making another one."""

import os
import signal
from types import FrameType
from typing import NoReturn

import pytest

from msm_local.processes import ENDING_SIGNALS, signals_deferred


@pytest.mark.parametrize("number", ENDING_SIGNALS)
def test_a_signal_in_between_is_neither_lost_nor_too_early(number: signal.Signals) -> None:
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
