"""Pages of a list by their cursor, while others write; and with the libraries for pages."""

import base64
import datetime
import json
from collections.abc import Mapping
from typing import Any

import pytest
from fastapi_filter.contrib.sqlalchemy import Filter
from fastapi_pagination import Page as NumberedPage
from fastapi_pagination import Params, create_page
from sqlalchemy import String, delete, func, select
from sqlalchemy.types import TypeDecorator

import msm
from msm.api import read_page, schema_of
from msm.errors import InvalidCursorError, NoStableOrderError, StatementError
from msm.models import Asset, AssetType, Index, IndexType, IndexValuesTS
from tests.support.forked import value_of

MODELS = [Asset, AssetType, Index, IndexType, IndexValuesTS]
START = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)
INDEX = {
    "index_type": "t",
    "display_name": "I",
    "calculation_method": "custom",
    "value_format": "decimal",
}
COUNT = 10


def attached() -> msm.MarketsRuntime:
    runtime = msm.start_engine(MODELS)
    runtime.upsert(Index, [INDEX | {"unique_identifier": name} for name in ("I", "J")])
    # Microseconds, so that a cursor that rounds them would show.
    rows = [
        {
            "time_index": START + datetime.timedelta(microseconds=number // 2),
            "index_identifier": "IJ"[number % 2],
            "value": float(number),
        }
        for number in range(COUNT)
    ]
    runtime.upsert(IndexValuesTS, rows)
    return runtime


def read_all(descending: bool) -> list[list[float]]:
    runtime = attached()
    schema: Any = schema_of(IndexValuesTS)
    statement = select(IndexValuesTS)
    if descending:
        statement = statement.order_by(IndexValuesTS.time_index.desc())
    pages, cursor = [], None
    while True:
        page = read_page(runtime, statement, schema, cursor=cursor, size=4)
        pages.append([item.value for item in page.items])
        cursor = page.next
        if cursor is None:
            return pages
        # Others write before what has been read, which moves no row to another page.
        early = START - datetime.timedelta(days=len(pages))
        late = START + datetime.timedelta(days=len(pages))
        row = {"index_identifier": "I", "value": -1.0}
        runtime.upsert(IndexValuesTS, [row | {"time_index": late if descending else early}])


@pytest.mark.parametrize("descending", [False, True])
def test_a_series_is_read_page_by_page(
    shared_environment: Mapping[str, str], descending: bool
) -> None:
    pages = value_of(read_all, descending, environment=shared_environment)
    read = [value for page in pages for value in page if value >= 0]
    expected = [float(number) for number in range(COUNT)]
    if descending:
        expected = [float(n + k) for n in range(COUNT - 2, -1, -2) for k in (0, 1)]
    assert read == expected
    assert [len(page) for page in pages[:2]] == [4, 4]


class Reversed(TypeDecorator[str]):
    """Texts that are stored as ">" and their letters from the last to the first."""

    impl = String(255)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> Any:  # noqa: ARG002 - SQLAlchemy's
        return ">" + value[::-1]

    def process_result_value(self, value: Any, dialect: Any) -> Any:  # noqa: ARG002 - SQLAlchemy's
        return value[:0:-1]


def read_decorated() -> tuple[list[list[str]], str]:
    # In this process alone; attributes of the models keep the type that they were mapped with.
    table = IndexValuesTS.__table__
    Index.__table__.c.unique_identifier.type = table.c.index_identifier.type = Reversed()
    runtime = msm.start_engine(MODELS)
    names = ["da", "cb", "bc", "ad"]
    runtime.upsert(Index, [INDEX | {"unique_identifier": name} for name in names])
    row = {"time_index": START, "value": 1.0}
    runtime.upsert(IndexValuesTS, [row | {"index_identifier": name} for name in names])
    mine = table.c.index_identifier.in_(names)
    statement = select(*table.c).where(mine)
    schema: Any = schema_of(IndexValuesTS)
    first = read_page(runtime, statement, schema, size=2)
    second = read_page(runtime, statement, schema, cursor=first.next, size=2)
    assert second.next is None
    # Other tests read all that there is.
    runtime.execute(delete(IndexValuesTS).where(mine))
    pages = [[item.index_identifier for item in page.items] for page in (first, second)]
    return pages, json.loads(base64.urlsafe_b64decode(f"{first.next}==="))[-1]


def test_a_key_may_have_a_type_of_the_caller(shared_environment: Mapping[str, str]) -> None:
    pages, stored = value_of(read_decorated, environment=shared_environment)
    # In the order of what is stored, which the cursor has.
    assert pages == [["da", "cb"], ["bc", "ad"]]
    assert stored == ">bc"


def columns_and_models() -> tuple[list[Any], list[Any]]:
    runtime = msm.start_engine(MODELS)
    runtime.upsert(Asset, [{"unique_identifier": name} for name in ("a", "b", "c")])
    some: Any = schema_of(Asset, exclude=["uid"])
    two = select(Asset.unique_identifier, Asset.asset_type)
    first = read_page(runtime, two, some, size=3)
    whole = read_page(runtime, select(Asset), schema_of(Asset), size=3)
    return [item.model_dump() for item in first.items], [type(i).__name__ for i in whole.items]


def test_a_page_has_rows_of_columns_or_models(shared_environment: Mapping[str, str]) -> None:
    rows, models = value_of(columns_and_models, environment=shared_environment)
    assert sorted(row["unique_identifier"] for row in rows) == ["a", "b", "c"]
    assert models == ["Asset"] * 3


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def use_wrong_cursors() -> list[str]:
    runtime = attached()
    series = read_page(runtime, select(IndexValuesTS), schema_of(IndexValuesTS), size=1).next
    assert series is not None
    padded = series + "=" * (-len(series) % 4)
    digest, *_ = json.loads(base64.urlsafe_b64decode(padded))
    runtime.upsert(Asset, [{"unique_identifier": name} for name in ("a", "b")])
    assets = read_page(runtime, select(Asset), schema_of(Asset), size=1).next
    assert assets is not None
    wrong = {
        "empty": "",
        "no base64": "what?",
        "not ascii": "é",
        "cut": series[:-3],
        "no JSON": base64.urlsafe_b64encode(b"{").decode(),
        "no list": encoded(7),
        "nested": base64.urlsafe_b64encode(b"[" * 100_000).decode(),
        "of another list": assets,
        "too short": encoded([digest, START.isoformat()]),
        "too long": encoded([digest, START.isoformat(), "I", "J"]),
        "without a zone": encoded([digest, "2025-01-01T00:00:00", "I"]),
        "of another type": encoded([digest, START.isoformat(), 7]),
    }
    refused = []
    for name, cursor in wrong.items():
        try:
            read_page(runtime, select(IndexValuesTS), schema_of(IndexValuesTS), cursor=cursor)
        except InvalidCursorError:
            refused.append(name)
    assert refused == list(wrong)
    with pytest.raises(NoStableOrderError):
        read_page(runtime, select(Asset).order_by(Asset.asset_type), schema_of(Asset))
    with pytest.raises(StatementError, match="size is 0"):
        read_page(runtime, select(Asset), schema_of(Asset), size=0)
    return refused


def test_a_wrong_cursor_is_refused(shared_environment: Mapping[str, str]) -> None:
    assert value_of(use_wrong_cursors, environment=shared_environment)


class AssetFilter(Filter):
    unique_identifier__in: list[str] | None = None
    asset_type: str | None = None
    order_by: list[str] | None = None

    class Constants(Filter.Constants):
        model = Asset


def filter_and_count() -> tuple[int, list[str]]:
    runtime = msm.start_engine(MODELS)
    runtime.upsert(Asset, [{"unique_identifier": n, "asset_type": "f"} for n in "uvwxyz"])
    asked = AssetFilter(asset_type="f", order_by=["-unique_identifier"])
    statement = asked.sort(asked.filter(select(Asset)))
    params = Params(page=2, size=2)
    total = runtime.execute(select(func.count()).select_from(statement.subquery())).scalar_one()
    raw = params.to_raw_params().as_limit_offset()
    part = runtime.scalars(statement.limit(raw.limit).offset(raw.offset)).all()
    page: Any = create_page(part, total=total, params=params)
    schema: Any = schema_of(Asset)
    shown = NumberedPage[schema].model_validate(page, from_attributes=True)
    return shown.total or 0, [item.unique_identifier for item in shown.items]


def test_fastapi_filter_and_pagination_work(shared_environment: Mapping[str, str]) -> None:
    total, names = value_of(filter_and_count, environment=shared_environment)
    assert (total, names) == (6, ["x", "w"])
