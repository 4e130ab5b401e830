"""From the platform's refusal of an operation, by SQLSTATE and constraint name, to an error."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from msm.errors import (
    CheckViolatedError,
    ConflictError,
    ConstraintError,
    DiskFullError,
    InvalidValueError,
    MissingReferenceError,
    MissingTableError,
    NotNullViolatedError,
    OperationRefusedError,
    PlatformError,
    PlatformRefusedError,
    StillReferencedError,
    TimedOutError,
    TooLargeError,
    TransactionConflictError,
)
from msm.operations.compile import CompiledOperation
from msm.operations.failures.chunks import without_chunks
from msm.operations.failures.explain import Refusal, sentence
from msm.operations.scope import model_name
from msm.platform import translated
from msm.sdk import SDK_ERRORS, MetaTable, failure_of
from msm.sdk.failure import Failure

__all__ = ["AnswerTooLargeError", "operation_error", "operation_refusals"]


class AnswerTooLargeError(TooLargeError):
    """The rows of a select take too many bytes; it can be read in smaller pages."""


UID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)

_BY_SQLSTATE: Mapping[str, type[OperationRefusedError]] = {
    "22001": TooLargeError,  # a string longer than its column
    "22003": TooLargeError,  # a number outside the range of its column
    "23001": StillReferencedError,
    "23502": NotNullViolatedError,
    "23503": MissingReferenceError,
    "23505": ConflictError,
    "23514": CheckViolatedError,
    "23P01": ConflictError,  # an exclusion constraint
    "40001": TransactionConflictError,
    "40P01": TransactionConflictError,  # a deadlock
    "42P01": MissingTableError,
    "53100": DiskFullError,
    "55P03": TimedOutError,  # waiting for a lock
    "57014": TimedOutError,
}
# The first two characters are the class of an SQLSTATE.
_BY_CLASS: Mapping[str, type[OperationRefusedError]] = {
    "22": InvalidValueError,
    "23": ConstraintError,
    "53": TooLargeError,  # out of memory or connections
    "54": TooLargeError,  # a limit of PostgreSQL itself
}
# For a platform that does not send the SQLSTATE.
_BY_STATUS: Mapping[int | None, type[OperationRefusedError]] = {
    408: TimedOutError,
    409: ConstraintError,
    413: TooLargeError,
    504: TimedOutError,
}


@contextmanager
def operation_refusals(compiled: CompiledOperation) -> Iterator[None]:
    """Translate what the SDK raises for an operation into an error of ours, with its cause.

    Raises:
        OperationRefusedError: PostgreSQL refused the statement; the class says why.
        AnswerTooLargeError: the rows of a select take too many bytes.
        PlatformRefusedError: the platform refused the operation before PostgreSQL saw it.
        PlatformUnreachableError: the platform did not answer.
        OutcomeUnknownError: the answer to a write was lost.
    """
    try:
        yield
    except SDK_ERRORS as error:
        raise operation_error(compiled, failure_of(error)) from error


def operation_error(compiled: CompiledOperation, failure: Failure) -> PlatformError:
    """The error of ours for an operation that failed."""
    failure = replace(failure, facts=without_chunks(failure.facts, compiled.target))
    detail = _with_models(failure.detail, compiled.tables)
    plain = translated(f"the {compiled.operation.operation}", failure, detail)
    kind = _kind(failure, compiled)
    if kind is None or not isinstance(plain, PlatformRefusedError):
        return plain
    refused = Refusal.of(compiled, failure.facts)
    return kind(
        sentence(kind, refused, plain),
        endpoint=plain.endpoint,
        status_code=plain.status_code,
        detail=plain.detail,
        sqlstate=failure.facts.get("sqlstate"),
        constraint=refused.constraint,
        table=refused.table,
        model=refused.model,
        columns=refused.columns,
        values=refused.values,
    )


def _with_models(detail: str, tables: Mapping[str, MetaTable]) -> str:
    """The platform's message, with the models of the tables whose uids it names."""
    models = {str(table.uid): model_name(name) for name, table in tables.items()}
    return UID.sub(lambda found: models.get(found[0].lower(), found[0]), detail)


def _kind(failure: Failure, compiled: CompiledOperation) -> type[OperationRefusedError] | None:
    """The class of the error; None where the statement is not the reason."""
    sqlstate = failure.facts.get("sqlstate")
    if failure.reason == "statement":
        # The platform may not say what PostgreSQL said, or say it in another language.
        if sqlstate is None:
            return OperationRefusedError
        kind = _BY_SQLSTATE.get(sqlstate) or _BY_CLASS.get(sqlstate[:2], OperationRefusedError)
        is_other_end = kind is MissingReferenceError and _is_still_referenced(
            failure.facts, compiled
        )
        return StillReferencedError if is_other_end else kind
    if failure.reason != "refused":
        return None
    if compiled.target is None and "answer_too_large" in failure.facts:
        return AnswerTooLargeError
    # A platform that names the error refused the request without asking PostgreSQL.
    by_status = _BY_STATUS.get(failure.status)
    return None if by_status is ConstraintError and "error" in failure.facts else by_status


def _is_still_referenced(facts: Mapping[str, Any], compiled: CompiledOperation) -> bool:
    # PostgreSQL uses 23503 for both ends of a reference, and names the referring table: it is the
    # written one where the referred row is missing.
    return compiled.operation.operation == "delete" or (
        facts.get("table") is not None and facts["table"] != compiled.target
    )
