"""Repeat measurements in interleaved order, and say their median, spread and ratios."""

import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Figure", "Sample", "figure", "interleave", "seconds_of", "timed"]


@dataclass(frozen=True, slots=True)
class Sample:
    """Repeated measurements of one thing, in one unit."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle measurement."""
        return statistics.median(self.values)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    Attributes:
        what: what was measured.
        sample: the measurements.
        unit: of the sample.
        over: what the ratio compares with; empty where there is no ratio.
        ratio: the median over the median of ``over``.
        bound: the project's bound, in words; empty where there is none.
    """

    what: str
    sample: Sample
    unit: str = "s"
    over: str = ""
    ratio: float | None = None
    bound: str = ""


def figure(
    found: Mapping[str, Sample], name: str, over: str = "", *, bound: str = "", unit: str = "s"
) -> Figure:
    """A line about one of several samples, compared with another of them."""
    ratio = found[name].median / found[over].median if over else None
    return Figure(name, found[name], unit, over, ratio, bound)


def interleave(measures: Mapping[str, Callable[[], float]], repeats: int) -> dict[str, Sample]:
    """Measure each thing once a round, so that what disturbs the machine disturbs all of them."""
    found: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(repeats):
        for name, measure in measures.items():
            found[name].append(measure())
    return {name: Sample(tuple(values)) for name, values in found.items()}


def timed(work: Callable[[], object]) -> float:
    """Call ``work`` and return the wall time in seconds."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def seconds_of(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> float:
    """Run a command to its end and return the wall time in seconds.

    Raises:
        CalledProcessError: the command failed; a failure has no duration worth knowing.
    """
    return timed(
        lambda: subprocess.run(
            command, env=dict(environment), cwd=folder, capture_output=True, check=True
        )
    )
