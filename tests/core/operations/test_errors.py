"""What PostgreSQL refuses is an error by SQLSTATE, in one sentence of model, column and value."""

import dataclasses
import datetime
import json
import re
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from mainsequence.client.exceptions import raise_for_response
from psycopg import Connection
from sqlalchemy import Text, delete, func, insert, literal, select, update
from sqlalchemy.orm import aliased

import msm
from msm.errors import (
    CheckViolatedError,
    ConflictError,
    ConstraintError,
    DiskFullError,
    InvalidValueError,
    MissingReferenceError,
    MissingTableError,
    MsmError,
    NotAttachedError,
    NotNullViolatedError,
    OperationRefusedError,
    PlatformError,
    PlatformRefusedError,
    StillReferencedError,
    TimedOutError,
    TooLargeError,
    TransactionConflictError,
)
from msm.models import (
    AccountGroup,
    Asset,
    AssetType,
    FutureAssetDetails,
    Index,
    IndexFormulaDefinition,
    IndexValuesTS,
    TradesTS,
)
from msm.operations.compile import Statement, compile_operation
from msm.operations.failures import operation_refusals
from msm.sdk import MetaTable
from tests.support.forked import value_of

MODELS = [Asset, AssetType, FutureAssetDetails, Index, IndexFormulaDefinition, IndexValuesTS]
DAY = datetime.datetime(2025, 1, 2, tzinfo=datetime.UTC)
INDEX = {
    "unique_identifier": "I",
    "index_type": "t",
    "display_name": "I",
    "calculation_method": "custom",
    "value_format": "decimal",
}
VALUE = {"time_index": DAY, "index_identifier": "I", "value": 1.0}
REFERENCE = "fk__ms_markets__indexvaluests__index_identifier__ms_dc817632b8"

LONG = "y" * 65
REFUSED: dict[str, tuple[Statement, type, str]] = {
    "conflict": (
        insert(AssetType).values(asset_type="bond"),
        ConflictError,
        (
            "AssetType already has a row with asset_type 'bond' "
            "(uix__ms_markets__assettype__asset_type); choose another key, or use an upsert."
        ),
    ),
    "conflict in a batch": (
        insert(AssetType).values([{"asset_type": "fund"}, {"asset_type": "bond"}]),
        ConflictError,
        (
            "AssetType already has a row with asset_type (uix__ms_markets__assettype__asset_type; "
            "PostgreSQL says: Key (asset_type)=(bond) already exists); choose another key, or "
            "use an upsert."
        ),
    ),
    "conflict of the grain": (
        insert(IndexValuesTS).values(VALUE),
        ConflictError,
        (
            "IndexValuesTS already has a row with time_index 2025-01-02 00:00:00+00:00 and "
            "index_identifier 'I' "
            "(uix__ms_markets__indexvaluests__time_index__index_identifier); choose another key, "
            "or use an upsert."
        ),
    ),
    "missing reference": (
        insert(IndexValuesTS).values(VALUE | {"index_identifier": "é%"}),
        MissingReferenceError,
        (
            "IndexValuesTS refers by index_identifier 'é%' to a row of Index that does not exist "
            f"({REFERENCE}); write that row first."
        ),
    ),
    "still referenced": (
        delete(Index),
        StillReferencedError,
        (
            "Rows of IndexValuesTS refer by index_identifier to rows of Index that the delete would "
            f"remove ({REFERENCE}; PostgreSQL says: Key (unique_identifier)=(I) is referenced from "
            f"table "
            '"ms_markets__indexvaluests"); delete or change the referring rows first.'
        ),
    ),
    "still referenced by its old key": (
        update(Index).values(unique_identifier="J"),
        StillReferencedError,
        (
            "Rows of IndexValuesTS refer by index_identifier to rows of Index whose key the update "
            f"would change ({REFERENCE}; PostgreSQL says: Key (unique_identifier)=(I) is still referenced "
            f"from "
            'table "ms_markets__indexvaluests"); delete or change the referring rows first.'
        ),
    ),
    "check": (
        insert(Index).values(INDEX | {"unique_identifier": "K", "value_format": "bps"}),
        CheckViolatedError,
        (
            "Index does not allow value_format 'bps' "
            "(ck__ms_markets__index__index_value_format_valid); the check is: value_format IN "
            "('decimal', 'percent')."
        ),
    ),
    "null": (
        insert(Index).values(INDEX | {"display_name": None}),
        NotNullViolatedError,
        "Index needs a value in display_name and got none; pass one.",
    ),
    "left out": (
        insert(Index).values(unique_identifier="K"),
        NotNullViolatedError,
        "Index needs a value in index_type and got none; pass one.",
    ),
    "too long": (
        insert(AssetType).values([{"asset_type": "x"}, {"asset_type": LONG}]),
        TooLargeError,
        (
            f"AssetType cannot store asset_type '{'y' * 27}...{'y' * 28}', which is too large for "
            "VARCHAR(64); pass a smaller value."
        ),
    ),
    "too large": (
        update(IndexFormulaDefinition).values(version=2**40),
        TooLargeError,
        (
            "IndexFormulaDefinition cannot store version 1099511627776, which is too large for "
            "INTEGER; pass a smaller value."
        ),
    ),
    "too large for NUMERIC": (
        update(FutureAssetDetails).values(contract_size=1e25),
        TooLargeError,
        (
            "FutureAssetDetails cannot store contract_size 1e+25, which is too large for "
            "NUMERIC(38, 18); pass a smaller value."
        ),
    ),
    "too large beside a value that is only cast": (
        insert(IndexFormulaDefinition).values(version="7", definition_hash=LONG),
        TooLargeError,
        (
            f"IndexFormulaDefinition cannot store definition_hash '{'y' * 27}...{'y' * 28}', "
            "which is too large for VARCHAR(64); pass a smaller value."
        ),
    ),
    "no number": (
        select(1 / literal(0)).select_from(Asset),
        InvalidValueError,
        (
            "The platform at ENDPOINT refused the select (400): PostgreSQL refused the statement: "
            "division by zero."
        ),
    ),
    "no value of the column": (
        insert(IndexFormulaDefinition).values(index_uid="no uuid"),
        InvalidValueError,
        (
            "The platform at ENDPOINT refused the insert (400): PostgreSQL refused the statement: "
            'invalid input syntax for type uuid: "no uuid".'
        ),
    ),
    "time-out": (
        select(func.count()).select_from(*(aliased(Asset) for _ in range(4))),
        TimedOutError,
        (
            "The select over Asset did not finish within 0.2 s; narrow it, or give it more time with "
            "msm.start_engine(..., timeout=SECONDS)."
        ),
    ),
}


CHECKED = {**INDEX, "uid": uuid.UUID(int=1), "unique_identifier": "K", "value_format": "bps"}
# Through the verbs for many rows, whose values travel as one array a column.
VERBS: dict[str, tuple[Callable[[msm.MarketsRuntime], int], type, str]] = {
    "insert a conflict": (
        lambda runtime: runtime.insert(AssetType, [{"asset_type": "bond"}]),
        ConflictError,
        (
            "AssetType already has a row with asset_type (uix__ms_markets__assettype__asset_type; "
            "PostgreSQL says: Key (asset_type)=(bond) already exists); choose another key, or "
            "use an upsert."
        ),
    ),
    "upsert a missing reference": (
        lambda runtime: runtime.upsert(IndexValuesTS, [VALUE | {"index_identifier": "x"}]),
        MissingReferenceError,
        (
            "IndexValuesTS refers by index_identifier to a row of Index that does not exist "
            f"({REFERENCE}; PostgreSQL says: Key (index_identifier)=(x) is not present in table "
            '"ms_markets__index"); write that row first.'
        ),
    ),
    "upsert against a check": (
        lambda runtime: runtime.upsert(Index, [CHECKED]),
        CheckViolatedError,
        (
            "Index does not allow value_format (ck__ms_markets__index__index_value_format_valid; "
            f"PostgreSQL says: Failing row contains ({CHECKED['uid']}, K, t, I, custom, bps, null, "
            "null, null)); the check is: value_format IN ('decimal', 'percent')."
        ),
    ),
    "delete what is referred to": (
        lambda runtime: runtime.delete(Index, [{"unique_identifier": "I"}]),
        StillReferencedError,
        (
            "Rows of IndexValuesTS refer by index_identifier to rows of Index that the delete would "
            f"remove ({REFERENCE}; PostgreSQL says: Key (unique_identifier)=(I) is referenced from "
            'table "ms_markets__indexvaluests"); delete or change the referring rows first.'
        ),
    ),
    "statement not attached": (
        lambda runtime: runtime.execute(select(TradesTS.price)).row_count,
        NotAttachedError,
        (
            "The statement uses ms_markets__tradests, which this runtime has not attached; call "
            "msm.start_engine([TradesTS, ...]) with every model the statement uses."
        ),
    ),
    "rows not attached": (
        lambda runtime: runtime.insert(AccountGroup, [{"group_name": "a"}]),
        NotAttachedError,
        (
            "The statement uses ms_markets__accountgroup, which this runtime has not attached; "
            "call msm.start_engine([AccountGroup, ...]) with every model the statement uses."
        ),
    ),
}


def refusals() -> dict[str, tuple[type, str, dict[str, Any]]]:
    runtime = msm.start_engine(MODELS)
    assets = [{"unique_identifier": str(number)} for number in range(300)]
    runtime.execute(insert(AssetType).values(asset_type="bond"))
    runtime.execute(insert(Index).values(INDEX))
    runtime.execute(insert(IndexValuesTS).values(VALUE))
    runtime.execute(insert(Asset).values(assets))
    hurried = dataclasses.replace(runtime, timeout=0.2)
    told: dict[str, tuple[type, str, dict[str, Any]]] = {}
    for name, (statement, kind, _sentence) in REFUSED.items():
        with pytest.raises(OperationRefusedError) as caught:
            (hurried if kind is TimedOutError else runtime).execute(statement)
        error = caught.value
        told[name] = (type(error), str(error), vars(error))
    for name, (call, _kind, _sentence) in VERBS.items():
        with pytest.raises(MsmError) as refused:
            call(runtime)
        told[name] = (type(refused.value), str(refused.value), {})
    return told


@pytest.fixture(scope="module")
def told(shared_environment: Mapping[str, str]) -> dict[str, tuple[type, str, dict[str, Any]]]:
    return dict(value_of(refusals, environment=shared_environment))


@pytest.mark.parametrize("name", [*REFUSED, *VERBS])
def test_a_refusal_names_model_column_and_value(
    told: dict[str, tuple[type, str, dict[str, Any]]],
    shared_environment: Mapping[str, str],
    name: str,
) -> None:
    _called, kind, sentence = {**REFUSED, **VERBS}[name]
    endpoint = shared_environment["MAINSEQUENCE_ENDPOINT"]
    assert told[name][:2] == (kind, sentence.replace("ENDPOINT", endpoint))


def test_a_refusal_carries_its_facts(told: dict[str, tuple[type, str, dict[str, Any]]]) -> None:
    facts = told["conflict of the grain"][2]
    facts.pop("endpoint")
    constraint = "uix__ms_markets__indexvaluests__time_index__index_identifier"
    assert facts == {
        "status_code": 409,
        "detail": "PostgreSQL refused the statement: duplicate key value violates unique "
        f'constraint "{constraint}".',
        "sqlstate": "23505",
        "constraint": constraint,
        "table": "ms_markets__indexvaluests",
        "model": "IndexValuesTS",
        "columns": ("time_index", "index_identifier"),
        "values": {"time_index": DAY, "index_identifier": "I"},
    }


def answered(statement: Statement, status: int, **body: Any) -> PlatformError:
    """The error for an answer that the local platform does not give, or not at will."""
    attached = {
        model.__tablename__: MetaTable.model_construct(uid=model.__name__) for model in MODELS
    }
    response = requests.Response()
    response.status_code = status
    response._content = json.dumps(body).encode() if body else b"<html>"
    with (
        pytest.raises(PlatformError) as caught,
        operation_refusals(compile_operation(statement, attached)),
    ):
        raise_for_response(response, payload={"json": {}})
    return caught.value


INSERT = insert(AssetType).values(asset_type="bond")


@pytest.mark.parametrize(
    ("status", "kind", "sentence"),
    [
        (409, ConstraintError, "The platform at {} refused the insert (409): No."),
        (413, TooLargeError, "The platform at {} refused the insert (413): No."),
        *(
            (
                status,
                TimedOutError,
                (
                    "The insert over AssetType did not finish within 15 s; narrow it, or give it more "
                    "time with msm.start_engine(..., timeout=SECONDS)."
                ),
            )
            for status in (408, 504)
        ),
    ],
)
def test_without_an_sqlstate_the_error_is_of_the_right_family(
    status: int, kind: type, sentence: str
) -> None:
    error = answered(INSERT, status, detail="No.")
    assert type(error) is kind
    assert str(error) == sentence.format(error.endpoint)


def test_an_answer_that_is_no_json_is_repeated() -> None:
    error = answered(INSERT, 400)
    assert type(error) is PlatformRefusedError
    assert str(error) == f"The platform at {error.endpoint} refused the insert (400): <html>"


def test_a_refusal_before_postgresql_is_none_of_the_statement() -> None:
    error = answered(INSERT, 409, error="NotActiveError", detail="Not active yet.")
    assert type(error) is PlatformRefusedError


@pytest.mark.parametrize(
    ("sqlstate", "kind"),
    [
        ("22P02", InvalidValueError),
        ("23P01", ConflictError),
        ("40001", TransactionConflictError),
        ("40P01", TransactionConflictError),
        ("53100", DiskFullError),
        ("53200", TooLargeError),
        ("54000", TooLargeError),
        ("55P03", TimedOutError),
        ("42703", OperationRefusedError),
    ],
)
def test_every_sqlstate_has_its_family(sqlstate: str, kind: type) -> None:
    assert type(answered(INSERT, 400, detail="No.", sqlstate=sqlstate)) is kind


def test_a_table_that_is_gone_is_looked_for_with_the_check() -> None:
    error = answered(INSERT, 400, detail='relation "x" does not exist', sqlstate="42P01")
    assert type(error) is MissingTableError
    assert str(error) == (
        "The insert over AssetType uses a table that does not exist in the database, though the "
        "catalog has it; run `python -m migrations.check` from the repository root: it names the "
        "table and prints the SQL that creates it."
    )


def test_a_constraint_that_no_model_has_is_repeated() -> None:
    error = answered(
        INSERT,
        409,
        detail="Twice.",
        sqlstate="23505",
        table="ms_markets__assettype",
        constraint="by_hand",
    )
    assert isinstance(error, ConflictError)
    assert (error.model, error.constraint, error.columns) == ("AssetType", "by_hand", ())
    assert str(error) == f"The platform at {error.endpoint} refused the insert (409): Twice."


def wait_for_a_lock() -> tuple[type, str]:
    runtime = msm.start_engine(MODELS, timeout=0.5)
    with pytest.raises(TimedOutError) as caught:
        runtime.upsert(AssetType, [{"asset_type": "late"}])
    return type(caught.value), str(caught.value)


def test_a_statement_that_waits_for_a_lock_times_out(
    shared_environment: Mapping[str, str], shared_database: Connection
) -> None:
    with shared_database.transaction():
        shared_database.execute("LOCK TABLE ms_markets__assettype IN EXCLUSIVE MODE")
        told = value_of(wait_for_a_lock, environment=shared_environment)
    assert told == (
        TimedOutError,
        (
            "The upsert over AssetType did not finish within 0.5 s; narrow it, or give it more time "
            "with msm.start_engine(..., timeout=SECONDS)."
        ),
    )


def lose_a_race() -> tuple[type, str]:
    runtime = msm.start_engine(MODELS)
    with pytest.raises(TransactionConflictError) as caught:
        runtime.execute(
            update(AssetType).values(
                description=select(func.max(Index.uid.cast(Text))).scalar_subquery()
            )
        )
    return type(caught.value), str(caught.value)


def test_who_lost_a_race_is_told_to_run_it_again(
    shared_environment: Mapping[str, str], shared_database: Connection
) -> None:
    with ThreadPoolExecutor(1) as pool, shared_database.transaction():
        # The other one finds the deadlock, and ends.
        shared_database.execute("SET LOCAL deadlock_timeout = '60s'")
        shared_database.execute("LOCK TABLE ms_markets__index IN ACCESS EXCLUSIVE MODE")
        told = pool.submit(value_of, lose_a_race, environment=shared_environment)
        waiting = (
            "SELECT FROM pg_locks WHERE relation = 'ms_markets__index'::regclass AND NOT granted"
        )
        while not shared_database.execute(waiting).fetchall() and not told.done():
            time.sleep(0.02)
        shared_database.execute("LOCK TABLE ms_markets__assettype IN ACCESS EXCLUSIVE MODE")
        assert told.result() == (
            TransactionConflictError,
            (
                "The update over AssetType and Index conflicted with another transaction that was "
                "faster, and nothing was written; run it again."
            ),
        )


def send_too_much() -> list[str]:
    runtime = msm.start_engine(MODELS)
    numbers = func.generate_series(1, 100_001).table_valued("n").render_derived()
    names = select(func.concat("many-", numbers.c.n))
    many = insert(AssetType).from_select(["asset_type"], names)
    told = []
    for statement in (
        insert(AssetType).values(asset_type="x", description="x" * (65 << 20)),
        many.returning(AssetType.asset_type),
    ):
        with pytest.raises(TooLargeError) as caught:
            runtime.execute(statement)
        told.append(re.sub(r"has \d+ bytes", "has N bytes", str(caught.value)))
    return told


@pytest.mark.slow
def test_what_is_more_than_a_request_or_an_answer_carries_is_too_large(
    shared_environment: Mapping[str, str],
) -> None:
    endpoint = shared_environment["MAINSEQUENCE_ENDPOINT"]
    assert value_of(send_too_much, environment=shared_environment) == [
        (
            f"The platform at {endpoint} refused the insert (413): The body of the request has N "
            "bytes, and at most 67108864 are taken; send the rows in several operations."
        ),
        (
            f"The platform at {endpoint} refused the insert (413): The write returns 100001 rows, "
            "and an answer carries 100000 at most; nothing was written: write fewer at once, or "
            "leave RETURNING out."
        ),
    ]
