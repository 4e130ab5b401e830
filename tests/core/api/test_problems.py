"""Every error is a problem document of its status, without what is not for clients."""

import datetime
import importlib
import json
import logging
import math
import sys
import uuid
from decimal import Decimal
from typing import Any

import pytest
from fastapi import FastAPI, HTTPException
from fastapi.testclient import TestClient
from pydantic import BaseModel
from sqlalchemy.exc import MultipleResultsFound, NoResultFound
from starlette.applications import Starlette
from starlette.routing import Route

from msm import errors
from msm.api import PROBLEMS, add_problem_handlers, installation, problem_of
from msm.errors import (
    ConflictError,
    EnvironmentMismatchError,
    InvalidRowsError,
    MsmError,
    OperationRefusedError,
    PartlyWrittenError,
    PlatformUnreachableError,
    RowFault,
    StatementError,
    TransactionConflictError,
)
from msm.models import Asset

MEDIA_TYPE = "application/problem+json"
HIDDEN = "platform.internal"


def refused(kind: type[OperationRefusedError], **facts: Any) -> OperationRefusedError:
    return kind("What is wrong.", endpoint=HIDDEN, status_code=400, detail=HIDDEN, **facts)


FAULTS = [RowFault(3, "asset_type", "\ud800", "has half of a surrogate pair")]
CONFLICT = refused(
    ConflictError,
    model="Asset",
    constraint="uix",
    columns=["uid", "size"],
    values={"uid": uuid.UUID(int=1), "size": Decimal("1.50")},
    sqlstate="23505",
)
NO_NUMBERS = {"size": math.inf, "sizes": [1.5, -math.inf, math.nan]}
INVALID = InvalidRowsError(Asset, "upsert", FAULTS)


def partly(cause: MsmError) -> PartlyWrittenError:
    error = PartlyWrittenError(Asset, "insert", cause, written=[range(10)], failed=[range(10, 12)])
    error.__cause__ = cause
    return error


STATUSES: dict[str, tuple[Exception, int]] = {
    "conflict": (CONFLICT, 409),
    "missing reference": (refused(errors.MissingReferenceError), 409),
    "still referenced": (refused(errors.StillReferencedError), 409),
    "constraint": (refused(errors.ConstraintError), 409),
    "check": (refused(errors.CheckViolatedError), 422),
    "null": (refused(errors.NotNullViolatedError), 422),
    "value": (refused(errors.InvalidValueError), 422),
    "too large": (refused(errors.TooLargeError, sqlstate="22003"), 422),
    "no number": (
        refused(
            errors.TooLargeError, values={"size": math.inf, "sizes": [1.5, -math.inf, math.nan]}
        ),
        422,
    ),
    "no connection": (refused(errors.TooLargeError, sqlstate="53300"), 503),
    "rows": (INVALID, 422),
    "value of a statement": (errors.StatementValueError("What is wrong."), 422),
    "cursor": (errors.InvalidCursorError("What is wrong."), 422),
    "transaction conflict": (refused(TransactionConflictError), 503),
    "disk": (refused(errors.DiskFullError), 503),
    "time": (refused(errors.TimedOutError), 504),
    "platform": (PlatformUnreachableError(HIDDEN, endpoint=HIDDEN), 503),
    "lost answer": (errors.OutcomeUnknownError(HIDDEN, endpoint=HIDDEN), 503),
    "catalog": (errors.AttachError([], data_source_uid=HIDDEN), 503),
    "no row": (NoResultFound("none"), 404),
    "several rows": (MultipleResultsFound("two"), 500),
    "statement": (StatementError(HIDDEN), 500),
    "partly conflict": (partly(CONFLICT), 409),
    "partly platform": (partly(PlatformUnreachableError(HIDDEN, endpoint=HIDDEN)), 503),
    "unexpected": (RuntimeError(HIDDEN), 500),
    "http": (HTTPException(418, "I am one", {"X-Pot": "tea"}), 418),
}


class Body(BaseModel, extra="forbid"):
    at: datetime.datetime


app = FastAPI(responses=PROBLEMS)
add_problem_handlers(app)


@app.get("/fail/{name}")
def fail(name: str) -> None:
    raise STATUSES[name][0]


@app.post("/body")
def take(body: Body) -> Body:
    return body


@pytest.fixture
def client() -> TestClient:
    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize("name", STATUSES)
def test_an_error_is_a_problem_of_its_status(client: TestClient, name: str) -> None:
    error, status = STATUSES[name]
    answer = client.get(f"/fail/{name}")
    problem = answer.json()
    assert (answer.status_code, problem["status"]) == (status, status)
    assert answer.headers["Content-Type"] == MEDIA_TYPE
    assert problem["title"]
    if isinstance(error, MsmError) and status != 500:
        assert problem["type"] == f"urn:msm:{type(error).__name__}"
    # What only the operator can change is in the log, and not in the answer.
    assert HIDDEN not in answer.text
    assert ("detail" in problem) == (status < 500)


def test_a_problem_has_the_facts_of_its_error(client: TestClient) -> None:
    assert client.get("/fail/conflict").json() == {
        "type": "urn:msm:ConflictError",
        "title": "A row with this key exists already.",
        "status": 409,
        "detail": "What is wrong.",
        "model": "Asset",
        "columns": ["uid", "size"],
        "values": {"uid": str(uuid.UUID(int=1)), "size": "1.50"},
        "constraint": "uix",
        "sqlstate": "23505",
    }


def test_a_problem_has_text_for_what_json_has_not(client: TestClient) -> None:
    def refuse(constant: str) -> None:
        pytest.fail(f"{constant} is no JSON")

    problem = json.loads(client.get("/fail/no number").content, parse_constant=refuse)
    assert problem["values"] == {"size": "Infinity", "sizes": [1.5, "-Infinity", "NaN"]}


def test_a_problem_lists_every_wrong_row(client: TestClient) -> None:
    problem = client.get("/fail/rows").json()
    assert problem["errors"] == [
        {"location": [3, "asset_type"], "problem": "has half of a surrogate pair"}
    ]
    assert (problem["model"], problem["detail"]) == ("Asset", str(INVALID))


def test_a_problem_says_which_rows_are_written(client: TestClient) -> None:
    problem = client.get("/fail/partly conflict").json()
    assert problem["written"] == [[0, 9]]
    assert problem["constraint"] == "uix"


def test_an_invalid_request_is_a_problem(client: TestClient) -> None:
    answer = client.post("/body", json={"at": "then"})
    assert answer.headers["Content-Type"] == MEDIA_TYPE
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert fault["location"] == ["body", "at"]
    for broken in (b"{", b'{"\\ud800": 1}', b"\xff"):
        sent = client.post("/body", content=broken, headers={"Content-Type": "application/json"})
        assert sent.json()["status"] in {400, 422}


def test_headers_of_an_error_are_kept(client: TestClient) -> None:
    assert client.get("/fail/http").headers["X-Pot"] == "tea"
    assert client.get("/fail/transaction conflict").headers["Retry-After"] == "1"
    assert client.get("/nothing/there").json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "Not Found",
    }


def test_what_clients_are_not_told_is_logged(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "msm.api"):
        client.get("/fail/conflict")
        assert caplog.records == []
        client.get("/fail/platform")
    (record,) = caplog.records
    assert record.getMessage() == HIDDEN
    assert record.exc_info is not None


def test_problems_are_documented_with_their_media_type() -> None:
    documented = app.openapi()["paths"]["/body"]["post"]["responses"]
    assert set(documented) == {"200", *map(str, PROBLEMS)}
    for status in PROBLEMS:
        (media_type,) = documented[str(status)]["content"]
        assert media_type == MEDIA_TYPE
        assert "$ref" not in str(documented[str(status)])


def test_starlette_answers_problems_too() -> None:
    async def endpoint(_request: object) -> None:
        raise CONFLICT

    plain = Starlette(routes=[Route("/", endpoint)])
    add_problem_handlers(plain)
    answer = TestClient(plain).get("/")
    assert (answer.status_code, answer.headers["Content-Type"]) == (409, MEDIA_TYPE)


def test_a_problem_can_be_made_of_an_error() -> None:
    assert problem_of(CONFLICT).status == 409
    assert problem_of(ValueError("anything")).title == "Internal Server Error"


def test_a_missing_extra_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fastapi", None)
    with pytest.raises(EnvironmentMismatchError, match=r"uv add 'msm-core\[api\]'"):
        importlib.reload(installation)
