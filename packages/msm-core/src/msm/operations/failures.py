"""From the platform's refusal of an operation, by SQLSTATE and constraint name, to an error."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
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
    StaleAttachmentError,
    StillReferencedError,
    TimedOutError,
    TooLargeError,
    TransactionConflictError,
)
from msm.operations.compile import CompiledOperation
from msm.operations.explain import Refusal, sentence
from msm.platform import refusal
from msm.sdk import ApiError

__all__ = ["operation_refusals"]

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
        PlatformRefusedError: the platform refused the operation before PostgreSQL saw it.
        PlatformUnreachableError: the platform did not answer.
    """
    try:
        yield
    except ApiError as error:
        raise _error(compiled, error) from error


def _error(compiled: CompiledOperation, error: ApiError) -> PlatformError:
    plain = refusal(f"the {compiled.operation.operation}", error)
    if not isinstance(plain, PlatformRefusedError):
        return plain
    facts = _facts(error)
    # A proxy answers 404 too, with a page: only the platform's own answer is about its catalog.
    if plain.status_code == HTTPStatus.NOT_FOUND and facts:
        return StaleAttachmentError(
            f"{str(plain).rstrip('.')}; the platform was reset or migrated since this runtime was "
            "attached, so call msm.start_engine again.",
            endpoint=plain.endpoint,
            status_code=plain.status_code,
            detail=plain.detail,
        )
    kind = _kind(facts, plain, compiled)
    if kind is None:
        return plain
    refused = Refusal.of(compiled, facts)
    return kind(
        sentence(kind, refused, plain),
        endpoint=plain.endpoint,
        status_code=plain.status_code,
        detail=plain.detail,
        sqlstate=facts.get("sqlstate"),
        constraint=refused.constraint,
        table=refused.table,
        model=refused.model,
        columns=refused.columns,
        values=refused.values,
    )


def _facts(error: ApiError) -> Mapping[str, Any]:
    """The platform's answer as JSON; empty where the answer was not JSON."""
    # Without a JSON answer, the SDK puts the request into this attribute.
    body = error.payload
    return body if isinstance(body, dict) and "detail" in body else {}


def _kind(
    facts: Mapping[str, Any], plain: PlatformRefusedError, compiled: CompiledOperation
) -> type[OperationRefusedError] | None:
    """The class of the error; None where the statement is not the reason."""
    sqlstate = facts.get("sqlstate")
    if sqlstate is None:
        # A platform that names the error but no SQLSTATE refused it without asking PostgreSQL.
        by_status = _BY_STATUS.get(plain.status_code)
        return None if by_status is ConstraintError and "error" in facts else by_status
    kind = _BY_SQLSTATE.get(sqlstate) or _BY_CLASS.get(sqlstate[:2], OperationRefusedError)
    if kind is MissingReferenceError and _is_still_referenced(facts, compiled):
        return StillReferencedError
    return kind


def _is_still_referenced(facts: Mapping[str, Any], compiled: CompiledOperation) -> bool:
    # PostgreSQL uses 23503 for both ends of a reference, and names the referring table: it is the
    # written one where the referred row is missing.
    return compiled.operation.operation == "delete" or (
        facts.get("table") is not None and facts["table"] != compiled.target
    )
