"""The last operations, in memory: what a developer looks at while a service runs.

Only the text of a statement is kept, never the values of its parameters: they can be secrets, and
the rows of a large write would fill the memory.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import psycopg

from msm_local.contract.requests import PlaceholderStyle
from msm_local.errors import MsmLocalError, PostgresqlRefusedError
from msm_local.repositories.generations import Generation

__all__ = ["Activity", "Asked", "Operation", "Outcome"]

MAX_OPERATIONS = 500
# Of all statements and sentences together; the oldest operations go first.
MAX_CHARACTERS = 400_000
# Of one text; what is longer is cut, and such a statement has no plan.
MAX_TEXT = 20_000
CUT = " …"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client asked for.

    Attributes:
        generation: the generation of its SDK.
        kind: the operation as the client declared it, such as ``select`` or ``finalize``.
        statement: its text as it was sent; empty if the operation has none.
        placeholders: how its text writes them.
    """

    generation: Generation
    kind: str
    statement: str = ""
    placeholders: PlaceholderStyle = "none"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an operation.

    Attributes:
        rows: the rows that it returned or changed; None if it has none, or failed.
        error: the class of its error; None if it succeeded.
        sentence: what the client was told about the error, without the row that it is about.
    """

    rows: int | None
    error: str | None = None
    sentence: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation that has ended.

    Attributes:
        number: counts the operations of this platform from 1.
        asked: what the client asked for; its text is cut if it is very long.
        began: when it began.
        milliseconds: how long it took, without the wait for a free connection of the pool.
        outcome: what came of it.
        is_whole: whether the text of the statement is all of it.
    """

    number: int
    asked: Asked
    began: datetime
    milliseconds: float
    outcome: Outcome
    is_whole: bool

    @property
    def size(self) -> int:
        """The characters that it holds."""
        return len(self.asked.statement) + len(self.outcome.sentence or "")


class Activity:
    """A bounded list of the last operations. Threads may use it at the same time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._operations: deque[Operation] = deque()
        self._characters = 0
        self._count = 0

    @property
    def count(self) -> int:
        """How many operations there were since the start: the number of the last one."""
        return self._count

    def run[T](
        self, asked: Asked, operation: Callable[[], T], outcome: Callable[[T], Outcome]
    ) -> T:
        """Run an operation, and keep what came of it.

        Args:
            asked: what the client asked for.
            operation: does it.
            outcome: what its answer means.
        """
        began = time.perf_counter()
        try:
            answer = operation()
        except Exception as error:
            self._keep(asked, began, Outcome(None, type(error).__name__, _cut(_told(error))))
            raise
        self._keep(asked, began, outcome(answer))
        return answer

    def since(self, number: int) -> list[Operation]:
        """The operations after the one with this number, the oldest first."""
        with self._lock:
            return [each for each in self._operations if each.number > number]

    def find(self, number: int) -> Operation | None:
        """The operation with this number; None if there is none, or it is too long ago."""
        return next((each for each in self.since(number - 1) if each.number == number), None)

    def _keep(self, asked: Asked, began: float, outcome: Outcome) -> None:
        seconds = time.perf_counter() - began
        is_whole = len(asked.statement) <= MAX_TEXT
        if not is_whole:
            asked = replace(asked, statement=_cut(asked.statement))
        started = datetime.now(UTC) - timedelta(seconds=seconds)
        with self._lock:
            self._count += 1
            kept = Operation(self._count, asked, started, seconds * 1000, outcome, is_whole)
            self._operations.append(kept)
            self._characters += kept.size
            while len(self._operations) > MAX_OPERATIONS or self._characters > MAX_CHARACTERS:
                self._characters -= self._operations.popleft().size


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + CUT


def _told(error: Exception) -> str:
    cause = error.__cause__
    if isinstance(error, PostgresqlRefusedError) and isinstance(cause, psycopg.Error):
        # Its whole text has the values of the row.
        return cause.diag.message_primary or type(cause).__name__
    return str(error) if isinstance(error, MsmLocalError) else repr(error)
