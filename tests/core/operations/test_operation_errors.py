"""Errors of the whole operation: its class by SQLSTATE or HTTP status, and its sentence."""

import time
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
from psycopg import Connection
from requests.adapters import HTTPAdapter
from sqlalchemy import Text, delete, func, insert, select, update
from sqlalchemy.orm import aliased

import msm
from msm.errors import (
    ConflictError,
    ConstraintError,
    DiskFullError,
    InvalidValueError,
    MissingTableError,
    NotAttachedError,
    OperationRefusedError,
    OutcomeUnknownError,
    PartlyWrittenError,
    PlatformRefusedError,
    PlatformUnreachableError,
    StaleAttachmentError,
    TimedOutError,
    TooLargeError,
    TransactionConflictError,
)
from msm.models import AccountGroup, Asset, AssetType, Index, TradesTS
from msm.operations.attached import Attached
from msm.operations.compile import compile_operation
from msm.operations.failures.translate import operation_error
from msm.rows import validate
from msm.sdk import MetaTable
from msm.sdk.context import Limits
from msm.sdk.failure import Failure, Reason
from tests.core.operations.refusing import MODELS, Refused, failed, refused
from tests.support.forked import value_of
from tests.support.generation import only_metatables

INSERT = insert(AssetType).values(asset_type="bond")
BOTH = update(AssetType).values(
    description=select(func.max(Index.uid.cast(Text))).scalar_subquery()
)
TIMED_OUT = (
    "The insert over AssetType did not finish within 15 s; narrow it, or give it more time with "
    "msm.start_engine(..., timeout=SECONDS)."
)
CONFLICTED = (
    "The insert over AssetType conflicted with another transaction that was faster, and nothing "
    "was written; run it again."
)
REPEATED = "The platform at ENDPOINT refused the insert (400): No."
BY_SQLSTATE: dict[str, tuple[type, str]] = {
    "22P02": (InvalidValueError, REPEATED),
    "23P01": (ConflictError, REPEATED),
    "40001": (TransactionConflictError, CONFLICTED),
    "40P01": (TransactionConflictError, CONFLICTED),
    "42703": (OperationRefusedError, REPEATED),
    "42P01": (
        MissingTableError,
        (
            "The insert over AssetType uses a table that does not exist in the database, though "
            "the catalog had it when this runtime was attached; run `python -m migrations.check` "
            "from the repository root: it names the table and prints the SQL that creates it."
        ),
    ),
    "53100": (
        DiskFullError,
        (
            "The insert over AssetType needs disk space that PostgreSQL does not have, and nothing "
            "was written; free some space on the server and run it again."
        ),
    ),
    "53200": (TooLargeError, REPEATED),
    "54000": (TooLargeError, REPEATED),
    "55P03": (TimedOutError, TIMED_OUT),
    "57014": (TimedOutError, TIMED_OUT),
}


@pytest.mark.parametrize("sqlstate", BY_SQLSTATE)
def test_an_operation_error_says_what_to_do(sqlstate: str) -> None:
    error = failed(INSERT, Failure("statement", "No.", 400, {"sqlstate": sqlstate}))
    assert str(error) == BY_SQLSTATE[sqlstate][1].replace("ENDPOINT", error.endpoint)


@pytest.mark.parametrize("sqlstate", BY_SQLSTATE)
def test_every_sqlstate_has_its_class(sqlstate: str) -> None:
    error = failed(INSERT, Failure("statement", "No.", 400, {"sqlstate": sqlstate}))
    assert isinstance(error, OperationRefusedError)
    assert type(error) is BY_SQLSTATE[sqlstate][0]
    assert error.sqlstate == sqlstate


def test_an_operation_error_says_every_model() -> None:
    error = failed(BOTH, Failure("statement", "No.", 400, {"sqlstate": "40P01"}))
    assert str(error) == (
        "The update over AssetType and Index conflicted with another transaction that was faster, "
        "and nothing was written; run it again."
    )


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (408, TimedOutError),
        (409, ConstraintError),
        (413, TooLargeError),
        (504, TimedOutError),
    ],
)
def test_without_an_sqlstate_the_status_decides(status: int, kind: type) -> None:
    error = failed(INSERT, Failure("refused", "No.", status))
    assert isinstance(error, OperationRefusedError)
    assert type(error) is kind
    assert (error.status_code, error.detail, error.sqlstate) == (status, "No.", None)


def test_a_statement_without_an_sqlstate_keeps_its_class() -> None:
    """PostgreSQL's sentence may be in another language."""
    error = failed(INSERT, Failure("statement", "doppelter Schlüsselwert\nDETAIL:  x", 400))
    assert isinstance(error, OperationRefusedError)
    assert type(error) is OperationRefusedError
    assert (error.sqlstate, error.constraint, error.columns, error.values) == (None, None, (), {})
    assert str(error) == (
        f"The platform at {error.endpoint} refused the insert (400): doppelter Schlüsselwert"
    )


def test_a_stale_attachment_says_to_attach_again() -> None:
    error = failed(INSERT, Failure("stale", "There is no such table.", 404))
    assert isinstance(error, StaleAttachmentError)
    assert (error.status_code, error.detail) == (404, "There is no such table.")
    assert str(error) == (
        f"The platform at {error.endpoint} refused the insert (404): There is no such table; the "
        "platform was reset or migrated since this runtime was attached, so call msm.start_engine "
        "again."
    )


@pytest.mark.parametrize("status", [400, 404])
def test_a_refused_request_repeats_the_platform(status: int) -> None:
    error = failed(INSERT, Failure("refused", "<html>", status))
    assert isinstance(error, PlatformRefusedError)
    assert type(error) is PlatformRefusedError
    assert (error.status_code, error.detail) == (status, "<html>")


@pytest.mark.parametrize("reason", ["refused", "stale", "statement", "unknown"])
def test_a_uid_in_an_answer_becomes_its_model(reason: Reason) -> None:
    mine, foreign = uuid.UUID(int=0xA), uuid.UUID(int=0xB)
    tables = {AssetType.__tablename__: MetaTable.model_construct(uid=mine)}
    compiled = compile_operation(INSERT, Attached(tables))
    detail = f"MetaTable {str(mine).upper()} is gone, and {foreign} was never here."
    error = operation_error(compiled, Failure(reason, detail, 404))
    assert f"MetaTable AssetType is gone, and {foreign} was never here" in str(error)
    # The fact stays what the platform said.
    assert isinstance(error, OutcomeUnknownError) or vars(error)["detail"] == detail


def test_a_refusal_by_the_platform_is_no_constraint() -> None:
    error = failed(INSERT, Failure("refused", "Not active yet.", 409, {"error": "NotActiveError"}))
    assert type(error) is PlatformRefusedError


def test_a_lost_answer_says_what_may_have_happened() -> None:
    error = failed(INSERT, Failure("unknown", "502: Bad Gateway", None))
    assert type(error) is OutcomeUnknownError
    assert str(error) == (
        f"The answer of the platform at {error.endpoint} to the insert was lost (502: Bad "
        "Gateway), so its rows may or may not have been written; read them to find out, and send "
        "it again if they are missing."
    )


def test_a_timeout_at_the_maximum_offers_no_more_time() -> None:
    limits = Limits(10, 15.0, None, sends_exact_values=True)
    tables = {AssetType.__tablename__: MetaTable.model_construct(uid="x")}
    compiled = compile_operation(INSERT, Attached(tables, limits))
    failure = Failure("statement", "No.", 400, {"sqlstate": "57014"})
    assert str(operation_error(compiled, failure)) == (
        "The insert over AssetType did not finish within 15 s, the longest that the platform lets "
        "a statement run; narrow it."
    )


@contextmanager
def behind_a_proxy(status: int, page: bytes, *, after: int = 0, **headers: str) -> Iterator[None]:
    """Have a page come in the place of all answers to operations but the first ones."""
    send, left = HTTPAdapter.send, iter(range(after))

    def answer(adapter: Any, request: Any, **options: Any) -> Any:
        response = send(adapter, request, **options)
        is_operation = request.path_url.rstrip("/").endswith("execute-operation")
        # The answer itself has to be read, before another one can take its place.
        if is_operation and response.content and next(left, None) is None:
            response.status_code, response._content = status, page
            response.headers.update(headers)
        return response

    with mock.patch.object(HTTPAdapter, "send", answer):
        yield


def use_a_proxy() -> tuple[list[Refused], tuple[type, Any, Any], int]:
    validate.MAX_BATCH_ROWS = 2
    runtime = msm.start_engine([AssetType])
    rows = [{"asset_type": f"proxied-{number}"} for number in range(5)]
    read, write = select(AssetType.uid), insert(AssetType).values(asset_type="proxied")
    errors = []
    # The second is not UTF-8, which the answers with columns of JSON are parsed for.
    for page in (b"<html>", b"<html>\xe9"):
        with behind_a_proxy(200, page):
            errors += [refused(runtime.execute, read), refused(runtime.execute, write)]
            errors.append(refused(runtime.execute, select(AssetType.metadata_json)))
        runtime.execute(delete(AssetType).where(AssetType.asset_type == "proxied"))
    with behind_a_proxy(200, b"<html>", after=1), pytest.raises(PartlyWrittenError) as caught:
        runtime.insert(AssetType, rows)
    partly = caught.value
    with behind_a_proxy(200, b"<html>"):
        errors.append(refused(runtime.insert, AssetType, [{"asset_type": "proxied first"}]))
    there = len(runtime.lookup(AssetType, ["proxied first"]))
    return errors, (type(partly.__cause__), partly.written, partly.failed), there


def test_a_page_of_a_proxy_is_no_answer(shared_environment: Mapping[str, str]) -> None:
    errors, partly, there = value_of(use_a_proxy, environment=shared_environment)
    kinds = [PlatformUnreachableError, OutcomeUnknownError, PlatformUnreachableError]
    assert [error.kind for error in errors] == [*kinds * 2, OutcomeUnknownError]
    assert "to the insert was lost (200, with what is not JSON: '<html>')" in errors[1].message
    assert partly == (OutcomeUnknownError, (range(2),), (range(2, 4),))
    # Also of the first batch it is not known whether it has been written.
    assert there == 1


def follow_a_redirect() -> list[Refused]:
    runtime = msm.start_engine([AssetType])
    with behind_a_proxy(307, b"", Location="https://elsewhere.example.com/"):
        return [refused(runtime.execute, select(AssetType.uid)), refused(runtime.execute, INSERT)]


@only_metatables
def test_a_redirect_is_refused_with_its_target(shared_environment: Mapping[str, str]) -> None:
    """SDK 8 follows it."""
    for error in value_of(follow_a_redirect, environment=shared_environment):
        assert error.kind is PlatformRefusedError
        assert error.message.endswith(
            "(307): it redirects to https://elsewhere.example.com/; have requests sent there"
        )


def use_other_models() -> list[Refused]:
    runtime = msm.start_engine(MODELS)
    return [
        refused(runtime.execute, select(TradesTS.price)),
        refused(runtime.insert, AccountGroup, [{"group_name": "a"}]),
    ]


def test_statements_and_rows_need_attached_models(shared_environment: Mapping[str, str]) -> None:
    errors = value_of(use_other_models, environment=shared_environment)
    assert [(error.kind, error.facts["tables"]) for error in errors] == [
        (NotAttachedError, ("ms_markets__tradests",)),
        (NotAttachedError, ("ms_markets__accountgroup",)),
    ]


def run_too_long() -> Refused:
    runtime = msm.start_engine(MODELS, timeout=0.2)
    runtime.insert(Asset, [{"unique_identifier": str(number)} for number in range(300)])
    endless = select(func.count()).select_from(*(aliased(Asset) for _ in range(4)))
    return refused(runtime.execute, endless)


def test_a_slow_statement_times_out(shared_environment: Mapping[str, str]) -> None:
    error = value_of(run_too_long, environment=shared_environment)
    assert error.kind is TimedOutError
    assert error.facts["sqlstate"] == "57014"
    assert "within 0.2 s" in error.message


def wait_for_a_lock() -> Refused:
    runtime = msm.start_engine(MODELS, timeout=0.5)
    return refused(runtime.upsert, AssetType, [{"asset_type": "late"}])


def test_waiting_for_a_lock_times_out(
    shared_environment: Mapping[str, str], shared_database: Connection
) -> None:
    with shared_database.transaction():
        shared_database.execute("LOCK TABLE ms_markets__assettype IN EXCLUSIVE MODE")
        error = value_of(wait_for_a_lock, environment=shared_environment)
    assert error.kind is TimedOutError
    assert "within 0.5 s" in error.message


def lose_a_table() -> Refused:
    runtime = msm.start_engine([AssetType])
    return refused(runtime.execute, INSERT)


def test_a_dropped_table_is_missing(environment: Mapping[str, str], superuser: Connection) -> None:
    superuser.execute("DROP TABLE ms_markets__assettype CASCADE")
    error = value_of(lose_a_table, environment=environment)
    assert error.kind is MissingTableError
    assert error.facts["sqlstate"] == "42P01"
    assert (error.facts["table"], error.facts["model"]) == ("ms_markets__assettype", "AssetType")


def lose_a_race() -> Refused:
    runtime = msm.start_engine(MODELS)
    return refused(runtime.execute, BOTH)


def test_the_loser_of_a_deadlock_gets_its_error(
    shared_environment: Mapping[str, str], shared_database: Connection
) -> None:
    with ThreadPoolExecutor(1) as pool, shared_database.transaction():
        # The other transaction finds the deadlock, and ends.
        shared_database.execute("SET LOCAL deadlock_timeout = '60s'")
        shared_database.execute("LOCK TABLE ms_markets__index IN ACCESS EXCLUSIVE MODE")
        lost = pool.submit(value_of, lose_a_race, environment=shared_environment)
        waiting = (
            "SELECT FROM pg_locks WHERE relation = 'ms_markets__index'::regclass AND NOT granted"
        )
        while not shared_database.execute(waiting).fetchall() and not lost.done():
            time.sleep(0.02)
        shared_database.execute("LOCK TABLE ms_markets__assettype IN ACCESS EXCLUSIVE MODE")
        error = lost.result()
    assert error.kind is TransactionConflictError
    assert error.facts["sqlstate"] == "40P01"
