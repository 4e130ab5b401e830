"""The errors of an endpoint of generation 2, as its description lists them."""

from typing import Any

from msm_local.contract.metatables import responses
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
    unreadable = {"model": responses.Error, "description": "- The body is not text."}
    described: dict[int | str, dict[str, Any]] = {400: unreadable}
    for error in (*EVERYWHERE, *errors):
        summary = (error.__doc__ or "").partition("\n")[0]
        known = described.setdefault(error.status, {"model": responses.Error, "description": ""})
        known["description"] = f"{known['description']}\n- {summary}".strip()
    # FastAPI's own, or a sentence about a filter.
    described[422] = {"description": "The request is not valid."}
    return described
