"""The errors of an endpoint of generation 2, as its description lists them."""

from typing import Any

from msm_local.api.endpoints.refusals import by_status, summary_of
from msm_local.errors import (
    BodyTooLargeError,
    DatabaseUnavailableError,
    ForbiddenError,
    MsmLocalError,
    RequestError,
    RequestTooSlowError,
    RuntimeChangedError,
    TransactionConflictError,
    UnauthorizedError,
)

__all__ = ["refusals"]

EVERYWHERE: tuple[type[MsmLocalError], ...] = (
    MsmLocalError,
    UnauthorizedError,
    ForbiddenError,
    RequestTooSlowError,
    RuntimeChangedError,
    BodyTooLargeError,
    TransactionConflictError,
    DatabaseUnavailableError,
)


def refusals(*errors: type[RequestError]) -> dict[int | str, dict[str, Any]]:
    """The ``responses`` of an endpoint with these errors; those of every endpoint are added."""
    lines = [(error.status, f"- {summary_of(error)}") for error in (*EVERYWHERE, *errors)]
    described = by_status([(400, "- The body is not text."), *lines])
    # FastAPI's own, or a sentence about a filter.
    described[422] = {"description": "The request is not valid."}
    return described
