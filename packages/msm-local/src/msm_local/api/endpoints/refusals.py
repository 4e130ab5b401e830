"""The errors of an endpoint, as its description lists them."""

from typing import Any

from msm_local.contract import responses
from msm_local.errors import (
    BodyTooLargeError,
    DatabaseUnavailableError,
    ForbiddenError,
    InvalidRequestError,
    MsmLocalError,
    RequestTooSlowError,
    StatementTimeoutError,
    TransactionConflictError,
    UnauthorizedError,
)

__all__ = ["refusals"]

EVERYWHERE: tuple[type[MsmLocalError], ...] = (
    MsmLocalError,
    UnauthorizedError,
    ForbiddenError,
    InvalidRequestError,
    RequestTooSlowError,
    BodyTooLargeError,
    TransactionConflictError,
    StatementTimeoutError,
    DatabaseUnavailableError,
)


def refusals(*errors: type[MsmLocalError]) -> dict[int | str, dict[str, Any]]:
    """The ``responses`` of an endpoint with these errors; those of every endpoint are added."""
    described: dict[int | str, dict[str, Any]] = {}
    for error in (*EVERYWHERE, *errors):
        summary = (error.__doc__ or "").partition("\n")[0]
        known = described.setdefault(error.status, {"model": responses.Error, "description": ""})
        known["description"] = f"{known['description']}\n- `{error.__name__}`: {summary}".strip()
    return described
