"""Pages of a select after the first come as one text a column."""

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any
from unittest import mock

import pytest
from requests.adapters import HTTPAdapter
from sqlalchemy import JSON, Float, Integer, Numeric, String, cast, func, select, type_coerce
from sqlalchemy.types import TypeEngine

import msm
from msm.errors import ResultValueError
from msm.models import AssetType
from msm.operations import execute, pages
from msm.operations.by_column import values_of
from msm.operations.compile import CompiledOperation
from msm.operations.exact import ExpectedColumn
from msm.operations.execute import read_parts
from msm.operations.failures.translate import operation_error
from msm.operations.results import Result
from msm.operations.send import Answer, send, send_by_column
from msm.sdk.failure import Failure
from msm.values.decode import Form
from tests.support.forked import value_of
from tests.support.generation import GENERATION

TEXT = 'é,"\\\n'


@pytest.mark.parametrize(
    ("kind", "form", "text", "values"),
    [
        (Float(), Form.TEXT, "0.1,NULL,NaN,-0", ["0.1", None, "NaN", "-0"]),
        (Float(), Form.TEXT, "NULL", [None]),
        (Float(), Form.TEXT, None, []),
        (Integer(), Form.NATIVE, "[1, null]", [1, None]),
        (String(), Form.NATIVE, '["", null, "a,b"]', ["", None, "a,b"]),
        (String(), Form.TEXT, '["", null, "a,b"]', ["", None, "a,b"]),
        (JSON(), Form.JSON, '["null", null]', ["null", None]),
    ],
)
def test_a_text_has_the_values_of_its_column(
    kind: TypeEngine[Any], form: Form, text: str | None, values: list[Any]
) -> None:
    assert values_of(ExpectedColumn("c", kind, form), text) == values


@contextmanager
def recorded() -> Iterator[list[int]]:
    """How many rows each answer to an operation has."""
    counts: list[int] = []
    send = HTTPAdapter.send

    def record(adapter: Any, request: Any, **options: Any) -> Any:
        response = send(adapter, request, **options)
        if request.path_url.rstrip("/").endswith("execute-operation"):
            counts.append(len(json.loads(response.content).get("rows", ())))
        return response

    with mock.patch.object(HTTPAdapter, "send", record):
        yield counts


def read_pages() -> tuple[list[int], list[str], list[int], list[str]]:
    """What came of small rows and of large ones: rows of each answer, and names."""
    runtime = msm.start_engine([AssetType])
    names = [f"by-column-{n}" for n in range(8)]
    rows = [
        {"uid": uuid.UUID(int=n), "asset_type": name, "description": TEXT}
        for n, name in enumerate(names)
    ]
    runtime.insert(AssetType, rows)
    statement = select(AssetType.asset_type, AssetType.description).where(
        AssetType.asset_type.like("by-column-%")
    )
    with recorded() as counts:
        small = list(runtime.iter_rows(statement, page_size=3))
    assert {row.description for row in small} == {TEXT}
    # One text of three of them does not fit a row of an answer.
    changes = [{"asset_type": name, "description": "x" * 600_000} for name in names[4:]]
    runtime.upsert(AssetType, changes)
    with recorded() as large_counts:
        large = list(runtime.iter_rows(statement, page_size=3))
    return (
        counts,
        [row.asset_type for row in small],
        large_counts,
        [row.asset_type for row in large],
    )


def test_later_pages_come_by_column(shared_environment: Mapping[str, str]) -> None:
    counts, rows, large_counts, large = value_of(read_pages, environment=shared_environment)
    expected = [f"by-column-{n}" for n in range(8)]
    # Four rows, of which the last is only shown; then two columns and the key.
    assert counts == [4, 3, 3]
    assert rows == large == expected
    if GENERATION == "metatables":
        # The second page is refused, and then asked for by row, as the last one is.
        assert large_counts == [4, 0, 4, 2]


def read_texts_as_numbers() -> list[object]:
    """The values that are refused, of texts that the caller says are numbers."""
    runtime = msm.start_engine([AssetType])
    rows = [
        {"uid": uuid.UUID(int=100 + n), "asset_type": f"as-number-{n}", "description": "1"}
        for n in range(8)
    ]
    runtime.insert(AssetType, rows)
    number = type_coerce(AssetType.description, Float).label("number")
    statement = select(AssetType.asset_type, number).where(AssetType.asset_type.like("as-number-%"))
    refused = []
    for text in ("1,5", ""):
        runtime.upsert(AssetType, [{"asset_type": "as-number-5", "description": text}])
        with pytest.raises(ResultValueError) as caught:
            list(runtime.iter_rows(statement, page_size=3))
        refused.append(caught.value.value)
    return refused


def test_texts_are_not_taken_for_numbers(shared_environment: Mapping[str, str]) -> None:
    assert value_of(read_texts_as_numbers, environment=shared_environment) == ["1,5", ""]


MIXED = select(
    AssetType.asset_type,
    AssetType.metadata_json,
    cast(func.length(AssetType.asset_type), Float).label("size"),
    cast(func.length(AssetType.asset_type), Numeric).label("exact"),
).where(AssetType.asset_type.like("mixed-%"))
NAMES = [f"mixed-{n}" for n in range(8)]

type Send = Callable[[CompiledOperation, float | None], Any]


def too_many_bytes(compiled: CompiledOperation, _timeout: float | None) -> Answer:
    refusal = Failure("refused", "too large", 413, {"answer_too_large": True})
    raise operation_error(compiled, refusal)


@contextmanager
def pages_of_three(whole: list[Send], by_column: list[Send]) -> Iterator[None]:
    """Have these send the selects as they are, and the pages by column, one after the other."""
    with (
        mock.patch.object(execute, "PAGE_ROWS", 3),
        mock.patch.object(execute, "send", lambda *sent: whole.pop(0)(*sent)),
        mock.patch.object(pages, "send_by_column", lambda *sent: by_column.pop(0)(*sent)),
    ):
        yield


def read_mixed() -> tuple[list[tuple[Any, ...]], list[Any], list[tuple[Any, ...]]]:
    """The rows of pages, how a frame has them, and the rows of parts."""
    runtime = msm.start_engine([AssetType])
    rows = [
        {"uid": uuid.UUID(int=200 + n), "asset_type": name, "metadata_json": {"n": n}}
        for n, name in enumerate(NAMES)
    ]
    runtime.insert(AssetType, rows)
    # The first page comes by row, the second one by column, and the last one by row.
    with pages_of_three([too_many_bytes], [send_by_column, lambda *_: None]):
        result = runtime.execute(MIXED)
    halves = [MIXED.where(AssetType.asset_type < NAMES[4])]
    halves.append(MIXED.where(AssetType.asset_type >= NAMES[4]))
    # The first part is one answer, and the end of the second one comes by column.
    with pages_of_three([send, too_many_bytes], [send_by_column]):
        parts = Result[*tuple[Any, ...]](read_parts(halves, runtime._attached()))
    frame = result.frame()
    return (
        [tuple(row) for row in result],
        [*frame["metadata_json"], str(frame["size"].dtype)],
        sorted(tuple(row) for row in parts),
    )


def test_values_by_row_and_by_column_are_those_of_one_result(
    shared_environment: Mapping[str, str],
) -> None:
    rows, frame, parts = value_of(read_mixed, environment=shared_environment)
    expected = [(name, {"n": n}, 7.0, Decimal(7)) for n, name in enumerate(NAMES)]
    assert rows == parts == expected
    assert frame == [*({"n": n} for n in range(8)), "float64"]
