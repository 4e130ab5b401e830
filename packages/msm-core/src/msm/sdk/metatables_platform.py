"""The platform under ``mainsequence-metatable``: where it is, and what it is asked and answers."""

import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from mainsequence.client.base import BaseObjectOrm
from mainsequence.client.exceptions import ApiError, TransportError, raise_for_response
from mainsequence.client.utils import AuthError
from mainsequence.code_repository_context import CodeRepositoryContextError
from mainsequence.defaults import resolve_backend_endpoint
from metatables.endpoint import (
    ApiEndpoint,
    ApiNotDeployedError,
    ApiResolutionError,
    api_endpoint_scope,
    reset_api_endpoint,
    resolve_api_endpoint,
)
from metatables.models import MetaTable, MetaTableCompiledSQLOperation
from metatables.runtime_context import get_runtime_context
from metatables.runtime_contract import DataSourceResolutionError
from metatables.transfer import DEFAULT_LIMITS as SDK_LIMITS

from msm.errors.commands import EXEC
from msm.sdk.context import Endpoint, Limits, PlatformContext
from msm.sdk.failure import (
    Failure,
    LostAnswerError,
    NoAnswerError,
    RequestTooLargeError,
    failure_of_ours,
)
from msm.sdk.metatables_answers import (
    failure_in,
    nothing_was_done,
    says_connections_are_used_up,
)
from msm.sdk.metatables_session import LOCAL_TOKEN_VARIABLE, sdk_session
from msm.sdk.process.forks import unforked
from msm.sdk.process.frozen import TOKEN_VARIABLE, has_other_token, read_environment_again
from msm.sdk.transport import parsed, post

__all__ = [
    "CONTEXT",
    "DEFAULT_LIMITS",
    "LOGGERS",
    "SDK_ERRORS",
    "build_operation",
    "changed_endpoint",
    "changed_token",
    "failure_of",
    "find_meta_tables",
    "find_platform",
    "forget_context",
    "forget_platform",
    "platform_context",
    "platform_endpoint",
    "post_operation",
]

API_URL_VARIABLE = "METATABLES_API_URL"
# What ``platform_context`` asks for, to complete "The platform refused ...".
CONTEXT = "the context of this process"
# Where the SDK logs.
LOGGERS = ("mainsequence", "metatables")
# What the SDK's models allow, and what a platform allows that does not say otherwise.
MAX_TIMEOUT = 60.0
DEFAULT_LIMITS = Limits(
    max_rows=SDK_LIMITS.max_page_rows,
    max_timeout=MAX_TIMEOUT,
    max_request_bytes=SDK_LIMITS.max_request_bytes,
    sends_exact_values=False,
)
# The platform lets a request wait for its turn, up to this many seconds with its statement.
TURN = 60.0
GRACE = 10.0
# The SDK's models name their classes in what they dump, which the platform refuses.
OF_THE_CLIENT = {"orm_class": True, "statement": {"orm_class"}, "limits": {"orm_class"}}
# The SDK asks a platform again that is starting; one on this machine has started.
LOCAL_DISCOVERY = 1.0

# What calls of the SDK, and of this module, raise.
SDK_ERRORS: tuple[type[Exception], ...] = (
    ApiError,
    ApiResolutionError,
    AuthError,
    CodeRepositoryContextError,
    DataSourceResolutionError,
    LostAnswerError,
    NoAnswerError,
    RequestTooLargeError,
)

# The SDK looks for the API of tables at each request, so that a process could change from one
# platform to another in the middle of its work. The one that it used first is kept here.
_pinned: ApiEndpoint | None = None


def _api() -> ApiEndpoint:
    """The API of tables that this process uses."""
    global _pinned
    if _pinned is None:
        _pinned = resolve_api_endpoint()
    return _pinned


def _named() -> str:
    """The address of the API that the environment names; empty where the SDK has to find it."""
    return os.environ.get(API_URL_VARIABLE, "").strip().rstrip("/")


def _endpoint(url: str, *, found: bool) -> Endpoint:
    if found:
        # The SDK finds the API by asking the platform.
        return Endpoint(
            url,
            variable="MAINSEQUENCE_ENDPOINT",
            example="https://platform.example.com",
            token=TOKEN_VARIABLE,
            hosted="set MAINSEQUENCE_ENDPOINT to the hosted one",
        )
    is_local = bool(os.environ.get(LOCAL_TOKEN_VARIABLE))
    return Endpoint(
        url,
        variable=API_URL_VARIABLE,
        example="http://127.0.0.1:8000/metatables",
        token=LOCAL_TOKEN_VARIABLE if is_local else TOKEN_VARIABLE,
        hosted=f"unset {API_URL_VARIABLE} for the hosted one",
    )


def platform_endpoint() -> Endpoint:
    """Where every request of this process goes."""
    if _pinned is not None:
        return _endpoint(_pinned.url, found=_pinned.release_uid is not None)
    named = _named()
    return _endpoint(named or _asked_platform(), found=not named)


def _asked_platform() -> str:
    # The SDK reads it once, while it is imported.
    return str(BaseObjectOrm.ROOT_URL).removesuffix("/api/v1")


def changed_endpoint() -> Endpoint | None:
    """The endpoint that the environment names now; None where it is still the one in use."""
    named = _named()
    if named:
        same = _pinned is None or _pinned.url == named
    else:
        same = _asked_platform() == resolve_backend_endpoint() and (
            _pinned is None or _pinned.release_uid is not None
        )
    return None if same else _endpoint(named or resolve_backend_endpoint(), found=not named)


def changed_token() -> str | None:
    """The variable whose token is not the one that requests carry; None where it is."""
    # That of a local platform is read for each request.
    is_local = bool(os.environ.get(LOCAL_TOKEN_VARIABLE))
    return TOKEN_VARIABLE if not is_local and has_other_token() else None


def platform_context(operation: str) -> PlatformContext:  # noqa: ARG001 - generation 1 names it
    """Ask the platform for the data source and the limits of this process: one request.

    Args:
        operation: what needs it.

    Raises:
        Exception: one of ``SDK_ERRORS``.
    """
    api = _api()
    patience = None if api.release_uid is not None else LOCAL_DISCOVERY
    with api_endpoint_scope(api, discovery_timeout=patience):
        found = get_runtime_context()
    limits = found.transfer_limits or SDK_LIMITS
    return PlatformContext(
        found.require_data_source_uid(),
        Limits(
            max_rows=limits.max_page_rows,
            max_timeout=min(MAX_TIMEOUT, limits.deadline_seconds),
            max_request_bytes=limits.max_request_bytes,
            sends_exact_values=False,
        ),
    )


def find_platform() -> None:
    """Find the platform as a migration command does, and ask one on this machine for its context.

    Of a hosted one nothing is asked that the SDK does not ask for itself: it keeps the answers. The
    command waits for an API that is starting as long as it does without this.

    Raises:
        Exception: one of ``SDK_ERRORS``.
    """
    if _named():
        platform_context("a migration command")
        return
    # Imported here, because it loads Alembic, which a service does not need.
    from metatables.migrations.runner import MIGRATION_DISCOVERY_TIMEOUT

    with api_endpoint_scope(discovery_timeout=MIGRATION_DISCOVERY_TIMEOUT):
        resolve_api_endpoint()


def forget_context() -> None:
    """Have the SDK look for the platform's API again, when it is needed next."""
    global _pinned
    reset_api_endpoint()
    if _pinned is not None and _pinned.release_uid is not None:
        _pinned = None


def forget_platform() -> None:
    """Forget the platform of this process, so that the environment names it again."""
    global _pinned
    _pinned = None
    read_environment_again()
    reset_api_endpoint()


def find_meta_tables(
    resource: type[MetaTable], names: Sequence[str], *, limit: int, timeout: float | None
) -> list[MetaTable]:
    """The catalog's resources of some tables.

    Args:
        resource: MetaTable, or TimeIndexMetaTable.
        names: physical names of the tables.
        limit: how many to return at most.
        timeout: seconds to wait for the answer; None for the SDK's default.

    Raises:
        Exception: one of ``SDK_ERRORS``.
    """
    with api_endpoint_scope(_api()):
        found: list[MetaTable] = resource.filter_by_body(
            timeout=timeout, physical_table_name__in=list(names), limit=limit
        )
    return found


def failure_of(error: Exception) -> Failure:
    """Why a call failed that raised one of ``SDK_ERRORS``."""
    match error:
        case TransportError():
            return Failure("unanswered", str(error.args[0]))
        case ApiError() if error.status_code == HTTPStatus.NOT_IMPLEMENTED and not _named():
            # This is what the local platform answers: it has no list of what is deployed on it.
            return Failure(
                "no_api",
                f"{API_URL_VARIABLE} is not set, and the platform at {_asked_platform()} cannot "
                f"say where its API of tables is; run this with `{EXEC}`, which sets it.",
            )
        case ApiError() if error.response is not None:
            return failure_in(error.response, str(error.args[0]))
        case AuthError():
            return Failure("denied", str(error), 401)
        case CodeRepositoryContextError() if isinstance(error.__cause__, ApiError):
            return failure_of(error.__cause__)
        case CodeRepositoryContextError():
            return Failure("context", str(error))
        case ApiNotDeployedError():
            return Failure(
                "no_api",
                f"The platform has no API of tables for this checkout ({_short(error)}); deploy "
                f"it there, or run this under the local platform with `{EXEC}`.",
            )
        case ApiResolutionError() if _named():
            return Failure(
                "no_api",
                f"{API_URL_VARIABLE} is {_named()!r}, which the SDK does not accept "
                f"({_short(error)}); set it to the local platform, as `{EXEC}` does, or unset it "
                "for the hosted one.",
            )
        case ApiResolutionError():
            return Failure(
                "no_api",
                f"The API of tables was not found at the platform ({_short(error)}); try later, "
                f"check its deployment, or run this under the local platform with `{EXEC}`.",
            )
        case DataSourceResolutionError():
            return Failure(
                "no_data_source",
                f"The API of tables has no database for this process ({_short(error)}); have its "
                f"administrator set one, or run this under the local platform with `{EXEC}`.",
            )
        case NoAnswerError() | LostAnswerError() | RequestTooLargeError():
            return failure_of_ours(error)
    return Failure("refused", str(error))


def _short(error: Exception) -> str:
    return str(error).rstrip(".")


def build_operation(
    *,
    kind: str,
    sql: str,
    parameters: Mapping[str, Any],
    parameter_types: Mapping[str, str],
    access: Mapping[str, str],  # noqa: ARG001 - the database knows, by the grants of its roles
    data_source_uid: str,
    max_rows: int,
    timeout: float,
) -> MetaTableCompiledSQLOperation:
    """Build what :func:`post_operation` sends.

    Args:
        kind: select, insert, update, delete or upsert.
        sql: the statement, with pyformat placeholders.
        parameters: JSON values of the placeholders.
        parameter_types: the type token of a parameter, where it needs one.
        access: by the uid of a MetaTable that the statement uses, read or write.
        data_source_uid: where the statement runs.
        max_rows: how many rows the answer may carry.
        timeout: how long the statement may run, in seconds.
    """
    if not parameters:
        # SQLAlchemy doubles each % for a driver, and the platform passes parameters to its driver
        # only where there are some: a driver without them leaves %% as it is.
        sql = sql.replace("%%", "%")
    # Imported here, because it loads SQLAlchemy's dialects of four databases.
    with unforked:
        from metatables.compiled_sql import v1

        return v1.build_operation(
            operation=kind,
            sql=sql,
            parameters=parameters,
            parameter_types=parameter_types,
            data_source_uid=data_source_uid,
            limits={"max_rows": max_rows, "statement_timeout_ms": math.ceil(timeout * 1000)},
        )


def post_operation(
    operation: MetaTableCompiledSQLOperation,
    timeout: float | None,
    loads: Callable[[bytes], dict[str, Any]],
    max_bytes: int | None,
) -> dict[str, Any]:
    """Run an operation, and return what the platform answers: one page of rows.

    The SDK's ``execute_operation`` goes on to fetch the rows of further pages, by offset, which
    skips and repeats rows while others write.

    Args:
        operation: what to run.
        timeout: seconds that its statement may run; None for the SDK's default.
        loads: parses the answer.
        max_bytes: the largest request that the platform takes; None where it states none.

    Raises:
        Exception: one of ``SDK_ERRORS``.
    """
    with unforked:
        payload = operation.model_dump(mode="json", exclude_none=True, exclude=OF_THE_CLIENT)
    body = _json(payload)
    if max_bytes is not None and len(body) > max_bytes:
        raise RequestTooLargeError(len(body), max_bytes)
    is_read = operation.operation == "select"
    with api_endpoint_scope(_api()):
        session = sdk_session()
        response = post(
            f"{MetaTable.get_object_url()}/execute-operation/",
            body,
            like=session,
            authorize=lambda again: MetaTable.LOADERS.refresh_headers(force=again, session=session),
            wait=max(timeout or 0.0, TURN) + GRACE,
            repeatable=is_read,
            untouched=nothing_was_done,
            crowded=says_connections_are_used_up,
        )
    # requests also calls a redirect ok, which is not followed.
    if HTTPStatus.OK <= response.status_code < HTTPStatus.MULTIPLE_CHOICES:
        return parsed(response, loads, is_read=is_read)
    if not is_read and not nothing_was_done(response):
        failure = failure_in(response)
        raise LostAnswerError(f"{failure.status}: {failure.detail}")
    raise_for_response(response)
    raise AssertionError("an answer that is not a success raises")


def _json(payload: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(payload)
    except TypeError:
        # An integer of more than 64 bits, or half of a surrogate pair: the platform refuses that,
        # and says so.
        return json.dumps(payload).encode()
