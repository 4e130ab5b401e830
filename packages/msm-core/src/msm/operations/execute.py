"""Running a statement, and reading a select to its end: in one answer, or page after page."""

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

# Page size of a select that turned out to be larger than one answer. A page and the row after it
# must fit one answer.
PAGE_ROWS = 50_000
# PostgreSQL's SQLSTATE for a column that is neither grouped nor aggregated.
GROUPING_ERROR = "42803"


def execute(
    statement: Statement, meta_tables: Mapping[str, MetaTable], timeout: float | None
) -> Result:
    """Do what :meth:`msm.MarketsRuntime.execute` documents.

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
        # Read again from the start: the rows that came are in no order that could be continued.
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
    """Do what :meth:`msm.MarketsRuntime.iter_rows` documents; the statement is checked at once.

    Args:
        statement: a select that has a key.
        meta_tables: the attached resources, by physical table name.
        timeout: seconds that each page may take; None for the SDK's default.
        page_size: how many rows a page has.
    """
    if page_size < 1:
        raise StatementError(f"page_size is {page_size}; fetch at least 1 row a page.")
    paging = plan(statement)
    # Compiled once to raise its errors here, and not later where the first row is read.
    compile_operation(paging.page(None, page_size), meta_tables)
    pages = _pages(paging, meta_tables, timeout, page_size)
    return (row for page in pages for row in decode_rows(page.records, page.columns))


def _pages(
    paging: Paging, meta_tables: Mapping[str, MetaTable], timeout: float | None, size: int
) -> Iterator[Answer]:
    """The pages of a select, without the columns that were added to page it."""
    after = None
    while True:
        # One more row than the page has: it shows whether there are others, and whether the last
        # row of the page shares its key with the next one.
        answer = _send_page(paging, meta_tables, timeout, after, size + 1)
        keys = [answer.columns[position] for position in paging.positions]
        ends = [tuple(record[column.name] for column in keys) for record in answer.records]
        if any(end == following for end, following in pairwise(ends)):
            raise NoStableOrderError(
                "a function in it returns several rows for one row of its tables"
            )
        more = answer.has_more or len(answer.records) > size
        records = answer.records[:-1] if more else answer.records
        yield replace(answer, records=records, columns=answer.columns[: paging.width])
        if not more:
            return
        # The records still hold the extra row, so that the last row of the page is the one before.
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
        # Only PostgreSQL knows which functions are aggregates: the key cannot be added to one.
        raise NoStableOrderError("an aggregate has no key") from error
