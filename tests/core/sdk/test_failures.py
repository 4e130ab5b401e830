"""What the platform answers, and what the SDK raises, as a failure that both generations share."""

import json
from typing import Any

import pytest
import requests
from mainsequence.client.exceptions import ApiError, TransportError, raise_for_response
from mainsequence.code_repository_context import CodeRepositoryContextError

from msm.errors import PlatformRefusedError, PlatformUnreachableError
from msm.platform import translated
from msm.sdk import failure_of, find_platform
from msm.sdk.failure import Failure, LostAnswerError, NoAnswerError, RequestTooLargeError
from tests.support.generation import only_mainsequence8, only_metatables

UNIQUE = 'duplicate key value violates unique constraint "u"\nDETAIL:  Key (a)=(1) already exists.'


def answer(status: int, body: object = None, *, page: str = "<html>") -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response._content = page.encode() if body is None else json.dumps(body).encode()
    return response


def raised(status: int, body: object = None) -> Failure:
    with pytest.raises(ApiError) as caught:
        raise_for_response(answer(status, body), payload={"json": {}})
    return failure_of(caught.value)


def coded(code: str, text: str | None = None) -> dict[str, Any]:
    return {"detail": {"code": code} if text is None else {"code": code, "detail": text}}


METATABLES: list[tuple[int, object, Failure]] = [
    (
        400,
        coded("compiled_sql_database_error", UNIQUE),
        Failure(
            "statement",
            UNIQUE,
            400,
            {
                "sqlstate": "23505",
                "constraint": "u",
                "message_detail": "Key (a)=(1) already exists.",
            },
        ),
    ),
    (
        400,
        coded("compiled_sql_database_error", "Schlüsselwert doppelt"),
        Failure("statement", "Schlüsselwert doppelt", 400),
    ),
    *(
        (
            400,
            coded(
                "compiled_sql_database_error",
                'connection failed: connection to server at "10.0.0.1", port 5432 failed: FATAL:  '
                + said,
            ),
            Failure(
                "refused",
                f"all connections to its database are in use ({said}); try again",
                400,
                {"error": "compiled_sql_database_error"},
            ),
        )
        for said in (
            'too many connections for role "mt_0b859ec4261b"',
            "sorry, too many clients already",
            "remaining connection slots are reserved for roles with the SUPERUSER attribute",
        )
    ),
    # A value that reads like it.
    (
        400,
        coded(
            "compiled_sql_database_error",
            'invalid input syntax for type uuid: "FATAL:  too many connections for role"',
        ),
        Failure(
            "statement",
            'invalid input syntax for type uuid: "FATAL:  too many connections for role"',
            400,
            {"sqlstate": "22P02"},
        ),
    ),
    (
        400,
        coded("sql_deadline_exceeded", ""),
        Failure(
            "statement",
            "the statement ran longer than its timeout",
            400,
            {"sqlstate": "57014"},
        ),
    ),
    (
        409,
        coded("data_source_not_selected_runtime", "Not this one."),
        Failure("stale", "Not this one.", 409, {"error": "data_source_not_selected_runtime"}),
    ),
    (
        413,
        coded("transfer_row_too_large"),
        Failure(
            "refused",
            "a row has more bytes than an answer may carry; select fewer columns of it",
            413,
            {"error": "transfer_row_too_large", "answer_too_large": True},
        ),
    ),
    (401, {"detail": "No."}, Failure("denied", "No.", 401)),
    (403, {"detail": "No."}, Failure("denied", "No.", 403)),
    (
        403,
        {"detail": "data_source_write_blocked"},
        Failure(
            "refused", "its data source is read-only", 403, {"error": "data_source_write_blocked"}
        ),
    ),
    (409, {"detail": "Reserved."}, Failure("refused", "Reserved.", 409, {"error": "Reserved."})),
    (
        422,
        {"detail": [{"loc": ["body", "limits", "max_rows"], "msg": "Too many", "type": "x"}]},
        Failure("refused", "body.limits.max_rows: Too many", 422),
    ),
    (404, {"detail": "Not Found"}, Failure("refused", "Not Found", 404)),
    (502, None, Failure("refused", "<html>", 502)),
]
MAINSEQUENCE8: list[tuple[int, dict[str, Any] | None, str, str]] = [
    (400, {"detail": "No.", "sqlstate": "23505", "constraint": "u"}, "statement", "No."),
    # A privilege that PostgreSQL does not give has nothing to do with the token.
    (403, {"detail": "No.", "sqlstate": "42501"}, "statement", "No."),
    (401, {"detail": "No."}, "denied", "No."),
    (404, {"error": "NotFoundError", "detail": "No table."}, "stale", "No table."),
    (409, {"error": "NotActiveError", "detail": "Not yet."}, "refused", "Not yet."),
    # A proxy answers 404 too, with a page: only the platform's own answer is about its catalog.
    (404, None, "refused", "<html>"),
    (400, None, "refused", "<html>"),
]


@only_metatables
@pytest.mark.parametrize(("status", "body", "expected"), METATABLES)
def test_an_answer_of_metatables_is_a_failure(status: int, body: object, expected: Failure) -> None:
    found = raised(status, body)
    assert (found.reason, found.detail, found.status) == (
        expected.reason,
        expected.detail,
        expected.status,
    )
    if expected.facts or body is None:
        assert found.facts == expected.facts


@only_mainsequence8
@pytest.mark.parametrize(("status", "body", "reason", "detail"), MAINSEQUENCE8)
def test_an_answer_of_mainsequence8_is_a_failure(
    status: int, body: dict[str, Any] | None, reason: str, detail: str
) -> None:
    found = raised(status, body)
    assert (found.reason, found.detail, found.status) == (reason, detail, status)
    assert found.facts == (body or {})


def test_errors_of_the_sdk_are_failures() -> None:
    context = CodeRepositoryContextError("No branch.")
    assert failure_of(context) == Failure("context", "No branch.")
    context.__cause__ = TransportError("no answer")
    assert failure_of(context).reason == "unanswered"
    assert failure_of(LostAnswerError("502")) == Failure("unknown", "502")
    assert failure_of(RequestTooLargeError(20_000, 10_000)) == Failure(
        "refused",
        "the request has 20,000 bytes, and the platform takes 10,000; send fewer rows, or smaller "
        "values",
        413,
    )


@only_metatables
def test_a_missing_api_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    from metatables.endpoint import ApiNotDeployedError, ApiResolutionError
    from metatables.runtime_contract import DataSourceResolutionError

    monkeypatch.delenv("METATABLES_API_URL", raising=False)
    undeployed = translated("x", failure_of(ApiNotDeployedError("Not deployed yet.")))
    assert type(undeployed) is PlatformUnreachableError
    assert str(undeployed) == (
        "The platform has no API of tables for this checkout (Not deployed yet); deploy it there, "
        "or run this under the local platform with `msm-local exec -- COMMAND`."
    )
    ambiguous = translated("x", failure_of(ApiResolutionError("Two of them.")))
    assert str(ambiguous) == (
        "The API of tables was not found at the platform (Two of them); try later, check its "
        "deployment, or run this under the local platform with `msm-local exec -- COMMAND`."
    )
    empty = translated("x", failure_of(DataSourceResolutionError("No DataSource.")))
    assert type(empty) is PlatformRefusedError
    assert str(empty) == (
        "The API of tables has no database for this process (No DataSource); have its "
        "administrator set one, or run this under the local platform with `msm-local exec -- "
        "COMMAND`."
    )
    monkeypatch.setenv("METATABLES_API_URL", "https://tables.example.com/")
    foreign = translated("x", failure_of(ApiResolutionError("Only loopback.")))
    assert type(foreign) is PlatformUnreachableError
    assert str(foreign) == (
        "METATABLES_API_URL is 'https://tables.example.com', which the SDK does not accept (Only "
        "loopback); set it to the local platform, as `msm-local exec -- COMMAND` does, or unset "
        "it for the hosted one."
    )


@only_metatables
def test_an_api_that_starts_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """By a migration command as long as the SDK waits, which a deployment relies on."""
    from metatables.endpoint import discovery_budget
    from metatables.migrations.runner import MIGRATION_DISCOVERY_TIMEOUT

    seconds: list[float] = []
    monkeypatch.setattr(
        "msm.sdk.metatables_platform.resolve_api_endpoint",
        lambda: seconds.append(discovery_budget()),
    )
    find_platform()
    assert seconds == [MIGRATION_DISCOVERY_TIMEOUT]


def test_an_unanswered_request_wrote_nothing() -> None:
    assert failure_of(NoAnswerError("refused")) == Failure("unanswered", "refused")


@only_metatables
@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, coded("compiled_sql_database_error", "x"), True),
        (408, coded("transfer_deadline_exceeded"), True),
        (413, coded("transfer_request_too_large"), True),
        (413, coded("transfer_response_too_large"), False),
        (429, coded("transfer_capacity_exceeded"), True),
        (500, None, False),
        (502, None, False),
        (503, coded("database_connections_busy"), True),
        (503, coded("sql_write_outcome_unknown"), False),
        (504, None, False),
    ],
)
def test_only_some_answers_say_that_nothing_was_done(
    status: int, body: object, *, expected: bool
) -> None:
    from msm.sdk.metatables_answers import nothing_was_done

    assert nothing_was_done(answer(status, body)) is expected
