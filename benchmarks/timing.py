"""Repeat measurements in interleaved order; report their median, spread, ratios and bounds."""

import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Figure", "Group", "Sample", "figure", "interleave", "seconds_of", "timed"]


@dataclass(frozen=True, slots=True)
class Sample:
    """Repeated measurements of one thing, in one unit."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle measurement."""
        return statistics.median(self.values)

    def over(self, other: "Sample") -> "Sample":
        """The ratios to another sample, round by round: both sides saw the same machine load."""
        return Sample(tuple(a / b for a, b in zip(self.values, other.values, strict=True)))


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    Attributes:
        what: what was measured.
        sample: the measurements.
        unit: of the sample.
        over: what the ratio compares with; empty without a ratio.
        ratio: the ratios to what it compares with, one per round.
        at_most: the project's bound for the median, in the unit; None without a bound.
        times: the project's bound for the median ratio; None without a bound.
    """

    what: str
    sample: Sample
    unit: str = "s"
    over: str = ""
    ratio: Sample | None = None
    at_most: float | None = None
    times: float | None = None

    def verdicts(self) -> list[str]:
        """Each bound in words, and whether it is met or MISSED."""
        verdicts = []
        if self.at_most is not None:
            verdicts.append(_verdict(self.sample, self.at_most, self.unit))
        if self.times is not None and self.ratio is not None:
            verdicts.append(_verdict(self.ratio, self.times, "times"))
        return verdicts


@dataclass(frozen=True, slots=True)
class Group:
    """The results of one group of measurements.

    Attributes:
        figures: the lines of its table.
        server: the PostgreSQL that it ran on, and whether it waits for the disk.
    """

    figures: Sequence[Figure]
    server: str


def _verdict(sample: Sample, limit: float, unit: str) -> str:
    return f"{limit:g} {unit}: {'met' if sample.median <= limit else 'MISSED'}"


def figure(
    found: Mapping[str, Sample],
    name: str,
    over: str = "",
    *,
    unit: str = "s",
    at_most: float | None = None,
    times: float | None = None,
) -> Figure:
    """A line about one of several samples, compared with another sample of the same rounds."""
    ratio = found[name].over(found[over]) if over else None
    return Figure(name, found[name], unit, over, ratio, at_most, times)


def interleave(measures: Mapping[str, Callable[[], float]], repeats: int) -> dict[str, Sample]:
    """Measure each thing once per round."""
    # Not one after the other: a disturbance of the machine would hit only one of them.
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
        CalledProcessError: the command failed; the duration of a failure means nothing.
    """
    return timed(
        lambda: subprocess.run(
            command, env=dict(environment), cwd=folder, capture_output=True, check=True
        )
    )
