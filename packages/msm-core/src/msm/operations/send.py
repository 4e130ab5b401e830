"""Sending one operation to the platform, and reading its answer."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy.types import ARRAY, JSON, NullType

from msm.operations.compile import CompiledOperation
from msm.operations.failures import operation_refusals
from msm.platform import check_alive
from msm.sdk import post_operation
from msm.values.decode import ResultColumn, codec_of

__all__ = ["Answer", "send"]

# Seconds that the HTTP request may take longer than the statement. Let the platform time out first:
# it rolls the statement back and says so, while the SDK would send the request a second time.
GRACE = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the platform answered to one operation.

    Attributes:
        records: the rows, with JSON values.
        columns: the columns of the rows.
        row_count: the number of rows read, or written.
        has_more: whether a select has rows beyond those.
    """

    records: list[dict[str, Any]]
    columns: Sequence[ResultColumn]
    row_count: int
    has_more: bool


def send(compiled: CompiledOperation, timeout: float | None) -> Answer:
    """Run one operation on the platform, as one transaction.

    Args:
        compiled: the operation.
        timeout: seconds that the statement may run; None for the SDK's default.

    Raises:
        PlatformUnreachableError: the local platform has been stopped; raised within two seconds.
        PlatformRefusedError: the platform refused the operation.
        OperationRefusedError: PostgreSQL refused its statement; the class says why.
    """
    check_alive()
    wait = None if timeout is None else timeout + GRACE
    with operation_refusals(compiled):
        answer = post_operation(compiled.operation, wait, _parser(compiled))
    # The SDK requires rows, row_count and has_more of an answer; the names and types of columns are
    # optional.
    tokens = {column["name"]: column["type"] for column in answer.get("columns", ())}
    columns = [
        ResultColumn(name, codec_of(column_type, tokens.get(name, "")))
        for name, column_type in compiled.columns
    ]
    has_more = bool((answer.get("pagination") or {}).get("has_more"))
    return Answer(answer["rows"], columns, answer["row_count"], has_more)


def _parser(compiled: CompiledOperation) -> Callable[[bytes], dict[str, Any]]:
    # orjson is twice as fast as json, but turns integers of more than 64 bits into floats. Only
    # columns of JSON, of arrays or of a type that SQLAlchemy does not know can hold such integers.
    exact = any(isinstance(kind, JSON | NullType | ARRAY) for _name, kind in compiled.columns)
    return json.loads if exact else orjson.loads
