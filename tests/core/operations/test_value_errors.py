"""A value that PostgreSQL cannot take is an error that names it, where it is known."""

from collections.abc import Mapping
from decimal import Decimal

import pytest
from sqlalchemy import func, insert, literal, select, update

import msm
from msm.errors import InvalidValueError, ReturningCutError, TooLargeError
from msm.models import Asset, AssetType, FutureAssetDetails, IndexFormulaDefinition
from msm.operations.compile import Statement
from tests.core.addresses import address_in
from tests.core.operations.refusing import MODELS, Refused, refused
from tests.support.forked import value_of
from tests.support.generation import GENERATION

LONG = "y" * 65
SHOWN = f"'{'y' * 27}...{'y' * 28}'"
TOO_LARGE: dict[str, tuple[Statement, str, str, object]] = {
    "text": (
        insert(AssetType).values([{"asset_type": "x"}, {"asset_type": LONG}]),
        (
            f"AssetType cannot store asset_type {SHOWN}, which is too large for VARCHAR(64); pass "
            "a smaller value."
        ),
        "asset_type",
        LONG,
    ),
    "integer": (
        update(IndexFormulaDefinition).values(version=2**40),
        (
            "IndexFormulaDefinition cannot store version 1099511627776, which is too large for "
            "INTEGER; pass a smaller value."
        ),
        "version",
        2**40,
    ),
    "float for NUMERIC": (
        update(FutureAssetDetails).values(contract_size=1e25),
        (
            "FutureAssetDetails cannot store contract_size 1e+25, which is too large for "
            "NUMERIC(38, 18); pass a smaller value."
        ),
        "contract_size",
        1e25,
    ),
    "more digits than memory": (
        update(FutureAssetDetails).values(contract_size=Decimal("1E+99999999999999")),
        (
            "FutureAssetDetails cannot store contract_size 1E+99999999999999, which is too large "
            "for NUMERIC(38, 18); pass a smaller value."
        ),
        "contract_size",
        Decimal("1E+99999999999999"),
    ),
    "text beside a value that PostgreSQL casts": (
        insert(IndexFormulaDefinition).values(version="7", definition_hash=LONG),
        (
            f"IndexFormulaDefinition cannot store definition_hash {SHOWN}, which is too large for "
            "VARCHAR(64); pass a smaller value."
        ),
        "definition_hash",
        LONG,
    ),
}
# What the platform puts around PostgreSQL's sentence.
BEGINS, ENDS = {
    "metatables": ("", ""),
    "mainsequence8": ("PostgreSQL refused the statement: ", "."),
}[GENERATION]
MAX_REQUEST, MUCH_RETURNED = {
    "metatables": ("12,100,000", ReturningCutError),
    "mainsequence8": ("67108864", TooLargeError),
}[GENERATION]
# PostgreSQL does not say which column it is, and the values fit.
INVALID: dict[str, tuple[Statement, str]] = {
    "division by zero": (
        select(1 / literal(0)).select_from(Asset),
        f"The platform at ENDPOINT refused the select (400): {BEGINS}division by zero{ENDS}",
    ),
    "text for a UUID": (
        insert(IndexFormulaDefinition).values(index_uid="no uuid"),
        (
            f"The platform at ENDPOINT refused the insert (400): {BEGINS}invalid input syntax for "
            f'type uuid: "no uuid"{ENDS}'
        ),
    ),
}


def refuse_all() -> dict[str, Refused]:
    runtime = msm.start_engine(MODELS)
    statements = {name: case[0] for name, case in (TOO_LARGE | INVALID).items()}
    return {name: refused(runtime.execute, statement) for name, statement in statements.items()}


@pytest.fixture(scope="module")
def errors(shared_environment: Mapping[str, str]) -> dict[str, Refused]:
    return dict(value_of(refuse_all, environment=shared_environment))


@pytest.mark.parametrize("name", [*TOO_LARGE, *INVALID])
def test_a_value_error_says_what_does_not_fit(
    errors: dict[str, Refused], shared_environment: Mapping[str, str], name: str
) -> None:
    sentence = TOO_LARGE[name][1] if name in TOO_LARGE else INVALID[name][1]
    endpoint = address_in(shared_environment)
    assert errors[name].message == sentence.replace("ENDPOINT", endpoint)


@pytest.mark.parametrize("name", TOO_LARGE)
def test_a_value_that_is_too_large_is_found(errors: dict[str, Refused], name: str) -> None:
    _statement, _sentence, column, value = TOO_LARGE[name]
    error = errors[name]
    assert error.kind is TooLargeError
    assert error.facts["columns"] == (column,)
    assert error.facts["values"] == {column: value}


@pytest.mark.parametrize("name", INVALID)
def test_an_invalid_value_names_no_column(errors: dict[str, Refused], name: str) -> None:
    assert errors[name].kind is InvalidValueError
    assert errors[name].facts["columns"] == ()


def send_too_much() -> list[Refused]:
    runtime = msm.start_engine(MODELS)
    numbers = func.generate_series(1, 100_001).table_valued("n").render_derived()
    names = select(func.concat("many-", numbers.c.n))
    many = insert(AssetType).from_select(["asset_type"], names).returning(AssetType.asset_type)
    long = insert(AssetType).values(asset_type="x", description="x" * (65 << 20))
    return [refused(runtime.execute, statement) for statement in (long, many)]


@pytest.mark.slow
def test_a_request_or_answer_can_be_too_large(shared_environment: Mapping[str, str]) -> None:
    request, answer = value_of(send_too_much, environment=shared_environment)
    assert (request.kind, request.facts["status_code"]) == (TooLargeError, 413)
    # What is too large only shows in the platform's own message.
    assert MAX_REQUEST in request.facts["detail"]
    assert answer.kind is MUCH_RETURNED
    assert "100,001" in answer.message.replace("100001", "100,001")
