"""The errors of an endpoint, as its description lists them."""

from collections.abc import Iterable
from typing import Any

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

__all__ = ["by_status", "refusals", "summary_of"]

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


# As a reference, which the description resolves: FastAPI would build the model again for each
# answer of each endpoint, which takes as long as all other imports of the API.
ERROR = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}


def refusals(*errors: type[MsmLocalError]) -> dict[int | str, dict[str, Any]]:
    """The ``responses`` of an endpoint with these errors; those of every endpoint are added."""
    return by_status(
        (error.status, f"- `{error.__name__}`: {summary_of(error)}")
        for error in (*EVERYWHERE, *errors)
    )


def by_status(lines: Iterable[tuple[int, str]]) -> dict[int | str, dict[str, Any]]:
    """Answers with an error, from their statuses and a line about each reason."""
    texts: dict[int | str, list[str]] = {}
    for status, line in lines:
        texts.setdefault(status, []).append(line)
    return {
        status: {"content": ERROR, "description": "\n".join(found)}
        for status, found in texts.items()
    }


def summary_of(error: type[MsmLocalError]) -> str:
    """The first line of an error's docstring."""
    return (error.__doc__ or "").partition("\n")[0]
