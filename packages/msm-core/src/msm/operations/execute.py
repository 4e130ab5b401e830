"""Running a statement, and reading a select to its end: in one answer, or page after page."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import chain
from operator import index
from typing import TYPE_CHECKING, Any

from sqlalchemy import BindParameter, CompoundSelect, Delete, Insert, Select, Update

from msm.errors import (
    InvalidValueError,
    MsmError,
    NoStableOrderError,
    ResultTruncatedError,
    ReturningCutError,
    StatementError,
    TooLargeError,
)
from msm.operations.arrow import arrow_batch, arrow_schema
from msm.operations.attached import Attached
from msm.operations.by_column import can_come_by_column
from msm.operations.compile import CompiledOperation, Statement, compile_operation
from msm.operations.failures.translate import AnswerTooLargeError
from msm.operations.guard import guarded, is_refused
from msm.operations.pages import Page, read_pages
from msm.operations.paging import Paging, plan
from msm.operations.results import Read, Result
from msm.operations.scope import model_name
from msm.operations.send import send
from msm.values.decode import ResultColumn

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["check_page_size", "iterate", "iterate_batches", "read", "read_parts"]

# Page size of a select that turned out to be larger than one answer.
PAGE_ROWS = 50_000


def read(statement: Statement, attached: Attached) -> Read:
    """Run a statement to its end, as :meth:`msm.MarketsRuntime.execute` documents.

    Args:
        statement: what to run.
        attached: the attached tables, and how they may be used.
    """
    compiled = compile_operation(statement, attached)
    if compiled.columns and isinstance(statement, Update | Delete):
        guard = guarded(statement, attached.limits.max_rows)
        compiled = compile_operation(guard, attached)
    if compiled.target is not None:
        return _write(statement, compiled, attached.timeout)
    limit = _limit_of(statement)
    try:
        answer = send(compiled, attached.timeout)
    except AnswerTooLargeError as error:
        return _read_in_pages(statement, limit, attached, compiled, error)
    if answer.has_more and (limit is None or len(answer.records) < limit):
        return _read_in_pages(statement, limit, attached, compiled, len(answer.records))
    return _as_read(compiled, answer.values(), answer.columns, answer.row_count)


def read_parts(statements: Sequence[Statement], attached: Attached) -> Read:
    """Read selects of the same columns, one after the other, as one.

    Args:
        statements: what to read, at least one.
        attached: the attached tables, and how they may be used.
    """
    if len(statements) == 1:
        return read(statements[0], attached)
    first, *rest = (read(statement, _in_one_form(attached)) for statement in statements)
    parts = [first, *rest]
    together = zip(*(part.values for part in parts), strict=True)
    values = [list(chain.from_iterable(column)) for column in together]
    return replace(first, values=values, row_count=sum(part.row_count for part in parts))


def _as_read(
    compiled: CompiledOperation,
    values: Sequence[Sequence[Any]],
    columns: Sequence[ResultColumn],
    row_count: int,
) -> Read:
    return Read(values, columns, compiled.columns, compiled.shape, row_count)


def _write(statement: Statement, compiled: CompiledOperation, timeout: float | None) -> Read:
    most = compiled.limits.max_rows
    model, verb = model_name(compiled.target or ""), compiled.operation.operation
    # SQLAlchemy has no public name for what values() was given.
    given = sum(map(len, statement._multi_values)) if isinstance(statement, Insert) else 0  # noqa: SLF001
    if compiled.columns and given > most:
        raise StatementError(
            f"The {verb} of {given:,} rows of {model} asks for all of them with returning(), and "
            f"one answer carries {most:,}; write them in parts, or without returning()."
        )
    try:
        answer = send(compiled, timeout)
    except InvalidValueError as error:
        if not is_refused(error.detail):
            raise
        raise StatementError(
            f"The {verb} of {model} would return more rows than the {most:,} that one answer "
            "carries, and nothing was written; write fewer rows at once, or without returning()."
        ) from error
    came = len(answer.records)
    if compiled.columns and came < answer.row_count:
        raise ReturningCutError(
            f"The {verb} of {model} was done for {answer.row_count:,} rows, of which one answer "
            f"carried only {came:,}; read the rows with a select, and write fewer at once where "
            "returning() is needed.",
            row_count=answer.row_count,
            returned=came,
        )
    return _as_read(compiled, answer.values(), answer.columns, answer.row_count)


def _limit_of(statement: Statement) -> int | None:
    """The LIMIT of a select without OFFSET; None where it has none, or one of an expression."""
    if not isinstance(statement, Select | CompoundSelect):
        return None
    # SQLAlchemy has no public names for the clauses of a select.
    limit, offset = statement._limit_clause, statement._offset_clause  # noqa: SLF001 - see above
    if offset is None and isinstance(limit, BindParameter) and isinstance(limit.value, int):
        return limit.value
    return None


def _read_in_pages(
    statement: Statement,
    limit: int | None,
    attached: Attached,
    compiled: CompiledOperation,
    came: int | AnswerTooLargeError,
) -> Read:
    """Read a select again from its start.

    Args:
        statement: the select.
        limit: its LIMIT.
        attached: the attached tables, and how they may be used.
        compiled: the select, compiled.
        came: how many rows one answer carried, or that it carried none.
    """
    try:
        # Any rows satisfy a LIMIT without an order, so the first ones by the key do, too.
        endless = statement.limit(None) if limit and isinstance(statement, Select) else statement
        paging = _plan(endless, compiled)
        # Read again from the start: the rows that came are in no order that could be continued.
        values: list[list[Any]] = [[] for _ in compiled.columns]
        by_column = can_come_by_column(compiled.columns)
        pages = read_pages(
            paging,
            _in_one_form(attached) if by_column else attached,
            PAGE_ROWS,
            limit,
            by_column=by_column,
            is_easy=came == attached.limits.max_rows,
        )
        with closing(pages):
            for page in pages:
                for column, more in zip(values, page.values, strict=True):
                    column += more
                columns = page.columns
    except NoStableOrderError as error:
        raise _unpaged(came, error.reason) from error
    return _as_read(compiled, values, columns, len(values[0]))


def _in_one_form(attached: Attached) -> Attached:
    """The same tables, where values come in the same form by row as by column."""
    # Pages by column have texts, also from a platform that sends exact values by row: the two could
    # not follow each other in one column of a result.
    return replace(attached, limits=replace(attached.limits, sends_exact_values=False))


def _unpaged(came: int | AnswerTooLargeError, reason: str) -> MsmError:
    if isinstance(came, int):
        return ResultTruncatedError(
            f"The select may have more rows than the {came:,} that one answer carries, and cannot "
            f"be read in pages, because {reason}; narrow it with where(), or read it in parts with "
            "limit().",
            limit=came,
        )
    return TooLargeError(
        "The rows of the select, or one of them, take more bytes than one answer carries, and it "
        f"cannot be read in pages, because {reason}; narrow it with where(), select fewer columns, "
        "or read long texts in parts with func.substr().",
        endpoint=came.endpoint,
        status_code=came.status_code,
        detail=came.detail,
    )


def _plan(statement: Statement, compiled: CompiledOperation) -> Paging:
    paging = plan(statement)
    if paging.width != len(compiled.columns):
        raise NoStableOrderError("contains_eager() adds rows and columns to it")
    return paging


def iterate(statement: Statement, attached: Attached, page_size: int) -> Iterator[Any]:
    """Do what :meth:`msm.MarketsRuntime.iter_rows` documents; the statement is checked at once.

    Args:
        statement: a select that has a key.
        attached: the attached tables, and how they may be used.
        page_size: how many rows a page has.
    """
    pages = _checked_pages(statement, attached, page_size)
    return _rows(pages)


def iterate_batches(
    statement: Statement, attached: Attached, page_size: int
) -> "Iterator[pa.RecordBatch]":
    """Do what :meth:`msm.MarketsRuntime.iter_batches` documents; the statement is checked at once.

    Args:
        statement: a select that has a key.
        attached: the attached tables, and how they may be used.
        page_size: how many rows a batch has.
    """
    expected = compile_operation(statement, attached).columns
    schema = arrow_schema(expected)
    pages = _checked_pages(statement, attached, page_size)
    return _batches(pages, schema)


def _rows(pages: Generator[Read]) -> Iterator[Any]:
    # Closed with it, so that no page is fetched for nobody.
    with closing(pages):
        for page in pages:
            yield from Result[*tuple[Any, ...]](page)


def _batches(pages: Generator[Read], schema: "pa.Schema") -> "Iterator[pa.RecordBatch]":
    with closing(pages):
        for page in pages:
            yield arrow_batch(page.values, page.columns, page.expected, schema)


def check_page_size(name: str, size: Any) -> None:
    """Refuse a size of a page that is not a positive integer.

    Args:
        name: of the argument.
        size: its value.

    Raises:
        StatementError: it is something else.
    """
    try:
        is_positive = index(size) > 0
    except TypeError:
        is_positive = False
    if not is_positive:
        raise StatementError(f"{name} is {size!r}; fetch at least 1 row a page.")


def _checked_pages(statement: Statement, attached: Attached, page_size: int) -> Generator[Read]:
    check_page_size("page_size", page_size)
    plan(statement)
    compiled = compile_operation(statement, attached)
    paging = _plan(statement, compiled)
    # Compiled once to raise its errors here, and not later where the first row is read.
    compile_operation(paging.page(None, page_size), attached)
    by_column = can_come_by_column(compiled.columns)
    return _reads(compiled, read_pages(paging, attached, page_size, by_column=by_column))


def _reads(compiled: CompiledOperation, pages: Generator[Page]) -> Generator[Read]:
    with closing(pages):
        for page in pages:
            yield _as_read(compiled, page.values, page.columns, page.count)
