"""Tables and batches of Arrow: exact types out, and what speaks Arrow in."""

import datetime
import subprocess
import sys
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sqlalchemy import Integer, Numeric, Uuid, cast, func, literal, select
from sqlalchemy.types import ARRAY, JSON, BigInteger, Boolean, Date, DateTime, String, Time

import msm
from msm.errors import (
    EnvironmentMismatchError,
    InvalidRowsError,
    ResultValueError,
    StatementError,
)
from msm.models import Asset, AssetType, Index, IndexValuesTS
from tests.core.operations.refusing import refused
from tests.core.rows.unattached import insert
from tests.core.rows.written import INDEX, NOON, values_at
from tests.support.forked import value_of

MODELS = [Asset, AssetType, Index, IndexValuesTS]
KEY = UUID(int=5)
WIDE = Decimal("12345678901234567890.123456789012345678")

VALUES: dict[str, tuple[Any, Any, Any, Any]] = {
    "boolean": (Boolean(), True, pa.bool_(), True),
    "bigint": (BigInteger(), 2**63 - 1, pa.int64(), 2**63 - 1),
    "text": (String(), "Zürich", pa.string(), "Zürich"),
    "uuid": (Uuid(), KEY, pa.string(), str(KEY)),
    "date": (Date(), NOON.date(), pa.date32(), NOON.date()),
    "time": (Time(), datetime.time(12, 30, 0, 1), pa.time64("us"), datetime.time(12, 30, 0, 1)),
    "aware": (DateTime(timezone=True), NOON, pa.timestamp("us", "UTC"), NOON),
    "numeric": (Numeric(38, 18), WIDE, pa.decimal128(38, 18), WIDE),
    "wide numeric": (Numeric(60, 2), Decimal("1.50"), pa.decimal256(60, 2), Decimal("1.50")),
    "json": (JSON(), {"ü": [1, None]}, pa.string(), '{"ü": [1, null]}'),
    "array": (ARRAY(Integer), [1, None], pa.list_(pa.int64()), [1, None]),
    "array of uuid": (ARRAY(Uuid()), [KEY], pa.list_(pa.string()), [str(KEY)]),
}


def read_types() -> tuple[Any, Any, Any]:
    runtime = msm.start_engine(MODELS)
    runtime.upsert(Index, [INDEX])
    columns = [
        cast(literal(value, kind), kind).label(name) for name, (kind, value, *_) in VALUES.items()
    ]
    statement = select(*columns, literal(None, String()).label("null")).select_from(Index)
    (batch,) = runtime.iter_batches(statement)
    result = runtime.execute(statement)
    return result.arrow(), batch, result.arrow().num_rows


def test_arrow_has_the_type_of_each_column(shared_environment: Mapping[str, str]) -> None:
    table, batch, again = value_of(read_types, environment=shared_environment)
    for name, (_kind, _value, kind, value) in VALUES.items():
        assert table.schema.field(name).type == kind, name
        assert table.column(name).to_pylist() == [value], name
    assert table.column("null").to_pylist() == [None]
    assert pa.Table.from_batches([batch]) == table
    assert again == 1


def read_computed() -> list[Any]:
    runtime = msm.start_engine(MODELS)
    runtime.upsert(Index, [INDEX])
    price = cast(literal(Decimal("99.99")), Numeric(4, 2))
    computed = select((price * price).label("x")).select_from(Index)
    table = runtime.execute(computed).arrow()
    naive = select(
        func.timezone("Asia/Tokyo", cast(literal(NOON), DateTime(timezone=True))).label("x")
    )
    local = runtime.execute(naive.select_from(Index)).arrow()
    nan = select(cast(literal("NaN"), Numeric(4, 2)).label("x")).select_from(Index)
    return [
        (str(table.schema.field("x").type), table.column("x").to_pylist()),
        (str(local.schema.field("x").type), local.column("x").to_pylist()),
        refused(lambda: runtime.execute(nan).arrow()),
        refused(runtime.iter_batches, computed.with_only_columns(cast(price, Numeric).label("x"))),
        refused(runtime.iter_batches, naive.select_from(Index)),
    ]


def test_other_columns_have_the_type_of_their_values(
    shared_environment: Mapping[str, str],
) -> None:
    computed, local, nan, *unknown = value_of(read_computed, environment=shared_environment)
    assert computed == ("decimal128(8, 4)", [Decimal("9998.0001")])
    assert local == ("timestamp[us]", [datetime.datetime(2025, 1, 2, 21, 0, 0, 123456)])  # noqa: DTZ001
    assert nan.kind is ResultValueError
    assert nan.message == (
        "The result column 'x' holds Decimal('NaN'), which does not fit any type of Arrow; cast it "
        "in the statement."
    )
    for error in unknown:
        assert error.kind is StatementError
        assert error.message.startswith("x: the type of this column in Arrow depends on its values")


def read_batches() -> list[Any]:
    runtime = msm.start_engine(MODELS)
    runtime.upsert(Index, [INDEX])
    runtime.upsert(IndexValuesTS, values_at(*range(5)))
    statement = select(IndexValuesTS)
    batches = list(runtime.iter_batches(statement, page_size=2))
    none = list(runtime.iter_batches(statement.where(IndexValuesTS.value > 9), page_size=2))
    table = pa.Table.from_batches(batches)
    return [
        [batch.num_rows for batch in batches],
        [batch.num_rows for batch in none],
        none[0].schema == batches[0].schema,
        table == runtime.execute(statement.order_by(IndexValuesTS.time_index)).arrow(),
        runtime.upsert(IndexValuesTS, table),
        runtime.upsert(IndexValuesTS, pa.RecordBatchReader.from_batches(table.schema, batches)),
    ]


def test_batches_stream_one_schema(shared_environment: Mapping[str, str]) -> None:
    found = value_of(read_batches, environment=shared_environment)
    assert found == [[2, 2, 1], [0], True, True, 0, 0]


def frame() -> pl.DataFrame:
    return pl.DataFrame({"asset_type": ["p", "q"], "metadata_json": ['{"a": [1]}', None]})


SOURCES: dict[str, Callable[[], Any]] = {
    "polars": frame,
    "pyarrow": lambda: frame().to_arrow(),
    "record batch": lambda: frame().to_arrow().to_batches()[0],
    "duckdb": lambda: duckdb.sql(
        """SELECT 'p' AS asset_type, '{"a": [1]}' AS metadata_json UNION ALL SELECT 'q', NULL"""
    ),
    "categories": lambda: frame().with_columns(pl.col("asset_type").cast(pl.Categorical)),
}


def write_sources() -> dict[str, Any]:
    runtime = msm.start_engine(MODELS)
    found = {}
    for name, source in SOURCES.items():
        counts = [
            runtime.insert(AssetType, source()),
            runtime.upsert(AssetType, source()),
        ]
        read = select(AssetType.asset_type, AssetType.metadata_json)
        rows = runtime.execute(read.where(AssetType.asset_type.in_(["p", "q"]))).all()
        counts.append(runtime.delete(AssetType, source()))
        found[name] = (counts, sorted(map(tuple, rows)))
    return found


def test_whatever_speaks_arrow_is_written(shared_environment: Mapping[str, str]) -> None:
    found = value_of(write_sources, environment=shared_environment)
    assert found == dict.fromkeys(SOURCES, ([2, 0, 2], [("p", {"a": [1]}), ("q", None)]))


WRONG: dict[str, tuple[Any, str]] = {
    "column": ({"unique_identifer": ["a"]}, "did you mean 'unique_identifier'?"),
    "type": ({"unique_identifier": [5]}, "row 0, unique_identifier = 5"),
    "uuid": ({"unique_identifier": ["a"], "uid": ["no"]}, "row 0, uid = 'no'"),
    "missing": ({"unique_identifier": ["a", None]}, "row 1, unique_identifier: is None"),
    "repeated": ({"unique_identifier": ["a", "a"]}, "has the same key as row 0"),
}


@pytest.mark.parametrize("name", WRONG)
def test_arrow_is_refused_as_mappings_are(name: str) -> None:
    columns, part = WRONG[name]
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    said = []
    for given in (rows, pl.DataFrame(columns), pa.table(columns)):
        with pytest.raises(InvalidRowsError) as caught:
            insert(Asset, given)
        said.append(str(caught.value))
    assert part in said[0]
    assert said == [said[0]] * 3


UNREADABLE = {
    "no JSON": ("hello", "is not JSON: Expecting value"),
    "deep": ("[" * 100_000, "is nested too deeply for JSON"),
    "huge integer": ("7" * 4301, "has an integer of more than 4,300 digits"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_unreadable_json_is_a_fault_of_its_row(name: str) -> None:
    text, problem = UNREADABLE[name]
    table = pa.table({"asset_type": ["a", "b"], "metadata_json": ["[1]", text]})
    for given in (table, pl.DataFrame(table), table.to_pandas(types_mapper=pd.ArrowDtype)):
        with pytest.raises(InvalidRowsError) as caught:
            insert(AssetType, given)
        (fault,) = caught.value.faults
        assert (fault.row, fault.column) == (1, "metadata_json")
        assert fault.problem.startswith(problem)
        assert len(str(caught.value)) < 400


DIGITS: dict[str, tuple[list[str], Any]] = {
    "none": ([], pa.decimal128(38, 0)),
    "whole": (["1", "-20"], pa.decimal128(38, 0)),
    "scales": (["1.5", "0.125", "-100"], pa.decimal128(38, 3)),
    "38 digits": (["1" * 30 + "." + "1" * 8], pa.decimal128(38, 8)),
    "39 digits": (["1" * 30, "0." + "1" * 9], pa.decimal256(76, 9)),
    "small": (["0." + "0" * 20 + "1"], pa.decimal128(38, 21)),
}


def read_unbounded() -> dict[str, Any]:
    runtime = msm.start_engine(MODELS)
    runtime.upsert(Index, [INDEX])
    found: dict[str, Any] = {}
    for name, (texts, _) in DIGITS.items():
        numbers = cast(literal(list(map(Decimal, texts)), ARRAY(Numeric)), ARRAY(Numeric))
        statement = select(func.unnest(numbers, type_=Numeric).label("x")).select_from(Index)
        found[name] = runtime.execute(statement).arrow()
    large = cast(literal("1" * 77), Numeric).label("x")
    found["too large"] = refused(lambda: runtime.execute(select(large, Index.uid)).arrow())
    return found


def test_a_numeric_without_precision_is_exact(shared_environment: Mapping[str, str]) -> None:
    found = value_of(read_unbounded, environment=shared_environment)
    for name, (texts, kind) in DIGITS.items():
        assert found[name].schema.field("x").type == kind, name
        assert found[name].column("x").to_pylist() == list(map(Decimal, texts)), name
    assert found["too large"].kind is ResultValueError
    assert "does not fit any type of Arrow" in found["too large"].message


def test_arrow_without_columns_is_refused() -> None:
    twice = pa.Table.from_arrays([pa.array(["a"])] * 2, names=["uid", "uid"])
    for given, sentence in (
        (pa.array(["a"]), "cannot be read as a table of Arrow"),
        (pl.Series(["a"]), "cannot be read as a table of Arrow"),
        (twice, "has two columns named 'uid'"),
    ):
        with pytest.raises(StatementError, match=sentence):
            insert(Asset, given)


def test_a_missing_pyarrow_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(EnvironmentMismatchError) as caught:
        insert(Asset, frame())
    assert str(caught.value) == (
        "Arrow tables need pyarrow, which is not installed; add the extra arrow of msm-core: "
        "uv add 'msm-core[arrow]'."
    )


def test_everything_else_works_without_pyarrow() -> None:
    code = "import sys; sys.modules['pyarrow'] = None; import msm.models; print('works')"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == "works\n"
