"""The operations of a platform, as the pages about them show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

from msm_local.services.activity.recorder import Operation
from msm_local.services.activity.statements import tables_of
from msm_local.sql.parser import TableName

__all__ = ["FILTERS", "SLOW_MS", "Filter", "Line", "line_of", "matching"]

# A statement that takes longer is worth a look.
SLOW_MS = 100
SHORT = 200
WHO = {"mainsequence8": "SDK 8", "metatables": "metatables"}

Filter = Literal["all", "slow", "failed"]
FILTERS: tuple[Filter, ...] = get_args(Filter)


@dataclass(frozen=True, slots=True)
class Line:
    """One operation, as text.

    Attributes:
        number: of the operation.
        began: when it began.
        clock: the time of that, with the day if it was another one.
        who: the SDK that asked.
        kind: what it asked for, such as ``select``.
        statement: the beginning of the statement, on one line; empty if there is none.
        tables: schema and name of each table that the statement uses.
        rows: the rows that it returned or changed; None if it has none, or failed.
        milliseconds: how long it took.
        is_slow: whether that is SLOW_MS or longer.
        error: the class of its error; None if it succeeded.
        sentence: what the client was told about the error.
    """

    number: int
    began: datetime
    clock: str
    who: str
    kind: str
    statement: str
    tables: list[TableName]
    rows: int | None
    milliseconds: str
    is_slow: bool
    error: str | None
    sentence: str | None


def line_of(operation: Operation) -> Line:
    """An operation, as text."""
    asked, outcome = operation.asked, operation.outcome
    is_today = operation.began.date() == datetime.now(UTC).date()
    text = " ".join(asked.statement[: 4 * SHORT].split())
    return Line(
        number=operation.number,
        began=operation.began,
        clock=operation.began.strftime("%H:%M:%S" if is_today else "%d %b %H:%M:%S"),
        who=WHO[asked.generation],
        kind=asked.kind,
        statement=text if len(text) <= SHORT else f"{text[:SHORT]} …",
        tables=tables_of(operation),
        rows=outcome.rows,
        milliseconds=f"{operation.milliseconds:,.1f}",
        is_slow=_is_slow(operation),
        error=outcome.error,
        sentence=outcome.sentence,
    )


def matching(operations: Iterable[Operation], only: Filter) -> list[Operation]:
    """The operations that a filter lets through."""
    match only:
        case "all":
            return list(operations)
        case "slow":
            return [each for each in operations if _is_slow(each)]
        case "failed":
            return [each for each in operations if each.outcome.error is not None]


def _is_slow(operation: Operation) -> bool:
    return operation.milliseconds >= SLOW_MS
