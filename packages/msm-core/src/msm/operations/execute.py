"""Reading selects to their end: in one answer where it fits, else page after page."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from msm.errors import (
    NoStableOrderError,
    OperationRefusedError,
    ResultTruncatedError,
    StatementError,
)
from msm.operations.compile import Statement, compile_operation
from msm.operations.paging import Paging, plan
from msm.operations.results import Result, decode_rows
from msm.operations.send import Answer, send
from msm.sdk import MetaTable

__all__ = ["execute", "iterate"]

# Pages of a select that turned out to be larger than one answer.
PAGE_ROWS = 50_000
GROUPING_ERROR = "42803"


def execute(
    statement: Statement, meta_tables: Mapping[str, MetaTable], timeout: float | None
) -> Result:
    """What :meth:`msm.MarketsRuntime.execute` does.

    Args:
        statement: what to run.
        meta_tables: the attached resources, by physical table name.
        timeout: seconds that each operation may run; None for the SDK's default.
    """
    answer = send(compile_operation(statement, meta_tables, timeout=timeout), timeout)
    if not answer.has_more:
        return Result(answer.records, answer.columns, answer.row_count)
    try:
        paging = plan(statement)
        # From the start: what came already is in no order that could be continued.
        pages = list(_pages(paging, meta_tables, timeout, PAGE_ROWS))
    except NoStableOrderError as error:
        count = len(answer.records)
        raise ResultTruncatedError(
            f"The select has more than {count:,} rows, the most that one answer carries, and "
            f"cannot be read in pages, because {error.reason}; narrow it with where(), or read it "
            "in parts with limit().",
            limit=count,
        ) from error
    records = [record for page in pages for record in page.records]
    return Result(records, pages[0].columns, len(records))


def iterate(
    statement: Statement,
    meta_tables: Mapping[str, MetaTable],
    timeout: float | None,
    page_size: int,
) -> Iterator[dict[str, Any]]:
    """What :meth:`msm.MarketsRuntime.iter_rows` does; the statement is checked at once.

    Args:
        statement: a select that has a key.
        meta_tables: the attached resources, by physical table name.
        timeout: seconds that each page may take; None for the SDK's default.
        page_size: how many rows to fetch at once.
    """
    if page_size < 1:
        raise StatementError(f"page_size is {page_size}; fetch at least 1 row at once.")
    paging = plan(statement)
    # Only to have it refused here, rather than where the first row is asked for.
    compile_operation(paging.page(None, page_size), meta_tables)
    pages = _pages(paging, meta_tables, timeout, page_size)
    return (row for page in pages for row in decode_rows(page.records, page.columns))


def _pages(
    paging: Paging, meta_tables: Mapping[str, MetaTable], timeout: float | None, size: int
) -> Iterator[Answer]:
    """The pages of a select, without the columns that only page it."""
    after = None
    while True:
        # One row more than wanted shows whether there are others, and whether the key of the last
        # one wanted is its own.
        answer = _send_page(paging, meta_tables, timeout, after, size + 1)
        keys = [answer.columns[position] for position in paging.positions]
        ends = [tuple(record[column.name] for column in keys) for record in answer.records]
        if any(end == following for end, following in pairwise(ends)):
            raise NoStableOrderError("a function in it makes several rows of one row of its tables")
        more = answer.has_more or len(answer.records) > size
        records = answer.records[:-1] if more else answer.records
        yield replace(answer, records=records, columns=answer.columns[: paging.width])
        if not more:
            return
        after = [column.python([value])[0] for column, value in zip(keys, ends[-2], strict=True)]


def _send_page(
    paging: Paging,
    meta_tables: Mapping[str, MetaTable],
    timeout: float | None,
    after: list[Any] | None,
    size: int,
) -> Answer:
    page = compile_operation(paging.page(after, size), meta_tables, max_rows=size, timeout=timeout)
    try:
        return send(page, timeout)
    except OperationRefusedError as error:
        if error.sqlstate != GROUPING_ERROR:
            raise
        raise NoStableOrderError("an aggregate has no key") from error
