"""Errors of many rows that are written by one call."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from msm.errors.base import MsmError
from msm.errors.formatting import shortened

__all__ = ["InvalidRowsError", "PartlyWrittenError", "RowFault", "RowsError"]

# A message stays readable; the attributes of the error hold every fault and every range.
MAX_FAULTS_SHOWN = 5
MAX_RANGES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with one value of one row.

    Attributes:
        row: the position of the row among those given, counted from 0.
        column: the column; several of a key, separated by commas.
        value: what was given.
        problem: what is wrong with it.
    """

    row: int
    column: str
    value: Any
    problem: str

    def __str__(self) -> str:
        given = "" if self.value is None else f" = {shortened(self.value)}"
        return f"row {self.row}, {self.column}{given}: {self.problem}"


class RowsError(MsmError):
    """Rows of one model could not be written.

    Attributes:
        model: the model identifier, such as ``Asset``.
        verb: ``insert``, ``upsert`` or ``delete``.
    """

    def __init__(self, message: str, *, model: type, verb: str) -> None:
        super().__init__(message)
        self.model = model.__name__
        self.verb = verb


class InvalidRowsError(RowsError):
    """Rows do not fit their model; nothing has been sent.

    Attributes:
        faults: every fault, in the order of the rows. The message shows the first few.
    """

    def __init__(self, model: type, verb: str, faults: Sequence[RowFault]) -> None:
        self.faults = tuple(faults)
        more = len(faults) - MAX_FAULTS_SHOWN
        shown = [str(fault) for fault in faults[:MAX_FAULTS_SHOWN]]
        listing = "; ".join([*shown, f"and {more:,} more"] if more > 0 else shown)
        super().__init__(
            f"Nothing was sent, because these rows do not fit {model.__name__}: {listing}. "
            f"Correct them and {verb} again.",
            model=model,
            verb=verb,
        )


class PartlyWrittenError(RowsError):
    """A batch failed after others had been written; the error it failed with is the cause.

    Attributes:
        written: the rows that have been written, as ranges of positions among those given.
        failed: the rows of the batch that failed, which may have been written where the cause is an
            OutcomeUnknownError. None of the rows after it have been sent.
    """

    def __init__(
        self,
        model: type,
        verb: str,
        cause: MsmError,
        *,
        written: Sequence[range],
        failed: Sequence[range],
    ) -> None:
        self.written = tuple(written)
        self.failed = tuple(failed)
        # Written rows are skipped by an upsert or a delete, and conflict in an insert.
        again = (
            "insert the rows that are not written"
            if verb == "insert"
            else f"{verb} all rows again, which is safe"
        )
        super().__init__(
            f"The {verb} of {model.__name__} has written {_rows(written)}, and failed at "
            f"{_rows(failed)}; fix what is wrong there and {again}: {cause}",
            model=model,
            verb=verb,
        )


def _rows(ranges: Sequence[range]) -> str:
    shown = [f"{part[0]:,} to {part[-1]:,}" for part in ranges[:MAX_RANGES_SHOWN]]
    more = len(ranges) - MAX_RANGES_SHOWN
    return f"rows {', '.join(shown)}" + (f" and {more:,} more ranges" if more > 0 else "")
