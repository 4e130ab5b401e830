"""The one place where errors become JSON.

Generation 1 gets {"error": class name, "detail": sentence, ...facts}. Generation 2 gets {"detail":
sentence}, or {"detail": {"code": ..., "detail": sentence}} where the platform has a code.
"""

import json
import logging
from collections.abc import Mapping
from typing import Any, cast

import psycopg
from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from psycopg.errors import (
    DeadlockDetected,
    LockNotAvailable,
    QueryCanceled,
    SerializationFailure,
    UniqueViolation,
)
from starlette.exceptions import HTTPException

from msm_local.contract.paths import METATABLES_ROOT
from msm_local.errors import (
    BodyTooLargeError,
    CompiledSqlError,
    InvalidRequestError,
    MsmLocalError,
    NotFoundError,
    NotImplementedHereError,
    StatementRefusedError,
)
from msm_local.services.failures import failure

__all__ = ["error_response", "install_handlers", "install_metatables_handlers"]

LOG = logging.getLogger(__name__)
NOT_FOUND = 404
METHOD_NOT_ALLOWED = 405
UNPROCESSABLE = 422
# Of statements of the catalog: they depend on concurrent requests, and a client may try again.
RACES = (UniqueViolation, DeadlockDetected, SerializationFailure, LockNotAvailable, QueryCanceled)


# Codes of ours, in the form of those that the platform has.
CODES: Mapping[type[MsmLocalError], str] = {
    StatementRefusedError: "statement_refused",
    BodyTooLargeError: "transfer_request_too_large",
}


def error_response(error: MsmLocalError, path: str) -> JSONResponse:
    """The answer for an error of ours, in the form that the clients of this path read."""
    if path.startswith(f"{METATABLES_ROOT}/"):
        return _metatables_response(error)
    body = {**error.facts(), "error": type(error).__name__, "detail": str(error)}
    return JSONResponse(body, status_code=error.status)


def _metatables_response(error: MsmLocalError) -> JSONResponse:
    match error:
        case CompiledSqlError():
            detail: Any = {**error.facts(), "code": error.wire_code, "detail": str(error)}
        case _ if type(error) in CODES:
            detail = {"code": CODES[type(error)], "detail": str(error)}
        case _:
            detail = str(error)
    unprocessable = isinstance(error, InvalidRequestError) and type(error) not in CODES
    return JSONResponse({"detail": detail}, UNPROCESSABLE if unprocessable else error.status)


def install_handlers(app: FastAPI) -> None:
    """Make the application answer every error in the same form."""
    _install_common(app)

    @app.exception_handler(RequestValidationError)
    def validation(request: Request, error: RequestValidationError) -> JSONResponse:
        # A path whose uid is not a UUID names a row that cannot exist.
        path = request.url.path
        if any(tuple(item["loc"][:2]) == ("path", "uid") for item in error.errors()):
            return error_response(NotFoundError(f"The path {path} contains no uid."), path)
        problems = [
            f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}"
            for item in error.errors()
        ]
        problem = InvalidRequestError(f"The request is not valid: {problems[0]}.")
        return error_response(problem, path)

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code not in {NOT_FOUND, METHOD_NOT_ALLOWED}:
            return error_response(InvalidRequestError(str(error.detail)), request.url.path)
        # 501 and not 404, which would read as a row that does not exist.
        return error_response(_not_implemented(request), request.url.path)


def install_metatables_handlers(app: FastAPI) -> None:
    """Make the application of generation 2 answer every error as its platform does."""
    _install_common(app)

    @app.exception_handler(RequestValidationError)
    def validation(_request: Request, error: RequestValidationError) -> Response:
        # As FastAPI does, but in ASCII: the input may have surrogates, which UTF-8 cannot carry.
        body = json.dumps({"detail": jsonable_encoder(error.errors())})
        return Response(body, UNPROCESSABLE, media_type="application/json")

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> JSONResponse:
        detail = str(error.detail)
        if error.status_code in {NOT_FOUND, METHOD_NOT_ALLOWED}:
            detail = f"{detail}: msm-local has no {request.method} {request.url.path}."
        return JSONResponse({"detail": detail}, error.status_code, error.headers)


def _install_common(app: FastAPI) -> None:
    @app.exception_handler(MsmLocalError)
    def ours(request: Request, error: MsmLocalError) -> JSONResponse:
        return error_response(error, request.url.path)

    def race(request: Request, error: Exception) -> JSONResponse:
        # Two requests for one row of the catalog: the other one was faster, or holds its lock.
        return error_response(failure(cast("psycopg.Error", error)), request.url.path)

    for kind in RACES:
        app.add_exception_handler(kind, race)

    @app.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> JSONResponse:
        LOG.error("%s %s failed", request.method, request.url.path, exc_info=error)
        problem = MsmLocalError(
            f"msm-local failed on {request.method} {request.url.path}; see the log that "
            "`msm-local status` names."
        )
        return error_response(problem, request.url.path)


def _not_implemented(request: Request) -> NotImplementedHereError:
    return NotImplementedHereError(
        f"msm-local does not implement {request.method} {request.url.path}; the hosted platform "
        "may."
    )
