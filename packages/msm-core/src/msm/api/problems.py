"""Errors as answers: problem documents, as RFC 9457 describes them."""

import json
import logging
import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from http.client import responses
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import NoResultFound
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from msm.errors import (
    AttachError,
    CheckViolatedError,
    ConstraintError,
    InvalidCursorError,
    InvalidRowsError,
    InvalidValueError,
    MsmError,
    NotNullViolatedError,
    OperationRefusedError,
    PartlyWrittenError,
    PlatformError,
    StatementValueError,
    TimedOutError,
    TooLargeError,
    TransactionConflictError,
)
from msm.values.encode import non_finite

__all__ = ["PROBLEMS", "Problem", "add_problem_handlers", "problem_of"]

MEDIA_TYPE = "application/problem+json"
# Its errors are about the request as a whole, and say no more than the status does.
PLAIN = "about:blank"
# Of SQLSTATE: PostgreSQL has no memory or no connection left.
RESOURCES_USED_UP = "53"
# In seconds: another transaction was faster, and is soon done.
RETRY_AFTER = "1"

_log = logging.getLogger("msm.api")


class Fault(BaseModel):
    """One thing that is wrong with a request."""

    location: list[str | int] = Field(description="Where it is, from the outside in.")
    problem: str = Field(description="What is wrong there.")


class Problem(BaseModel):
    """An error of this service, as RFC 9457 describes it."""

    model_config = ConfigDict(ser_json_bytes="base64", ser_json_inf_nan="strings")

    type: str = Field(description="The kind of problem, which does not change.")
    title: str = Field(description="The kind of problem in words.")
    status: int = Field(description="The HTTP status.")
    detail: str | None = Field(None, description="What happened, and what to do.")
    model: str | None = Field(None, description="The table that it is about.")
    columns: list[str] | None = Field(None, description="Its columns that it is about.")
    values: dict[str, Any] | None = Field(None, description="The values that were sent for them.")
    constraint: str | None = Field(None, description="The constraint that was violated.")
    sqlstate: str | None = Field(None, description="PostgreSQL's code of the error.")
    errors: list[Fault] | None = Field(None, description="Everything that is wrong.")
    written: list[list[int]] | None = Field(
        None, description="First and last position of the rows that have been written."
    )


def _documented() -> dict[int | str, dict[str, Any]]:
    schema = Problem.model_json_schema(mode="serialization")
    # A reference would be looked up in the whole document of the service.
    schema["properties"]["errors"]["anyOf"][0]["items"] = schema.pop("$defs")["Fault"]
    answer = {"content": {MEDIA_TYPE: {"schema": schema}}}
    return {status: {"description": title, **answer} for status, title in _DESCRIPTIONS.items()}


_DESCRIPTIONS = {
    404: "There is no such row.",
    409: "A row with this key exists, or a row that it refers to does not, or is still in use.",
    422: "The request is not valid, or a value in it is not.",
    500: "The service has failed.",
    503: "The database cannot be used now.",
    504: "The database took too long.",
}
# The first class that fits says the status; every other error is one of the service itself.
_STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (NoResultFound, 404),
    (CheckViolatedError, 422),
    (NotNullViolatedError, 422),
    (ConstraintError, 409),
    (TooLargeError, 422),
    (InvalidValueError, 422),
    (InvalidRowsError, 422),
    (StatementValueError, 422),
    (InvalidCursorError, 422),
    (TimedOutError, 504),
    (TransactionConflictError, 503),
    (PlatformError, 503),
    (AttachError, 503),
)
# Pass it to FastAPI as ``responses``: then the documentation of each endpoint has the problems.
PROBLEMS = _documented()


def add_problem_handlers(app: Starlette) -> None:
    """Have an application answer every error as a problem document.

    These are the errors of msm, ``NoResultFound`` of ``one()``, invalid requests, HTTPException,
    and whatever else an endpoint raises. What a client cannot fix has no detail: it is logged by
    the logger ``msm.api``, and may name addresses and settings.

    Args:
        app: an application of FastAPI, or of Starlette.
    """
    for kind in (MsmError, NoResultFound):
        app.add_exception_handler(kind, _answer_error)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)
    # Starlette raises the error again after the answer, so that the server logs it.
    app.add_exception_handler(Exception, _answer_unexpected)


def problem_of(error: Exception) -> Problem:
    """The problem document of an error.

    Args:
        error: an error of msm, or of SQLAlchemy.
    """
    status = _status_of(error)
    kind = type(error)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return _plain(status)
    return Problem(
        type=f"urn:msm:{kind.__name__}",
        title=_title(kind),
        status=status,
        detail=str(error) if status < HTTPStatus.INTERNAL_SERVER_ERROR else None,
        **_facts(error),
    )


def _status_of(error: BaseException | None) -> int:
    if isinstance(error, PartlyWrittenError):
        return _status_of(error.__cause__)
    if isinstance(error, OperationRefusedError) and (error.sqlstate or "").startswith(
        RESOURCES_USED_UP
    ):
        return 503
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)


def _title(kind: type[Exception]) -> str:
    if issubclass(kind, NoResultFound):
        return _DESCRIPTIONS[404]
    return (kind.__doc__ or kind.__name__).partition("\n")[0]


def _facts(error: BaseException | None) -> dict[str, Any]:
    match error:
        case InvalidRowsError():
            faults = [_fault([fault.row, fault.column], fault.problem) for fault in error.faults]
            return {"model": error.model, "errors": faults}
        case PartlyWrittenError():
            written = [[part[0], part[-1]] for part in error.written]
            return {"model": error.model, "written": written} | _facts(error.__cause__)
        case OperationRefusedError():
            return {
                "model": error.model,
                "columns": list(error.columns) or None,
                "values": error.values or None,
                "constraint": error.constraint,
                "sqlstate": error.sqlstate,
            }
    return {}


def _fault(location: Sequence[str | int], problem: str) -> Fault:
    # A client may send half of a surrogate pair, as a name that there is not.
    parts = [
        part if isinstance(part, int) else part.encode(errors="backslashreplace").decode()
        for part in location
    ]
    return Fault(location=parts, problem=problem)


def _plain(status: int, **facts: Any) -> Problem:
    # An endpoint may answer with a status that has no name.
    return Problem(type=PLAIN, title=responses.get(status, "Error"), status=status, **facts)


def _response(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    document = problem.model_dump(mode="json", exclude_none=True, fallback=str)
    return Response(json.dumps(_finite(document)), problem.status, headers, MEDIA_TYPE)


def _finite(part: Any) -> Any:
    """The same with text for NaN and infinities, which JSON has not."""
    match part:
        case dict():
            return {name: _finite(value) for name, value in part.items()}
        case list():
            return list(map(_finite, part))
        case float() if not math.isfinite(part):
            return non_finite(part)
    return part


async def _answer_error(_request: Request, error: Exception) -> Response:
    problem = problem_of(error)
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("%s", error, exc_info=error)
    soon = isinstance(error, TransactionConflictError)
    return _response(problem, {"Retry-After": RETRY_AFTER} if soon else None)


async def _answer_invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - Starlette calls it for no other
    faults = [_fault(item["loc"], item["msg"]) for item in error.errors()]
    problem = _plain(422, detail="The request is not valid.", errors=faults)
    return _response(problem)


async def _answer_http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - Starlette calls it for no other
    return _response(_plain(error.status_code, detail=str(error.detail)), error.headers)


async def _answer_unexpected(_request: Request, _error: Exception) -> Response:
    return _response(_plain(500))
