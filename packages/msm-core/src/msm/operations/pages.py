"""The pages of a select, one after the other, each fetched while the one before is worked on."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from operator import eq
from typing import Any

from msm.errors import NoStableOrderError, OperationRefusedError, TooLargeError
from msm.errors.formatting import shortened
from msm.operations.ahead import Ahead
from msm.operations.attached import Attached
from msm.operations.compile import compile_operation
from msm.operations.failures.translate import AnswerTooLargeError
from msm.operations.paging import Paging
from msm.operations.scope import model_name
from msm.operations.send import Answer, send
from msm.values.decode import ResultColumn

__all__ = ["Page", "read_pages"]

# A page, and the row after it.
MIN_ROWS = 2
# PostgreSQL's SQLSTATE for a column that is neither grouped nor aggregated.
GROUPING_ERROR = "42803"
# A page whose bytes do not fit an answer is read again with so many times fewer rows.
SHRINK = 8


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a select, without the columns that were added to page it.

    Attributes:
        values: the JSON values of each column.
        columns: how they are read.
        count: how many rows there are.
    """

    values: Sequence[list[Any]]
    columns: Sequence[ResultColumn]
    count: int


def read_pages(
    paging: Paging, attached: Attached, most: int, limit: int | None = None
) -> Generator[Page]:
    """Read a select page after page.

    Args:
        paging: how it is read in pages.
        attached: the attached tables, and how they may be used.
        most: how many rows a page has at most.
        limit: how many rows there are at most in all; None for all of them.

    Raises:
        NoStableOrderError: its rows have no key, or one answer cannot carry two of them.
        TooLargeError: a row, which is named, takes more bytes than an answer carries.
        PlatformError: as :func:`msm.operations.send.send`.
    """
    # A page and the row after it must fit one answer.
    size = min(most, attached.limits.max_rows - 1)
    fetch: Callable[[], tuple[Answer, int]] = partial(_fetch, paging, attached, None, size + 1)
    left = limit
    with Ahead() as ahead:
        while True:
            # One more row than the page has: it shows whether there are others, and whether the
            # last row of the page shares its key with the next one.
            answer, asked = fetch()
            size = asked - 1
            keys = [answer.columns[position] for position in paging.positions]
            ends = list(zip(*(column.of(answer.records) for column in keys), strict=True))
            _check(ends)
            # An answer has fewer rows than were asked for where they take too many bytes.
            more = answer.has_more or len(ends) > size
            if more and len(ends) < MIN_ROWS:
                raise NoStableOrderError(
                    "its rows are so large that one answer carries one of them"
                )
            count = len(ends) - 1 if more else len(ends)
            if left is not None:
                more, count, left = more and left > count, min(count, left), left - count
            if more:
                # The last row is only shown: the page ends with the one before.
                last = zip(keys, ends[-2], strict=True)
                after = [column.python([value])[0] for column, value in last]
                fetch = ahead.begin(partial(_fetch, paging, attached, after, size + 1))
            columns = answer.columns[: paging.width]
            yield Page(answer.values(paging.width, count), columns, count)
            if not more:
                return


def _check(ends: Sequence[tuple[Any, ...]]) -> None:
    if any(map(eq, ends, islice(ends, 1, None))):
        raise NoStableOrderError("a function in it returns several rows for one row of its tables")


def _fetch(
    paging: Paging, attached: Attached, after: list[Any] | None, asked: int
) -> tuple[Answer, int]:
    """The rows after a key, and how many were asked for in the end."""
    while True:
        try:
            return _send(paging, attached, after, asked), asked
        except AnswerTooLargeError as error:
            if asked <= MIN_ROWS:
                raise _named(error, paging, attached, after) from error
            asked = max(MIN_ROWS, asked // SHRINK)


def _send(paging: Paging, attached: Attached, after: list[Any] | None, size: int) -> Answer:
    page = compile_operation(paging.page(after, size), attached, max_rows=size)
    try:
        return send(page, attached.timeout)
    except OperationRefusedError as error:
        if error.sqlstate != GROUPING_ERROR:
            raise
        # Only PostgreSQL knows which functions are aggregates: the key cannot be added to one.
        raise NoStableOrderError("an aggregate has no key") from error


def _named(
    error: AnswerTooLargeError, paging: Paging, attached: Attached, after: list[Any] | None
) -> TooLargeError:
    """The error that says by its key which of the next two rows is too large."""
    try:
        _send(paging, attached, after, 1)
        place = 1
    except AnswerTooLargeError:
        place = 0
    parts = [part.column for part in paging.key]
    only = paging.page(after, MIN_ROWS).with_only_columns(
        *(column.label(f"key_{at}") for at, column in enumerate(parts)),
        maintain_column_froms=True,
    )
    answer = send(compile_operation(only, attached, max_rows=MIN_ROWS), attached.timeout)
    # Others may have deleted it meanwhile.
    ends = [list(column.python(column.of(answer.records)))[place:] for column in answer.columns]
    values = {part.name: end[0] for part, end in zip(parts, ends, strict=True) if end}
    key = ", ".join(f"{name} {shortened(value)}" for name, value in values.items())
    models = " and ".join(dict.fromkeys(model_name(str(part.table)) for part in parts))
    return TooLargeError(
        f"The row of {models} with {key or 'a key that is gone'} takes more bytes than one answer "
        "carries; select fewer columns of it, or read its long texts in parts with func.substr().",
        endpoint=error.endpoint,
        status_code=error.status_code,
        detail=error.detail,
        columns=tuple(values),
        values=values,
    )
