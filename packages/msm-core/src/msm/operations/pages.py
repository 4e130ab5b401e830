"""The pages of a select, one after the other, each fetched while the one before is worked on."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from operator import eq
from typing import Any

from msm.errors import (
    NoStableOrderError,
    OperationRefusedError,
    TimedOutError,
    TooLargeError,
)
from msm.errors.formatting import shortened
from msm.operations.ahead import Ahead
from msm.operations.attached import Attached
from msm.operations.compile import compile_operation
from msm.operations.failures.translate import AnswerTooLargeError
from msm.operations.paging import Paging
from msm.operations.scope import model_name
from msm.operations.send import Answer, send, send_by_column
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


@dataclass(frozen=True, slots=True)
class _Fetched:
    """A page and the row after it, as they came.

    Attributes:
        values: the JSON values of each column, also of those that were added to page it.
        columns: how they are read.
        has_more: whether the platform has more of the rows that were asked for.
        asked: how many rows were asked for in the end.
        is_easy: whether it came as it was asked for at first, so that the next page may come by
            column.
    """

    values: Sequence[list[Any]]
    columns: Sequence[ResultColumn]
    has_more: bool
    asked: int
    is_easy: bool


def read_pages(
    paging: Paging,
    attached: Attached,
    most: int,
    limit: int | None = None,
    *,
    by_column: bool,
    is_easy: bool = False,
) -> Generator[Page]:
    """Read a select page after page.

    Args:
        paging: how it is read in pages.
        attached: the attached tables, and how they may be used.
        most: how many rows a page has at most.
        limit: how many rows there are at most in all; None for all of them.
        by_column: whether pages may be asked for by column.
        is_easy: whether a page of such rows is known to fit one answer.

    Raises:
        NoStableOrderError: its rows have no key, or one answer cannot carry two of them.
        TooLargeError: a row, which is named, takes more bytes than an answer carries.
        PlatformError: as :func:`msm.operations.send.send`.
    """
    # A page and the row after it must fit one answer.
    asked = min(most, attached.limits.max_rows - 1) + 1
    # If nothing is known, the first page comes by row: it shows whether rows are so large that
    # PostgreSQL could not make one text of a column.
    fetch: Callable[[], _Fetched] = partial(
        _fetch, paging, attached, None, asked, by_column=by_column and is_easy
    )
    left = limit
    with Ahead() as ahead:
        while True:
            # One more row than the page has: it shows whether there are others, and whether the
            # last row of the page shares its key with the next one.
            came = fetch()
            size = came.asked - 1
            ends = list(zip(*(came.values[position] for position in paging.positions), strict=True))
            _check(ends)
            # An answer has fewer rows than were asked for where they take too many bytes.
            more = came.has_more or len(ends) > size
            if more and len(ends) < MIN_ROWS:
                raise NoStableOrderError(
                    "its rows are so large that one answer carries one of them"
                )
            count = len(ends) - 1 if more else len(ends)
            if left is not None:
                more, count, left = more and left > count, min(count, left), left - count
            if more:
                # The last row is only shown: the page ends with the one before.
                keys = [came.columns[position] for position in paging.positions]
                after = [key.python([value])[0] for key, value in zip(keys, ends[-2], strict=True)]
                by_column &= came.is_easy
                fetch = ahead.begin(
                    partial(_fetch, paging, attached, after, came.asked, by_column=by_column)
                )
            values = came.values[: paging.width]
            if count < len(ends):
                values = [column[:count] for column in values]
            yield Page(values, came.columns[: paging.width], count)
            if not more:
                return


def _check(ends: Sequence[tuple[Any, ...]]) -> None:
    if any(map(eq, ends, islice(ends, 1, None))):
        raise NoStableOrderError("a function in it returns several rows for one row of its tables")


def _fetch(
    paging: Paging, attached: Attached, after: list[Any] | None, size: int, *, by_column: bool
) -> _Fetched:
    """The rows after a key."""
    found = _fetch_by_column(paging, attached, after, size) if by_column else None
    if found is not None:
        return found
    asked = size
    while True:
        try:
            answer = _send(paging, attached, after, asked)
        except AnswerTooLargeError as error:
            if asked <= MIN_ROWS:
                raise _named(error, paging, attached, after) from error
            asked = max(MIN_ROWS, asked // SHRINK)
        else:
            # Where they take too many bytes, fewer rows come than were asked for.
            is_whole = not answer.has_more or len(answer.records) == size
            is_easy = is_whole and asked == size and not by_column
            return _Fetched(answer.values(), answer.columns, answer.has_more, asked, is_easy)


def _fetch_by_column(
    paging: Paging, attached: Attached, after: list[Any] | None, size: int
) -> _Fetched | None:
    """The rows after a key; None where they have to be asked for by row."""
    page = compile_operation(
        paging.page(after, size), attached, max_rows=attached.limits.max_rows, by_column=True
    )
    try:
        found = send_by_column(page, attached.timeout)
    except TimedOutError:
        raise
    except OperationRefusedError:
        # A column takes more bytes than a row may. Whatever else it is, the rows have it, too.
        return None
    if found is None:
        return None
    values, columns = found
    return _Fetched(values, columns, has_more=False, asked=size, is_easy=True)


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
    ends = [
        list(column.python(values))[place:]
        for column, values in zip(answer.columns, answer.values(), strict=True)
    ]
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
