"""Repeat measurements in interleaved order, and say their median and spread."""

import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Sample", "interleave", "seconds_of"]


@dataclass(frozen=True, slots=True)
class Sample:
    """Repeated measurements of one thing, in one unit."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle measurement."""
        return statistics.median(self.values)

    @property
    def spread(self) -> str:
        """The smallest and the largest measurement, as text."""
        return f"{min(self.values):.2f} to {max(self.values):.2f}"


def interleave(measures: Mapping[str, Callable[[], float]], repeats: int) -> dict[str, Sample]:
    """Measure each thing once a round, so that what disturbs the machine disturbs all of them."""
    found: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(repeats):
        for name, measure in measures.items():
            found[name].append(measure())
    return {name: Sample(tuple(values)) for name, values in found.items()}


def seconds_of(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> float:
    """Run a command to its end and return the wall time in seconds.

    Raises:
        CalledProcessError: the command failed; a failure has no duration worth knowing.
    """
    started = time.perf_counter()
    subprocess.run(command, env=dict(environment), cwd=folder, capture_output=True, check=True)
    return time.perf_counter() - started
