"""What the time of an operation is spent on: CPU of the client, the wire, platform, PostgreSQL.

The wire is what the kernel does for the client and the platform, which is mostly their sockets.
Shares are of the CPU of all four. The client works while the platform does, so that their seconds
may be more than those that the operation takes.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from .timing import Figure, Sample

__all__ = ["Shares"]

PARTS = ("client", "wire", "platform", "PostgreSQL")
# PostgreSQL counts the CPU of a session that has ended a moment later.
PAUSE = 0.2


class Shares:
    """Seconds of CPU by part, of each operation that is measured.

    Args:
        pid: the process of a platform that has started its PostgreSQL itself.
    """

    def __init__(self, pid: int) -> None:
        self._server = psutil.Process(pid)
        self._found: dict[str, list[tuple[float, ...]]] = {}

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Measure what runs inside."""
        before = self._seconds()
        yield
        time.sleep(PAUSE)
        spent = tuple(b - a for a, b in zip(before, self._seconds(), strict=True))
        self._found.setdefault(name, []).append(spent)

    def figures(self) -> list[Figure]:
        """A line for each part of each operation that took as long as a tick of the clock."""
        return [
            Figure(
                f"{name}: {part}",
                Sample(tuple(spent[place] for spent in found)),
                "s CPU",
                over="all four",
                ratio=Sample(tuple(spent[place] / sum(spent) for spent in found)),
            )
            for name, found in self._found.items()
            if all(map(sum, found))
            for place, part in enumerate(PARTS)
        ]

    def _seconds(self) -> tuple[float, ...]:
        client, platform = os.times(), self._server.cpu_times()
        postgresql = 0.0
        for process in self._server.children(recursive=True):
            try:
                # Sessions that have ended are children of the postmaster.
                postgresql += sum(process.cpu_times()[:4])
            except psutil.NoSuchProcess:
                continue
        return client.user, client.system + platform.system, platform.user, postgresql
