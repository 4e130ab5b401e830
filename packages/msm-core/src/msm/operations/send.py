"""Sending one operation to the platform, and reading its answer."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy.types import ARRAY, JSON, NullType

from msm.errors import ResultError, StatementError
from msm.operations.by_column import COLUMN, values_of
from msm.operations.compile import CompiledOperation
from msm.operations.exact import ExpectedColumn, name_in_answer
from msm.operations.failures.translate import operation_refusals
from msm.platform import check_alive
from msm.sdk import post_operation
from msm.values.decode import Form, ResultColumn, codec_of
from msm.values.decorated import plain_type

__all__ = ["Answer", "send", "send_by_column"]

# Types without a JSON form. A platform that sends the types of columns refuses these itself.
REFUSED = frozenset({"bytea", "interval", "record"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the platform answered to one operation.

    Attributes:
        records: the rows, with JSON values.
        columns: the columns of the rows.
        row_count: the number of rows read, or written.
        has_more: whether there may be rows beyond those.
    """

    records: list[dict[str, Any]]
    columns: Sequence[ResultColumn]
    row_count: int
    has_more: bool

    def values(self) -> list[list[Any]]:
        """The JSON values of each column."""
        return [column.of(self.records) for column in self.columns]


def send(compiled: CompiledOperation, timeout: float | None) -> Answer:
    """Run one operation on the platform, as one transaction.

    Args:
        compiled: the operation.
        timeout: seconds that the statement may run; None for the SDK's default.

    Raises:
        StatementError: a column has a type that cannot be sent; then nothing was written.
        PlatformUnreachableError: the local platform has been stopped; raised within two seconds.
        PlatformRefusedError: the platform refused the operation.
        OperationRefusedError: PostgreSQL refused its statement; the class says why.
        OutcomeUnknownError: the answer to a write was lost.
    """
    check_alive()
    limit = compiled.limits.max_request_bytes
    with operation_refusals(compiled):
        types = {}
        if compiled.types is not None:
            asked = post_operation(compiled.types, timeout, orjson.loads, limit)
            (types,) = asked["rows"]
            _refuse_types(types)
        answer = post_operation(compiled.operation, timeout, _parser(compiled), limit)
    # The SDK requires rows, row_count and has_more of an answer; the names and types of columns are
    # optional.
    types |= {column["name"]: column["type"] for column in answer.get("columns", ())}
    columns = [_result_column(column, types) for column in compiled.columns]
    has_more = bool((answer.get("pagination") or {}).get("has_more"))
    return Answer(answer["rows"], columns, answer["row_count"], has_more)


def send_by_column(
    compiled: CompiledOperation, timeout: float | None
) -> tuple[list[list[Any]], Sequence[ResultColumn]] | None:
    """Run a select that is compiled by column.

    Returns:
        The JSON values of each column, and how they are read; None where one answer does not carry
        all columns, or where the rows cannot be told apart.

    Args:
        compiled: the operation.
        timeout: seconds that the statement may run; None for the SDK's default.

    Raises:
        PlatformError: as :func:`send`.
    """
    check_alive()
    with operation_refusals(compiled):
        answer = post_operation(
            compiled.operation, timeout, orjson.loads, compiled.limits.max_request_bytes
        )
    texts = [row[COLUMN] for row in answer["rows"]]
    if len(texts) < len(compiled.columns):
        return None
    values = list(map(values_of, compiled.columns, texts))
    if len(set(map(len, values))) > 1:
        # The caller gave a column of texts the type of numbers, and there are commas in them.
        return None
    return values, [_result_column(column, {}) for column in compiled.columns]


def _result_column(column: ExpectedColumn, types: Mapping[str, str]) -> ResultColumn:
    key = name_in_answer(column.name)
    codec = codec_of(column.kind, types.get(key, ""))
    return ResultColumn(column.name, codec, column.form, "" if key == column.name else key)


def _refuse_types(types: Mapping[str, str]) -> None:
    for name, kind in types.items():
        if kind.removesuffix("[]") in REFUSED:
            raise StatementError(
                f"{name}: the result column is {kind.upper()}, which compiled-sql.v1 cannot carry; "
                "cast it, or extract() a part, in the statement."
            )


def _parser(compiled: CompiledOperation) -> Callable[[bytes], dict[str, Any]]:
    # orjson is twice as fast as json, but turns integers of more than 64 bits into floats. Only
    # columns of JSON, of arrays or of a type that SQLAlchemy does not know can hold such integers.
    exact = any(
        column.form is Form.NATIVE and isinstance(plain_type(column.kind), JSON | NullType | ARRAY)
        for column in compiled.columns
    )
    return _exact_answer if exact else orjson.loads


def _exact_answer(body: bytes) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = json.loads(body)
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise
    except (RecursionError, ValueError) as error:
        raise ResultError(
            "The answer holds a JSON document that is nested too deeply, or that has an integer of "
            "more than 4,300 digits; select a part of it, or cast it to text in the statement."
        ) from error
    return answer
