"""Every value that a column of the tables can hold is read back as it was sent."""

import datetime
import itertools
import json
import struct
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import ARRAY, JSON, Column, Float, Integer, Numeric, String, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable
from sqlalchemy.types import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    LargeBinary,
    SmallInteger,
    Time,
    TypeEngine,
    Uuid,
)

import msm
from msm import MarketsBase, MarketsMetaTable, MarketsModel
from msm.column_types import SUPPORTED
from msm.models import markets_sqlalchemy_models
from msm.values.arrow import arrow_type
from msm_local.postgres.cluster import Cluster
from msm_portfolio import portfolio_sqlalchemy_models
from msm_pricing import pricing_sqlalchemy_models
from tests.conftest import environment_of
from tests.local.conftest import new_client, next_name
from tests.support.forked import value_of
from tests.support.janitor import new_database
from tests.support.rows import columns_of, dictionaries

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
UTC_OFFSETS = st.integers(-14 * 60, 14 * 60).map(
    lambda minutes: datetime.timezone(datetime.timedelta(minutes=minutes))
)
MOST_OF_PANDAS = datetime.timedelta(days=10**8)
# PostgreSQL's text holds no NUL, and no text holds half of a surrogate pair.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
# JSONB keeps numbers as NUMERIC, which gives a large float back as an integer.
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(-1e15, 1e15) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def types() -> dict[str, TypeEngine[Any]]:
    """Every type that a column can have, also with the lengths of ours, by a name made from it."""
    graphs = (markets_sqlalchemy_models, portfolio_sqlalchemy_models, pricing_sqlalchemy_models)
    columns = [column for graph in graphs for model in graph() for column in model.__table__.c]
    kinds = [*(row.kind for row in SUPPORTED), *(column.type for column in columns)]
    found = {str(kind.compile(DIALECT)): kind for kind in kinds}
    return {
        "".join(letter if letter.isalnum() else "_" for letter in name.lower()): kind
        for name, kind in sorted(found.items())
    }


def values_of(kind: TypeEngine[Any]) -> st.SearchStrategy[Any]:
    match kind:
        case SmallInteger():
            return st.integers(-(2**15), 2**15 - 1)
        case BigInteger():
            return st.integers(-(2**63), 2**63 - 1)
        case Integer():
            return st.integers(-(2**31), 2**31 - 1)
        case Float():
            return st.floats()
        case Numeric():
            # Through text, because arithmetic keeps 28 digits.
            digits = st.integers(1 - 10**38, 10**38 - 1)
            return digits.map(lambda n: Decimal(f"{n}E-18")) | st.just(Decimal("NaN"))
        case String(length=int(length)):
            return TEXTS.map(lambda text: text[:length])
        case String():
            return TEXTS
        case Boolean():
            return st.booleans()
        case Uuid():
            return st.uuids()
        case Date():
            return st.dates()
        case Time():
            return st.times()
        case postgresql.INTERVAL():
            # As many as pandas can hold, with microseconds.
            return st.timedeltas(-MOST_OF_PANDAS, MOST_OF_PANDAS)
        case LargeBinary():
            return st.binary()
        case ARRAY():
            return st.lists(st.none() | values_of(kind.item_type), max_size=3)
        case DateTime():
            # Not the first and the last day, which an offset would move out of years 1 to 9999.
            days = st.dates(datetime.date(1, 1, 2), datetime.date(9999, 12, 30))
            return st.builds(datetime.datetime.combine, days, st.times(timezones=UTC_OFFSETS))
        case JSON():
            return JSON_VALUES.filter(lambda value: value is not None)
    raise AssertionError(f"no values are known for {kind!r}")


def every_type_model() -> type[MarketsModel]:
    """A table with a column of every type; made in a forked process, which has its own metadata."""
    columns: dict[str, Any] = {name: Column(kind) for name, kind in types().items()}
    columns["number"] = Column(Integer, primary_key=True, autoincrement=False)
    body = {"__doc__": "One value of every type.", "__module__": __name__, **columns}
    return type("EveryType", (MarketsMetaTable,), body)


def name_and_ddl() -> tuple[str, str]:
    table = MarketsBase.metadata.tables[every_type_model().__tablename__]
    return table.name, str(CreateTable(table).compile(dialect=DIALECT))


def alike(sent: Any, came: Any) -> bool:
    if isinstance(sent, float) and isinstance(came, float):
        return struct.pack("d", sent) == struct.pack("d", came) or (sent != sent and came != came)
    if isinstance(sent, Decimal) and isinstance(came, Decimal):
        return sent == came or (sent.is_nan() and came.is_nan())
    if isinstance(sent, datetime.datetime):
        return bool(sent == came) and came.tzinfo is datetime.UTC
    if isinstance(sent, datetime.timedelta):
        return isinstance(came, datetime.timedelta) and sent == came
    if isinstance(sent, list):
        return len(sent) == len(came) and all(map(alike, sent, came))
    return type(sent) is type(came) and bool(sent == came)


def alike_in_frame(sent: Any, came: Any) -> bool:
    """As :func:`alike`, but a frame has the same missing value for NULL and NaN."""
    missing = came is None or came is pd.NA or came is pd.NaT or came != came
    if sent is None or (isinstance(sent, float) and sent != sent):
        return bool(missing)
    return alike(sent, came)


def wrong_columns(
    sent: list[dict[str, Any]],
    came: list[dict[str, Any]],
    are_alike: Callable[[Any, Any], bool] = alike,
) -> list[str]:
    return [
        name
        for expected, found in zip(sent, came, strict=True)
        for name in expected
        if not are_alike(expected[name], found[name])
    ]


def as_instances(
    runtime: msm.MarketsRuntime, model: type[MarketsModel], rows: list[dict[str, Any]]
) -> None:
    """Rows that are there already, written as instances and read as such in every way."""
    assert runtime.upsert(model, [model(**row) for row in rows]) == 0
    there = select(model).where(column_of(model, "number") >= rows[0]["number"])
    in_order = there.order_by(column_of(model, "number"))
    for found in (
        list(runtime.scalars(in_order)),
        [instance for (instance,) in runtime.iter_rows(there, page_size=2)],
    ):
        assert wrong_columns(rows, [columns_of(instance) for instance in found]) == []


def column_of(model: type[MarketsModel], name: str) -> Any:
    return model.__table__.c[name]


NULLABLE: tuple[tuple[type[TypeEngine[Any]], str], ...] = (
    (Boolean, "boolean"),
    (Integer, "Int64"),
    (Float, "Float64"),
    (String, "string"),
)


def frame_of(
    model: type[MarketsModel],
    rows: list[dict[str, Any]],
    dtype_of: Callable[[TypeEngine[Any], list[Any]], str],
) -> pd.DataFrame:
    columns = {}
    for column in model.__table__.c:
        values = [row[column.name] for row in rows]
        dtype = dtype_of(column.type, values)
        if dtype == "datetime64[us, UTC]":
            values = [value and value.astimezone(datetime.UTC) for value in values]
        columns[column.name] = pd.Series(values, dtype=dtype)
    return pd.DataFrame(columns)


def numpy_dtype(kind: TypeEngine[Any], values: list[Any]) -> str:
    match kind:
        case DateTime():
            return "datetime64[us, UTC]"
        case Date():
            return "datetime64[s]"
        case postgresql.INTERVAL():
            return "timedelta64[us]"
        case Float():
            return "float64"
        # numpy has no missing value for these.
        case Integer() if None not in values:
            return "int64"
        case Boolean() if None not in values:
            return "bool"
    return "object"


def nullable_dtype(kind: TypeEngine[Any], values: list[Any]) -> str:
    found = [dtype for type_, dtype in NULLABLE if isinstance(kind, type_)]
    return found[0] if found else numpy_dtype(kind, values)


def numbered(table: pa.Table, rows: list[dict[str, Any]]) -> pa.Table:
    """A table of Arrow with the numbers of other rows."""
    place = table.schema.get_field_index("number")
    return table.set_column(place, "number", pa.array([row["number"] for row in rows]))


type Source = Callable[[type[MarketsModel], list[dict[str, Any]], pa.Table], Any]

# What holds rows: made of the model, the rows, and their table of Arrow.
SOURCES: dict[str, Source] = {
    "mappings": lambda _model, rows, _table: rows,
    "instances": lambda model, rows, _table: [model(**row) for row in rows],
    "numpy": lambda model, rows, _table: frame_of(model, rows, numpy_dtype),
    "nullable": lambda model, rows, _table: frame_of(model, rows, nullable_dtype),
    "pyarrow": lambda _model, rows, table: numbered(table, rows),
    "polars": lambda _model, rows, table: pl.DataFrame(numbered(table, rows)),
    "pandas with arrow": lambda _model, rows, table: numbered(table, rows).to_pandas(
        types_mapper=pd.ArrowDtype
    ),
}
# An example takes one in three, so that it takes a third of the time.
THIRDS = [list(SOURCES)[place::3] for place in range(3)]


def from_sources(
    runtime: msm.MarketsRuntime,
    model: type[MarketsModel],
    rows: list[dict[str, Any]],
    numbers: Iterator[int],
    names: list[str],
) -> None:
    """The newest rows written again, from what holds them, and read."""
    sent = [{name: without_nan(value) for name, value in row.items()} for row in rows]
    number = column_of(model, "number")
    newest = select(model.__table__).order_by(number.desc()).limit(len(rows))
    table = runtime.execute(newest).arrow()[::-1]
    first, expected = next(numbers), []
    for name in names:
        given = [{**row, "number": next(numbers)} for row in sent]
        assert runtime.insert(model, SOURCES[name](model, given, table)) == len(given), name
        expected += given
    read = runtime.execute(select(model.__table__).where(number > first).order_by(number))
    assert wrong_columns(expected, dictionaries(read), alike_in_frame) == []


def as_arrow(
    runtime: msm.MarketsRuntime, model: type[MarketsModel], rows: list[dict[str, Any]]
) -> None:
    """The rows as a table of Arrow, as batches, and in again as they came out."""
    # No decimal type of Arrow has NaN.
    sent = [{name: without_nan(value) for name, value in row.items()} for row in rows]
    runtime.upsert(model, sent)
    there = select(model.__table__).where(column_of(model, "number") >= rows[0]["number"])
    table = runtime.execute(there.order_by(column_of(model, "number"))).arrow()
    assert wrong_columns(sent, table.to_pylist(), alike_in_arrow) == []
    # The type of a NUMERIC without a precision depends on its values.
    known = [column for column in model.__table__.c if arrow_type(column.type) is not None]
    batches = runtime.iter_batches(there.with_only_columns(*known), page_size=2)
    batched, whole = pa.Table.from_batches(batches), table.select([c.name for c in known])
    # Tables with NaN are not equal.
    assert batched.schema == whole.schema
    assert wrong_columns(whole.to_pylist(), batched.to_pylist(), alike_as_they_are) == []
    for source in (table, pl.DataFrame(table)):
        assert runtime.upsert(model, source) == 0


def alike_as_they_are(sent: Any, came: Any) -> bool:
    """Whether two values are equal, also if they are NaN, or lists with NaN."""
    if isinstance(sent, list) and isinstance(came, list):
        return len(sent) == len(came) and all(map(alike_as_they_are, sent, came))
    return bool(sent == came or (sent != sent and came != came))


def without_nan(value: Any) -> Any:
    if isinstance(value, list):
        return list(map(without_nan, value))
    return None if isinstance(value, Decimal) and value.is_nan() else value


def alike_in_arrow(sent: Any, came: Any) -> bool:
    """As :func:`alike`, but UUID and JSON are text."""
    match sent:
        case uuid.UUID():
            return bool(came == str(sent))
        case datetime.datetime():
            return bool(sent == came)
        case None | str() if sent == came:
            return True
        case bool() | str() | list() | dict() | int() | float() if isinstance(came, str):
            return bool(json.loads(came) == sent)
        case list():
            return len(sent) == len(came) and all(map(alike_in_arrow, sent, came))
    return alike(sent, came)


def round_trips() -> int:
    """Write rows in both ways and read them in both; returns how many."""
    model, kinds = every_type_model(), types()
    runtime = msm.start_engine([model])
    table = MarketsBase.metadata.tables[model.__tablename__]
    numbers = itertools.count()
    row = st.fixed_dictionaries({name: st.none() | values_of(kind) for name, kind in kinds.items()})

    @settings(max_examples=40, deadline=None, database=None)
    @given(st.lists(row, min_size=1, max_size=5), st.sampled_from(THIRDS))
    def check(rows: list[dict[str, Any]], names: list[str]) -> None:
        sent = [{"number": next(numbers), **row} for row in rows]
        written = dictionaries(
            runtime.execute(postgresql.insert(table).values(sent).returning(table))
        )
        assert wrong_columns(sent, written) == []

        upserted = [{**row, "number": next(numbers)} for row in sent]
        assert runtime.upsert(model, upserted) == len(rows)
        assert runtime.upsert(model, upserted) == 0
        statement = (
            select(table).where(table.c.number >= sent[0]["number"]).order_by(table.c.number)
        )
        read = runtime.execute(statement)
        assert wrong_columns([*sent, *upserted], dictionaries(read)) == []
        streamed = [row._asdict() for row in runtime.iter_rows(statement)]
        assert wrong_columns([*sent, *upserted], streamed) == []
        frame = read.frame()
        records = [
            dict(zip(frame.columns, values, strict=True))
            for values in zip(*(frame[name].tolist() for name in frame.columns), strict=True)
        ]
        assert wrong_columns([*sent, *upserted], records, alike_in_frame) == []
        as_instances(runtime, model, upserted)
        as_arrow(runtime, model, upserted)
        from_sources(runtime, model, upserted, numbers, names)

    check()
    return next(numbers)


def test_every_column_type_survives_a_round_trip(cluster: Cluster, tmp_path: Path) -> None:
    with (
        new_database(cluster, next_name()) as database,
        new_client(cluster, database) as client,
    ):
        environment = environment_of(client.platform)
        name, statement = value_of(name_and_ddl, environment=environment)
        client.active(name, statement)
        storage = {"HYPOTHESIS_STORAGE_DIRECTORY": str(tmp_path)}
        assert value_of(round_trips, environment=environment | storage) >= 40
