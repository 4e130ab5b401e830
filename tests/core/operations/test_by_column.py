"""Pages of a select after the first come as one text a column."""

import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
from requests.adapters import HTTPAdapter
from sqlalchemy import JSON, Float, Integer, String, select, type_coerce
from sqlalchemy.types import TypeEngine

import msm
from msm.errors import ResultValueError
from msm.models import AssetType
from msm.operations.by_column import values_of
from msm.operations.exact import ExpectedColumn
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
