"""A violated constraint is an error by SQLSTATE that names model, columns and values."""

import uuid
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import delete, insert, update

import msm
from msm.errors import (
    CheckViolatedError,
    ConflictError,
    MissingReferenceError,
    NotNullViolatedError,
    StillReferencedError,
)
from msm.models import AssetType, Index, IndexValuesTS
from msm.sdk.failure import Failure
from tests.core.operations.refusing import (
    DAY,
    INDEX,
    MODELS,
    VALUE,
    Call,
    Refused,
    failed,
    refused,
    rows_of,
)
from tests.support.forked import value_of
from tests.support.generation import GENERATION

TYPE_KEY = "uix__ms_markets__assettype__asset_type"
GRAIN = "uix__ms_markets__indexvaluests__time_index__index_identifier"
REFERENCE = "fk__ms_markets__indexvaluests__index_identifier__ms_dc817632b8"
FORMAT = "ck__ms_markets__index__index_value_format_valid"
CHECKED = {**INDEX, "uid": uuid.UUID(int=1), "unique_identifier": "K", "value_format": "bps"}

# Statements, whose parameters hold the values by column.
STATEMENTS: dict[str, tuple[Call, type, str]] = {
    "conflict": (
        lambda runtime: runtime.execute(insert(AssetType).values(asset_type="bond")),
        ConflictError,
        (
            f"AssetType already has a row with asset_type 'bond' ({TYPE_KEY}); choose another key, "
            "or use an upsert."
        ),
    ),
    "conflict in a batch": (
        lambda runtime: runtime.execute(
            insert(AssetType).values([{"asset_type": "fund"}, {"asset_type": "bond"}])
        ),
        ConflictError,
        (
            f"AssetType already has a row with asset_type 'bond' ({TYPE_KEY}); choose another key, "
            "or use an upsert."
        ),
    ),
    "conflict of the grain": (
        lambda runtime: runtime.execute(insert(IndexValuesTS).values(VALUE)),
        ConflictError,
        (
            "IndexValuesTS already has a row with time_index 2025-01-02 00:00:00+00:00 and "
            f"index_identifier 'I' ({GRAIN}); choose another key, or use an upsert."
        ),
    ),
    "missing reference": (
        lambda runtime: runtime.execute(
            insert(IndexValuesTS).values(VALUE | {"index_identifier": "é%"})
        ),
        MissingReferenceError,
        (
            "IndexValuesTS refers by index_identifier 'é%' to a row of Index that does not exist "
            f"({REFERENCE}); write that row first."
        ),
    ),
    "deleted while referenced": (
        lambda runtime: runtime.execute(delete(Index)),
        StillReferencedError,
        (
            "Rows of IndexValuesTS refer by index_identifier to rows of Index that the delete "
            f"would remove ({REFERENCE}; PostgreSQL says: Key (unique_identifier)=(I) is "
            'referenced from table "ms_markets__indexvaluests"); delete or change the referring '
            "rows first."
        ),
    ),
    "key changed while referenced": (
        lambda runtime: runtime.execute(update(Index).values(unique_identifier="J")),
        StillReferencedError,
        (
            "Rows of IndexValuesTS refer by index_identifier to rows of Index whose key the update "
            f"would change ({REFERENCE}; PostgreSQL says: Key (unique_identifier)=(I) is still "
            'referenced from table "ms_markets__indexvaluests"); delete or change the referring '
            "rows first."
        ),
    ),
    "check": (
        lambda runtime: runtime.execute(
            insert(Index).values(INDEX | {"unique_identifier": "K", "value_format": "bps"})
        ),
        CheckViolatedError,
        (
            f"Index does not allow value_format 'bps' ({FORMAT}); the check is: value_format IN "
            "('decimal', 'percent')."
        ),
    ),
    "null": (
        lambda runtime: runtime.execute(insert(Index).values(INDEX | {"display_name": None})),
        NotNullViolatedError,
        "Index needs a value in display_name and got none; pass one.",
    ),
    "left out": (
        lambda runtime: runtime.execute(insert(Index).values(unique_identifier="K")),
        NotNullViolatedError,
        "Index needs a value in index_type and got none; pass one.",
    ),
}
# The verbs for many rows, whose parameters hold one array a column.
VERBS: dict[str, tuple[Call, type, str]] = {
    "insert a conflict": (
        lambda runtime: runtime.insert(AssetType, [{"asset_type": "bond"}]),
        ConflictError,
        (
            f"AssetType already has a row with asset_type 'bond' ({TYPE_KEY}); choose another key, "
            "or use an upsert."
        ),
    ),
    "upsert a missing reference": (
        lambda runtime: runtime.upsert(IndexValuesTS, [VALUE | {"index_identifier": "x"}]),
        MissingReferenceError,
        (
            "IndexValuesTS refers by index_identifier 'x' to a row of Index that does not exist "
            f"({REFERENCE}); write that row first."
        ),
    ),
    "upsert against a check": (
        lambda runtime: runtime.upsert(Index, [CHECKED]),
        CheckViolatedError,
        (
            f"Index does not allow value_format ({FORMAT}; PostgreSQL says: Failing row contains "
            f"({CHECKED['uid']}, K, t, I, custom, bps, null, null, null)); the check is: "
            "value_format IN ('decimal', 'percent')."
        ),
    ),
    "delete what is referred to": (
        lambda runtime: runtime.delete(Index, [{"unique_identifier": "I"}]),
        StillReferencedError,
        (
            "Rows of IndexValuesTS refer by index_identifier to rows of Index that the delete "
            f"would remove ({REFERENCE}; PostgreSQL says: Key (unique_identifier)=(I) is "
            'referenced from table "ms_markets__indexvaluests"); delete or change the referring '
            "rows first."
        ),
    ),
}
CASES = {**STATEMENTS, **VERBS}


def refuse_all() -> dict[str, Refused]:
    runtime = msm.start_engine(MODELS)
    rows_of(runtime)
    return {name: refused(call, runtime) for name, (call, _kind, _sentence) in CASES.items()}


@pytest.fixture(scope="module")
def errors(shared_environment: Mapping[str, str]) -> dict[str, Refused]:
    return dict(value_of(refuse_all, environment=shared_environment))


@pytest.mark.parametrize("name", CASES)
def test_a_constraint_error_says_model_columns_and_values(
    errors: dict[str, Refused], name: str
) -> None:
    assert errors[name].message == CASES[name][2]


# SQLSTATE, constraint, table, columns, and the values that are known.
FACTS: dict[str, tuple[str, str | None, str, tuple[str, ...], dict[str, Any]]] = {
    "conflict": ("23505", TYPE_KEY, "AssetType", ("asset_type",), {"asset_type": "bond"}),
    "conflict in a batch": ("23505", TYPE_KEY, "AssetType", ("asset_type",), {}),
    "conflict of the grain": (
        "23505",
        GRAIN,
        "IndexValuesTS",
        ("time_index", "index_identifier"),
        {"time_index": DAY, "index_identifier": "I"},
    ),
    "missing reference": (
        "23503",
        REFERENCE,
        "IndexValuesTS",
        ("index_identifier",),
        {"index_identifier": "é%"},
    ),
    "deleted while referenced": (
        "23001",
        REFERENCE,
        "IndexValuesTS",
        ("index_identifier",),
        {},
    ),
    "key changed while referenced": (
        "23503",
        REFERENCE,
        "IndexValuesTS",
        ("index_identifier",),
        {},
    ),
    "check": ("23514", FORMAT, "Index", ("value_format",), {"value_format": "bps"}),
    "null": ("23502", None, "Index", ("display_name",), {}),
    "left out": ("23502", None, "Index", ("index_type",), {}),
    "insert a conflict": ("23505", TYPE_KEY, "AssetType", ("asset_type",), {}),
    "upsert a missing reference": (
        "23503",
        REFERENCE,
        "IndexValuesTS",
        ("index_identifier",),
        {},
    ),
    "upsert against a check": ("23514", FORMAT, "Index", ("value_format",), {}),
    "delete what is referred to": (
        "23001",
        REFERENCE,
        "IndexValuesTS",
        ("index_identifier",),
        {},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_constraint_error_carries_its_facts(errors: dict[str, Refused], name: str) -> None:
    sqlstate, constraint, model, columns, values = FACTS[name]
    error = errors[name]
    assert error.kind is CASES[name][1]
    assert error.facts["sqlstate"] == sqlstate
    assert error.facts["constraint"] == constraint
    assert error.facts["model"] == model
    assert error.facts["table"] == f"ms_markets__{model.lower()}"
    assert error.facts["columns"] == columns
    assert error.facts["values"] == values


def test_an_error_keeps_the_platforms_answer(errors: dict[str, Refused]) -> None:
    facts = errors["conflict of the grain"].facts
    sentence = f'duplicate key value violates unique constraint "{GRAIN}"'
    detail = (
        "DETAIL:  Key (time_index, index_identifier)=(2025-01-02 00:00:00+00, I) already exists."
    )
    assert (facts["status_code"], facts["detail"]) == {
        "metatables": (400, f"{sentence}\n{detail}"),
        "mainsequence8": (409, f"PostgreSQL refused the statement: {sentence}."),
    }[GENERATION]


def test_an_unknown_constraint_repeats_the_platforms_message() -> None:
    facts = {"sqlstate": "23505", "table": "ms_markets__assettype", "constraint": "by_hand"}
    error = failed(
        insert(AssetType).values(asset_type="bond"), Failure("statement", "Twice.", 409, facts)
    )
    assert isinstance(error, ConflictError)
    assert (error.model, error.constraint, error.columns) == ("AssetType", "by_hand", ())
    assert str(error) == f"The platform at {error.endpoint} refused the insert (409): Twice."


def test_an_unknown_constraint_alone_names_no_table() -> None:
    """PostgreSQL's sentence about a unique constraint does not say which table it is of."""
    facts = {"sqlstate": "23505", "constraint": "by_hand"}
    error = failed(
        insert(AssetType).values(asset_type="bond"), Failure("statement", "Twice.", 400, facts)
    )
    assert isinstance(error, ConflictError)
    assert (error.model, error.table, error.constraint, error.columns) == (
        *(None, None, "by_hand"),
        (),
    )


def test_a_constraint_alone_is_found_in_the_models() -> None:
    """Also that of another table than the written one, which a foreign key passes a new key to."""
    facts = {"sqlstate": "23505", "constraint": GRAIN}
    error = failed(
        update(Index).values(unique_identifier="J"), Failure("statement", "Twice.", 400, facts)
    )
    assert isinstance(error, ConflictError)
    assert (error.model, error.table) == ("IndexValuesTS", "ms_markets__indexvaluests")
    assert error.columns == ("time_index", "index_identifier")
    assert error.values == {}


def test_a_key_with_a_comma_is_left_to_postgresql() -> None:
    said = "Key (time_index, index_identifier)=(2025-01-02 00:00:00+00, I, J) already exists."
    facts = {"sqlstate": "23505", "constraint": GRAIN, "message_detail": said}
    error = failed(
        update(Index).values(unique_identifier="I, J"), Failure("statement", "Twice.", 400, facts)
    )
    assert str(error) == (
        f"IndexValuesTS already has a row with time_index and index_identifier ({GRAIN}; "
        f"PostgreSQL says: {said[:-1]}); choose another key, or use an upsert."
    )
