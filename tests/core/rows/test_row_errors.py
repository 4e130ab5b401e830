"""What the errors of rows say, before anything is sent and after some rows have been written."""

import datetime
import math
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from msm import MarketsModel
from msm.errors import (
    ConflictError,
    InvalidRowsError,
    PartlyWrittenError,
    RowFault,
    StatementError,
)
from msm.models import (
    AccountGroup,
    Asset,
    AssetType,
    CalendarDate,
    CalendarEvent,
    FutureAssetDetails,
    IndexFormulaDefinition,
    IndexValuesTS,
    OrdersTS,
)
from msm.rows import natural_key
from tests.core.rows.unattached import delete, insert, upsert

NOON = datetime.datetime(2025, 1, 2, 12, tzinfo=datetime.UTC)
VALUE: dict[str, Any] = {"time_index": NOON, "index_identifier": "I", "value": 1.0}
AWARE = "pass an aware datetime, such as datetime.now(datetime.UTC)"
NAIVE = NOON.replace(tzinfo=None)
NANO = pd.Timestamp(1, unit="ns", tz="UTC")
LAST = datetime.datetime.max.replace(tzinfo=datetime.timezone.min)
UNFIT: list[tuple[type[MarketsModel], str, Any, str]] = [
    (Asset, "unique_identifer", "A", "no such column; did you mean 'unique_identifier'?"),
    (Asset, "unique_identifier", 3, "expected a str, got int"),
    (
        Asset,
        "unique_identifier",
        "a\x00b",
        "has a NUL character, which PostgreSQL's text cannot store",
    ),
    (
        Asset,
        "unique_identifier",
        "\ud800",
        "has half of a surrogate pair, which is not a character",
    ),
    (
        Asset,
        "unique_identifier",
        "x" * 256,
        "has 256 characters, and the column stores at most 255",
    ),
    (Asset, "uid", "1", "expected a UUID, got str"),
    (
        AssetType,
        "metadata_json",
        {"a": math.nan},
        "is not JSON: Out of range float values are not JSON compliant: nan",
    ),
    (
        AssetType,
        "metadata_json",
        {"a": {1}},
        "is not JSON: Object of type set is not JSON serializable",
    ),
    (
        AssetType,
        "metadata_json",
        "\x00",
        "has a NUL character, which PostgreSQL's JSON cannot store",
    ),
    (IndexValuesTS, "value", "1", "expected a float, got str"),
    (IndexValuesTS, "value", True, "expected a float, got bool"),
    (IndexValuesTS, "value", 10**400, "is too large for a float"),
    (IndexValuesTS, "time_index", NAIVE, f"has no time zone; {AWARE}"),
    (IndexValuesTS, "time_index", "2025-01-02", "expected an aware datetime, got str"),
    (
        IndexValuesTS,
        "time_index",
        NANO,
        "has nanoseconds, where PostgreSQL keeps microseconds; round it",
    ),
    (IndexValuesTS, "time_index", LAST, "is outside the years 1 to 9999 in UTC"),
    (
        CalendarDate,
        "local_date",
        NOON,
        (
            "is a timestamp that is not midnight, whose time of day would be lost; pass a date, "
            "such as its .date()"
        ),
    ),
    (CalendarDate, "local_date", "2025-01-02", "expected a date, got str"),
    (CalendarDate, "is_holiday", 1, "expected a bool, got int"),
    (
        CalendarDate,
        "is_holiday",
        None,
        "is None, and the column needs a value; leave the column out for the database's default",
    ),
    (OrdersTS, "order_side", 2**63, "is too large for the column's 64 bits"),
    (OrdersTS, "order_side", 1.5, "expected an int, got float"),
    (OrdersTS, "order_side", 2.0**60, "expected an int, got float"),
    (OrdersTS, "order_side", False, "expected an int, got bool"),
    (FutureAssetDetails, "contract_size", 0.1, "expected a Decimal or an int, got float"),
    (
        FutureAssetDetails,
        "contract_size",
        Decimal("1e20"),
        "has more than 20 digits before the point",
    ),
    (
        FutureAssetDetails,
        "contract_size",
        Decimal("1e-19"),
        "has more than 18 digits after the point",
    ),
    (
        FutureAssetDetails,
        "contract_size",
        Decimal("inf"),
        "is not a number that the column can store",
    ),
    # Their digits would fill the memory.
    *(
        (FutureAssetDetails, "contract_size", Decimal(text), f"has more than {most} the point")
        for text, most in (
            ("1E+99999999999999", "131,072 digits before"),
            ("-1E+131072", "131,072 digits before"),
            ("1E-99999999999999", "16,383 digits after"),
            ("0E-99999999999999", "16,383 digits after"),
        )
    ),
]


@pytest.mark.parametrize(("model", "column", "value", "problem"), UNFIT)
def test_a_value_fault_says_what_was_expected(
    model: type[MarketsModel], column: str, value: Any, problem: str
) -> None:
    with pytest.raises(InvalidRowsError) as caught:
        insert(model, [{column: value}])
    assert RowFault(0, column, value, problem) in caught.value.faults


EVENT = {"calendar_uid": uuid.UUID(int=1), "event_type": "expiry", "event_label": ""}
TARGET = {"event_date": None, "target_type": "", "target_identifier": ""}
TWICE = [{"uid": uuid.UUID(int=1), "unique_identifier": name} for name in "ab"]
FAULTS: dict[str, tuple[Callable[[], int], str]] = {
    "unknown column": (
        lambda: insert(AccountGroup, [{"nam": "x"}]),
        "row 0, nam = 'x': no such column",
    ),
    "missing column": (
        lambda: insert(Asset, [{"asset_type": "x"}]),
        "row 0, unique_identifier: not given, and the column needs a value",
    ),
    "no column": (
        lambda: insert(AccountGroup, [{}]),
        "row 0, every column: not given, and a row needs at least one",
    ),
    "no value in a key": (
        lambda: upsert(CalendarEvent, [EVENT | TARGET]),
        "row 0, event_date: is None, and the column needs a value",
    ),
    "incomplete key": (
        lambda: delete(IndexValuesTS, [{"time_index": NOON}]),
        "row 0, index_identifier: not given, and the column needs a value",
    ),
    "same key": (
        lambda: insert(Asset, TWICE),
        f"row 1, uid = {uuid.UUID(int=1)!r}: has the same key as row 0",
    ),
    "NaT": (
        lambda: insert(IndexValuesTS, [VALUE | {"source_as_of": pd.NaT}]),
        "row 0, source_as_of = NaT: is a missing value of pandas only; pass None for NULL",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_row_fault_says_row_column_and_problem(name: str) -> None:
    call, sentence = FAULTS[name]
    with pytest.raises(InvalidRowsError) as caught:
        call()
    assert [str(fault) for fault in caught.value.faults] == [sentence]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("A", "row 3, x = 'A': bad"),
        (None, "row 3, x: bad"),
        ("x" * 256, f"row 3, x = '{'x' * 27}...{'x' * 28}': bad"),
        (NOON, f"row 3, x = {NOON!r}: bad"),
    ],
)
def test_a_row_fault_shortens_its_value(value: Any, shown: str) -> None:
    assert str(RowFault(3, "x", value, "bad")) == shown


def test_an_error_of_many_faults_says_the_first() -> None:
    rows = [{"unique_identifier": number} for number in range(7)]
    with pytest.raises(InvalidRowsError) as caught:
        upsert(Asset, rows)
    listing = "; ".join(
        f"row {number}, unique_identifier = {number}: expected a str, got int"
        for number in range(5)
    )
    assert str(caught.value) == (
        f"Nothing was sent, because these rows do not fit Asset: {listing}; and 2 more. "
        "Correct them and upsert again."
    )


CAUSE = ConflictError("It exists.", endpoint="http://here", status_code=409, detail="It exists.")
PARTLY: dict[str, tuple[str, list[range], list[range], str]] = {
    "insert": (
        "insert",
        [range(4)],
        [range(4, 6)],
        (
            "The insert of Asset has written rows 0 to 3, and failed at rows 4 to 5; fix what is "
            "wrong there and insert the rows that are not written: It exists."
        ),
    ),
    "upsert": (
        "upsert",
        [range(4)],
        [range(4, 6)],
        (
            "The upsert of Asset has written rows 0 to 3, and failed at rows 4 to 5; fix what is "
            "wrong there and upsert all rows again, which is safe: It exists."
        ),
    ),
    "delete of many ranges": (
        "delete",
        [range(number, number + 1) for number in (0, 2, 4, 6, 8)],
        [range(1, 2), range(3, 4)],
        (
            "The delete of Asset has written rows 0 to 0, 2 to 2, 4 to 4 and 2 more ranges, and "
            "failed at rows 1 to 1, 3 to 3; fix what is wrong there and delete all rows again, "
            "which is safe: It exists."
        ),
    ),
}


@pytest.mark.parametrize("name", PARTLY)
def test_a_partly_written_error_says_which_rows(name: str) -> None:
    verb, written, failed, sentence = PARTLY[name]
    error = PartlyWrittenError(Asset, verb, CAUSE, written=written, failed=failed)
    assert str(error) == sentence


TWO_COLUMNS = (
    "The DataFrame has two columns named 'value', index levels included; drop or rename one of "
    "them."
)
STATEMENTS: dict[str, tuple[Callable[[], object], str]] = {
    "two columns": (
        lambda: insert(IndexValuesTS, pd.DataFrame([[1, 2]], columns=["value", "value"])),
        TWO_COLUMNS,
    ),
    "a column like an index level": (
        lambda: insert(IndexValuesTS, pd.DataFrame({"value": [1]}).set_index("value", drop=False)),
        TWO_COLUMNS,
    ),
    "several keys": (
        lambda: natural_key(IndexFormulaDefinition),
        (
            "IndexFormulaDefinition has several unique keys; pass key= one of ['uid'] or "
            "['index_uid', 'definition_hash'] or ['index_uid', 'version']."
        ),
    ),
    "partial key": (
        lambda: upsert(
            IndexFormulaDefinition, [{"index_uid": uuid.UUID(int=1)}], key=["index_uid"]
        ),
        (
            "IndexFormulaDefinition is unique over index_uid only where status = 'active'; an "
            "upsert would insert the other rows again; pass key= one of ['uid'] or ['index_uid', "
            "'definition_hash'] or ['index_uid', 'version']."
        ),
    ),
    "no key": (
        lambda: natural_key(Asset, ["asset_type"]),
        (
            "Asset has no unique key over asset_type; pass key= one of ['uid'] or "
            "['unique_identifier']."
        ),
    ),
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_key_error_says_what_to_change(name: str) -> None:
    call, sentence = STATEMENTS[name]
    with pytest.raises(StatementError) as caught:
        call()
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("rows", "shown"),
    [
        ({"unique_identifier": "a"}, "{'unique_identifier': 'a'}, a dict"),
        (pd.Series(["a"], name="x"), "0    a\nName: x, dtype: str, a Series"),
        ("ab", "'a', a str"),
        ([("a", None)], "('a', None), a tuple"),
    ],
)
def test_an_input_error_says_what_was_passed(rows: Any, shown: str) -> None:
    with pytest.raises(StatementError) as caught:
        insert(Asset, rows)
    assert str(caught.value) == (
        "Expected rows as a list of mappings or of instances, as a DataFrame or as an Arrow "
        f"table, got {shown}."
    )
