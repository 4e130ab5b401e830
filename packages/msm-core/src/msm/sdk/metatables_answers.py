"""What the API of tables of generation 2 answers, read as a failure of both generations."""

import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import requests

from msm.sdk.failure import Failure
from msm.sdk.postgresql import facts_in

__all__ = ["failure_in", "nothing_was_done", "says_connections_are_used_up"]

DATABASE_ERROR = "compiled_sql_database_error"
DEADLINE = "sql_deadline_exceeded"
# The request names a data source that is no longer the one of the platform.
OTHER_DATA_SOURCE = "data_source_not_selected_runtime"
QUERY_CANCELED = "57014"
# The platform passes on why PostgreSQL refused to connect it, as libpq says it, with the code of a
# refused statement. A statement cannot make a text that begins like this.
NO_CONNECTION = re.compile(
    r"connection failed: connection to server .* FATAL:  (?P<said>too many connections for [^\n]*|"
    r"sorry, too many clients already|remaining connection slots are reserved for [^\n]*)",
    re.DOTALL,
)
# What the platform says by a code alone.
MEANINGS: Mapping[str, str] = {
    "data_source_runtime_access_disabled": "its data source is disabled for reads and writes",
    "data_source_write_blocked": "its data source is read-only",
    "database_connections_busy": "all connections to its database are in use; try again",
    "invalid_sql_parameters": "a parameter does not fit its type",
    "sql_deadline_exceeded": "the statement ran longer than its timeout",
    "sql_write_outcome_unknown": "it lost its database while it ended the transaction",
    "sql_caller_inactive": "the user of the token has no access to its database",
    "transfer_capacity_exceeded": "it has too many requests at once; try again",
    "transfer_deadline_exceeded": "the request took longer than it allows",
    "transfer_request_too_large": (
        "the request has more bytes than it takes; send fewer rows, or smaller values"
    ),
    "transfer_response_too_large": "the answer has more bytes than it sends; ask for less",
    "transfer_row_too_large": (
        "a row has more bytes than an answer may carry; select fewer columns of it"
    ),
}
# The first also comes where an answer carries no row at all.
ANSWER_TOO_LARGE = frozenset({"transfer_row_too_large", "transfer_response_too_large"})
# They come before a connection to the database is used.
BEFORE_THE_STATEMENT = frozenset(
    {
        "database_connections_busy",
        "sql_identity_secret_required",
        "sql_permission_reconciliation_pending",
        "sql_security_not_initialized",
        "transfer_capacity_exceeded",
        "transfer_request_too_large",
    }
)


def failure_in(response: requests.Response, said: str | None = None) -> Failure:
    """The failure that an answer stands for.

    Args:
        response: its status is not that of a success.
        said: what it says where it is no JSON; None for its own text.
    """
    status, detail = response.status_code, _detail(response)
    if response.is_redirect:
        where = response.headers["Location"]
        return Failure("refused", f"it redirects to {where}; have requests sent there", status)
    code = _code(detail)
    text = _text(detail) or said or response.text or response.reason
    used_up = _used_up(detail)
    if used_up is not None:
        text = f"all connections to its database are in use ({used_up}); try again"
        return Failure("refused", text, status, {"error": code})
    if code == DATABASE_ERROR:
        return Failure("statement", text, status, facts_in(text))
    if code == DEADLINE:
        # The platform canceled the statement, which PostgreSQL always reports by this code.
        return Failure("statement", text, status, {"sqlstate": QUERY_CANCELED})
    # What is no JSON is not the platform's own answer, but that of a proxy.
    facts: dict[str, Any] = {} if detail is None else {"error": code or text}
    if code in ANSWER_TOO_LARGE:
        facts["answer_too_large"] = True
    if code == OTHER_DATA_SOURCE:
        return Failure("stale", text, status, facts)
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN} and code is None:
        return Failure("denied", text, status)
    return Failure("refused", text, status, facts)


def nothing_was_done(response: requests.Response) -> bool:
    """Whether an answer says that the platform refused a request before it ran its statement."""
    if response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
        return response.status_code != HTTPStatus.REQUEST_ENTITY_TOO_LARGE or (
            _code(_detail(response)) in BEFORE_THE_STATEMENT
        )
    return _code(_detail(response)) in BEFORE_THE_STATEMENT


def says_connections_are_used_up(response: requests.Response) -> bool:
    """Whether PostgreSQL let no further connection of the caller in; then nothing was done."""
    return response.status_code == HTTPStatus.BAD_REQUEST and (
        _used_up(_detail(response)) is not None
    )


def _used_up(detail: Any) -> str | None:
    """What PostgreSQL says where all connections are in use; None where it says something else."""
    if _code(detail) != DATABASE_ERROR:
        return None
    found = NO_CONNECTION.match(_text(detail))
    return None if found is None else found["said"]


def _detail(response: requests.Response) -> Any:
    """The detail of a JSON answer; None where the answer is something else, as a proxy's page."""
    try:
        body = response.json()
    except requests.JSONDecodeError:
        return None
    return body.get("detail") if isinstance(body, dict) else None


def _code(detail: Any) -> str | None:
    match detail:
        case {"code": str(code)}:
            return code
        case str() if detail in MEANINGS:
            return detail
    return None


def _text(detail: Any) -> str:
    match detail:
        case None:
            return ""
        case {"detail": str(text)} if text:
            return text
        case {"code": str(code)} | str(code):
            return MEANINGS.get(code, code)
        # A request that does not fit the contract: one entry for each wrong part.
        case [{"loc": [*_], "msg": str()}, *_]:
            return "; ".join(f"{'.'.join(map(str, part['loc']))}: {part['msg']}" for part in detail)
    return json.dumps(detail)
