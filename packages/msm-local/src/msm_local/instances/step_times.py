"""Reports about the steps of a start."""

import time
from collections.abc import Callable
from itertools import pairwise

from msm_local.instances.health import Health

__all__ = ["SlowSteps", "StepTimes"]

REPORT_DELAY = 5.0
# In seconds. Longer than the bounds inside the server: 30 s for PostgreSQL, 30 s for the lock of
# the database, and with the metatables API 60 s for each of its steps.
START_TIMEOUT = 60.0
METATABLES_START_TIMEOUT = 180.0


class SlowSteps:
    """Reports each step that a start is at after REPORT_DELAY seconds.

    Attributes:
        timeout: how many seconds the start may take.
        last: the step that was reported last.
    """

    timeout = START_TIMEOUT

    def __init__(self, report: Callable[[str], None]) -> None:
        self.last = ""
        self._report = report
        self._began = time.monotonic()

    def see(self, health: Health) -> None:
        """Take note of the current step."""
        if not health.reason or health.reason == self.last:
            return
        if time.monotonic() > self._began + REPORT_DELAY:
            self.last = health.reason
            self._report(f"Waiting: {self.last}")


class StepTimes:
    """Reports how long each step of a start took.

    Attributes:
        timeout: how many seconds the start may take.
        last: the step that the start is at.
    """

    timeout = METATABLES_START_TIMEOUT

    def __init__(self, report: Callable[[str], None]) -> None:
        self.last = ""
        self._report = report
        self._start = time.monotonic()
        self._reported: set[str] = set()

    def see(self, health: Health) -> None:
        """Report the steps that have ended since the last call."""
        if health.state is None:
            return
        *_, self.last = health.state.steps
        for (step, began), (_, ended) in pairwise(health.state.steps.items()):
            if step not in self._reported:
                self._reported.add(step)
                self._report(f"{ended - began:5.1f} s  {step}")
        if health.status == "healthy":
            self._report(f"{time.monotonic() - self._start:5.1f} s  in total")
