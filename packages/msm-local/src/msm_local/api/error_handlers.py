"""The one place where errors become JSON: {"error": class name, "detail": sentence, ...facts}."""

import logging
from typing import cast

import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg.errors import (
    DeadlockDetected,
    LockNotAvailable,
    QueryCanceled,
    SerializationFailure,
    UniqueViolation,
)
from starlette.exceptions import HTTPException

from msm_local.errors import (
    InvalidRequestError,
    MsmLocalError,
    NotFoundError,
    NotImplementedHereError,
)
from msm_local.services.failures import failure

__all__ = ["error_response", "install_handlers"]

LOG = logging.getLogger(__name__)
NOT_FOUND = 404
METHOD_NOT_ALLOWED = 405
# Of statements of the catalog: they depend on concurrent requests, and a client may try again.
RACES = (UniqueViolation, DeadlockDetected, SerializationFailure, LockNotAvailable, QueryCanceled)


def error_response(error: MsmLocalError) -> JSONResponse:
    """The answer for an error of ours."""
    body = {**error.facts(), "error": type(error).__name__, "detail": str(error)}
    return JSONResponse(body, status_code=error.status)


def install_handlers(app: FastAPI) -> None:
    """Make the application answer every error in the same form."""

    @app.exception_handler(MsmLocalError)
    def ours(_request: Request, error: MsmLocalError) -> JSONResponse:
        return error_response(error)

    def race(_request: Request, error: Exception) -> JSONResponse:
        # Two requests for one row of the catalog: the other one was faster, or holds its lock.
        return error_response(failure(cast("psycopg.Error", error)))

    for kind in RACES:
        app.add_exception_handler(kind, race)

    @app.exception_handler(RequestValidationError)
    def validation(request: Request, error: RequestValidationError) -> JSONResponse:
        # A path whose uid is not a UUID names a row that cannot exist.
        if any(tuple(item["loc"][:2]) == ("path", "uid") for item in error.errors()):
            return error_response(NotFoundError(f"The path {request.url.path} contains no uid."))
        problems = [
            f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}"
            for item in error.errors()
        ]
        return error_response(InvalidRequestError(f"The request is not valid: {problems[0]}."))

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code not in {NOT_FOUND, METHOD_NOT_ALLOWED}:
            return error_response(InvalidRequestError(str(error.detail)))
        # 501 and not 404, which would read as a row that does not exist.
        return error_response(_not_implemented(request))

    @app.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> JSONResponse:
        LOG.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return error_response(
            MsmLocalError(
                f"msm-local failed on {request.method} {request.url.path}; see the log that "
                "`msm-local status` names."
            )
        )


def _not_implemented(request: Request) -> NotImplementedHereError:
    return NotImplementedHereError(
        f"msm-local does not implement {request.method} {request.url.path}; the hosted platform "
        "may."
    )
