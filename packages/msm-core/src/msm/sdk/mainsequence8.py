"""The SDK's own names, of ``mainsequence`` 8: those it exports, and the few that it does not."""

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mainsequence import code_repository_context
from mainsequence.client.dtype_codec import sqlalchemy_type_to_token
from mainsequence.client.exceptions import ApiError, TransportError, raise_for_response
from mainsequence.client.metatables import (
    MetaTable,
    MetaTableCompiledSQLOperation,
    TimeIndexMetaTable,
)
from mainsequence.client.utils import make_request
from mainsequence.code_repository_context import (
    CodeRepositoryContextError,
    get_code_repository_context,
    require_code_repository_metatables_data_source,
)
from mainsequence.defaults import resolve_backend_endpoint
from mainsequence.meta_tables import (
    PlatformManagedMetaTable,
    PlatformTimeIndexMetaTable,
    schema_table_name,
    sqlalchemy_naming_convention,
)
from mainsequence.meta_tables.compiled_sql import v1
from mainsequence.meta_tables.migrations import (
    namespace_version_slug,
)

from msm.sdk.context import Endpoint, Limits, PlatformContext
from msm.sdk.failure import (
    Failure,
    LostAnswerError,
    NoAnswerError,
    RequestTooLargeError,
    failure_of_ours,
)
from msm.sdk.private_names import bind_meta_table, forget_meta_table, running_command
from msm.sdk.process.forks import after_fork, unforked
from msm.sdk.process.frozen import TOKEN_VARIABLE, has_other_token, read_environment_again
from msm.sdk.transport import parsed

__all__ = [
    "CONTEXT",
    "DEFAULT_LIMITS",
    "LOGGERS",
    "SDK_ERRORS",
    "ApiError",
    "CodeRepositoryContextError",
    "MetaTable",
    "MetaTableCompiledSQLOperation",
    "PlatformManagedMetaTable",
    "PlatformTimeIndexMetaTable",
    "TimeIndexMetaTable",
    "TransportError",
    "bind_meta_table",
    "build_operation",
    "changed_endpoint",
    "changed_token",
    "failure_of",
    "find_meta_tables",
    "find_platform",
    "forget_context",
    "forget_meta_table",
    "forget_platform",
    "namespace_version_slug",
    "platform_context",
    "platform_endpoint",
    "post_operation",
    "running_command",
    "schema_table_name",
    "sqlalchemy_naming_convention",
    "sqlalchemy_type_to_token",
]

# What ``platform_context`` asks for, to complete "The platform refused ...".
CONTEXT = "the Git context of this checkout"
# Where the SDK logs.
LOGGERS = ("mainsequence",)
# The platform states none. A platform that puts fewer rows into an answer says that there are more.
DEFAULT_LIMITS = Limits(
    max_rows=100_000, max_timeout=600.0, max_request_bytes=None, sends_exact_values=True
)
# What calls of the SDK, and of this module, raise.
SDK_ERRORS: tuple[type[Exception], ...] = (
    ApiError,
    CodeRepositoryContextError,
    LostAnswerError,
    NoAnswerError,
    RequestTooLargeError,
)
# Seconds that a request may take longer than its statement.
GRACE = 10.0
UNAUTHORIZED = frozenset({401, 403})
ANSWER_TOO_LARGE = "AnswerTooLargeError"
NOT_FOUND = 404


def _renew_context() -> None:
    # The SDK asks again in each process, under a lock that a thread of the parent may have held.
    code_repository_context._STATE_CONDITION = threading.Condition()  # noqa: SLF001 - see above


after_fork(_renew_context)


def _endpoint(url: str) -> Endpoint:
    return Endpoint(
        url,
        variable="MAINSEQUENCE_ENDPOINT",
        example="http://127.0.0.1:8000",
        token=TOKEN_VARIABLE,
        hosted="set MAINSEQUENCE_ENDPOINT to the hosted one",
    )


def platform_endpoint() -> Endpoint:
    """Where every request of this process goes."""
    # The SDK reads it from the environment once, while it is imported.
    return _endpoint(str(MetaTable.ROOT_URL).removesuffix("/api/v1"))


def changed_endpoint() -> Endpoint | None:
    """The endpoint that the environment names now; None where it is still the one in use."""
    configured = resolve_backend_endpoint()
    return None if configured == platform_endpoint().url else _endpoint(configured)


def changed_token() -> str | None:
    """The variable whose token is not the one that requests carry; None where it is."""
    return TOKEN_VARIABLE if has_other_token() else None


def platform_context(operation: str) -> PlatformContext:
    """The data source of this process's Git context, which the SDK asks for once, and the limits.

    Args:
        operation: what needs it, for the SDK's message.

    Raises:
        Exception: one of ``SDK_ERRORS``.
    """
    try:
        context = get_code_repository_context()
    except Exception:
        # The SDK keeps a failure as long as the process lives, when all may be well again.
        forget_context()
        raise
    data_source = require_code_repository_metatables_data_source(operation, context=context)
    return PlatformContext(str(data_source.uid), DEFAULT_LIMITS)


def find_platform() -> None:
    """Find the platform as a migration command does, which asks once and keeps the answer.

    Raises:
        Exception: one of ``SDK_ERRORS``.
    """
    platform_context("a migration command")


def forget_context() -> None:
    """Have the SDK ask for the Git context again, when it is needed next.

    There is no public way: a process may outlive the data source that it found at its start.
    """
    code_repository_context._reset_code_repository_context()  # noqa: SLF001 - see above


def forget_platform() -> None:
    """Forget the platform of this process, so that the environment names it again."""
    read_environment_again()
    forget_context()


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
    found: list[MetaTable] = resource.filter_by_body(
        timeout=timeout, physical_table_name__in=list(names), limit=limit
    )
    return found


def failure_of(error: Exception) -> Failure:
    """Why a call failed that raised one of ``SDK_ERRORS``."""
    match error:
        case TransportError():
            return Failure("unanswered", str(error.args[0]))
        case ApiError():
            return _refusal(error)
        case CodeRepositoryContextError() if isinstance(error.__cause__, ApiError):
            return failure_of(error.__cause__)
        case CodeRepositoryContextError():
            return Failure("context", str(error))
        case NoAnswerError() | LostAnswerError() | RequestTooLargeError():
            return failure_of_ours(error)
    return Failure("refused", str(error))


def _refusal(error: ApiError) -> Failure:
    detail, status, body = str(error.args[0]), error.status_code, error.payload
    # Without a JSON answer, as a proxy gives, the SDK puts the request into this attribute.
    facts = body if isinstance(body, dict) and "detail" in body else {}
    if facts.get("sqlstate") is not None:
        return Failure("statement", detail, status, facts)
    if status in UNAUTHORIZED:
        return Failure("denied", detail, status, facts)
    # A proxy answers 404 too: only the platform's own answer is about its catalog.
    if status == NOT_FOUND and facts:
        return Failure("stale", detail, status, facts)
    if facts.get("error") == ANSWER_TOO_LARGE:
        facts = {**facts, "answer_too_large": True}
    return Failure("refused", detail, status, facts)


def build_operation(
    *,
    kind: str,
    sql: str,
    parameters: Mapping[str, Any],
    parameter_types: Mapping[str, str],
    access: Mapping[str, str],
    data_source_uid: str,  # noqa: ARG001 - the platform takes it from the tables
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
    scope = [{"meta_table_uid": uid, "access": wanted} for uid, wanted in access.items()]
    with unforked:
        return v1.build_operation(
            operation=kind,
            sql=sql,
            parameters=parameters,
            parameter_types=parameter_types,
            scope={"tables": scope},
            limits={"max_rows": max_rows, "statement_timeout_ms": math.ceil(timeout * 1000)},
        )


def post_operation(
    operation: MetaTableCompiledSQLOperation,
    timeout: float | None,
    loads: Callable[[bytes], dict[str, Any]],
    max_bytes: int | None,  # noqa: ARG001 - the platform states none
) -> dict[str, Any]:
    """Run an operation, and return what the platform answers: one page of rows.

    The SDK's ``execute_operation`` goes on to fetch what a platform with smaller pages left out, by
    offset, which skips and repeats rows while others write. So its one request is made here, of
    the same parts.

    Args:
        operation: what to run.
        timeout: seconds that its statement may run; None for the SDK's default.
        loads: parses the answer.
        max_bytes: the largest request that the platform takes; None where it states none.

    Raises:
        Exception: one of ``SDK_ERRORS``.
    """
    with unforked:
        payload = {"json": operation.model_dump(mode="json", by_alias=True, exclude_none=True)}
    response = make_request(
        s=MetaTable.build_session(),
        loaders=MetaTable.LOADERS,
        r_type="POST",
        url=f"{MetaTable.get_object_url().rstrip('/')}/execute-operation/",
        payload=payload,
        # Let the platform time out first: it rolls the statement back and says so, while the SDK
        # would send the request a second time.
        time_out=None if timeout is None else timeout + GRACE,
    )
    is_read = operation.operation == "select"
    try:
        raise_for_response(response, payload=payload)
    except TransportError as error:
        if is_read:
            raise
        raise LostAnswerError(str(error.args[0])) from error
    return parsed(response, loads, is_read=is_read)
