"""Pages of a list, each after the last key of the page before."""

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, Field, TypeAdapter
from sqlalchemy import ColumnElement, Select

from msm.api.schemas import type_of
from msm.base import MarketsModel
from msm.errors import InvalidCursorError, NoStableOrderError
from msm.errors.formatting import shortened
from msm.operations.execute import check_page_size
from msm.operations.paging import Paging, plan
from msm.runtime import MarketsRuntime
from msm.values.decorated import bound, plain_type, result_converter
from msm.values.texts import UnfitValueError

__all__ = ["Page", "read_page"]

DEFAULT_SIZE = 100
# Bytes that tell the cursors of one list from those of another one.
DIGEST = 6


class Page[Item](BaseModel):
    """A part of a list."""

    items: list[Item] = Field(description="The rows of the page.")
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


def read_page(
    runtime: MarketsRuntime,
    statement: Select[*tuple[Any, ...]],
    schema: Any,
    *,
    cursor: str | None = None,
    size: int = DEFAULT_SIZE,
) -> Page[Any]:
    """Read one page of a select that has a key, with one operation.

    Rows come in the order of the key, as :meth:`msm.MarketsRuntime.iter_rows` has them: of a time
    series by time, then by identity dimensions. A row that exists during the whole read of a list
    is on exactly one of its pages, whatever others write meanwhile. A cursor holds the last key of
    its page, and nothing else of the statement, so that a client that makes one itself sees no row
    that the statement does not have.

    Args:
        runtime: the runtime that attached the models.
        statement: a select as ``iter_rows`` takes it.
        schema: the pydantic model of a row.
        cursor: ``next`` of the page before; None for the first page.
        size: how many rows a page has.

    Raises:
        InvalidCursorError: the cursor is not one of this list.
        StatementError: ``size`` is not positive.
        NoStableOrderError: the rows of the statement have no key.
        MsmError: as :meth:`msm.MarketsRuntime.execute`.
    """
    check_page_size("size", size)
    paging = plan(statement)
    after = None if cursor is None else _decode(paging, cursor)
    marks = [part.column.label(f"msm_cursor_{place}") for place, part in enumerate(paging.key)]
    rows = runtime.execute(paging.page(after, size + 1).add_columns(*marks)).all()
    is_alone = len(statement.column_descriptions) == 1
    page = rows[:size]
    items = [row[0] if is_alone and isinstance(row[0], MarketsModel) else row for row in page]
    more = len(rows) > size
    return Page[schema](
        items=items, next=_encode(paging, page[-1][-len(marks) :]) if more else None
    )


def _digest(paging: Paging) -> str:
    order = ", ".join(str(part.order) for part in paging.key)
    return hashlib.blake2s(order.encode(), digest_size=DIGEST).hexdigest()


def _adapters(paging: Paging) -> list[TypeAdapter[Any]]:
    # A cursor has what PostgreSQL stores: only the TypeDecorator knows what JSON of its own is.
    return [TypeAdapter(type_of(plain_type(part.column.type))) for part in paging.key]


def _encode(paging: Paging, key: Sequence[Any]) -> str:
    stored = [_stored(part.column, value) for part, value in zip(paging.key, key, strict=True)]
    values = [
        adapter.dump_python(value, mode="json")
        for adapter, value in zip(_adapters(paging), stored, strict=True)
    ]
    text = json.dumps([_digest(paging), *values], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _stored(column: ColumnElement[Any], value: Any) -> Any:
    """What PostgreSQL stores for a value that was read."""
    try:
        return bound(column.type, value)
    except UnfitValueError as fault:
        raise NoStableOrderError(
            f"the value {shortened(value)} of {column}, which was read, {fault}"
        ) from fault


def _given(column: ColumnElement[Any], stored: Any) -> Any:
    """What a statement is given for a value that PostgreSQL stores."""
    convert = result_converter(column.type)
    return stored if convert is None else convert(stored)


def _decode(paging: Paging, cursor: str) -> list[Any]:
    of_this_list: TypeAdapter[str] = TypeAdapter(Literal[_digest(paging)])  # type: ignore[arg-type]
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        parts = zip([of_this_list, *_adapters(paging)], json.loads(text), strict=True)
        _, *stored = (adapter.validate_python(part) for adapter, part in parts)
        key = [_given(part.column, value) for part, value in zip(paging.key, stored, strict=True)]
    # Of a text that is no cursor anything may be wrong, such as its JSON or its nesting, or a value
    # that a TypeDecorator does not know.
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise InvalidCursorError(
            "The cursor is not one of this list; pass what a page has as its next, or begin with "
            "the first page."
        ) from error
    return key
