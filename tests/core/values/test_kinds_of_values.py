"""Values of each kind, as statements send them and as they come back."""

import datetime
import math
import uuid
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Float,
    Integer,
    Numeric,
    Select,
    String,
    Time,
    Uuid,
    any_,
    cast,
    delete,
    extract,
    func,
    insert,
    literal,
    null,
    select,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

import msm
from msm.errors import InvalidRowsError, MsmError, ResultError, ResultValueError, StatementError
from msm.models import AssetType, FutureAssetDetails, Index
from msm.values.decode import ResultColumn, codec_of
from tests.core.rows.unattached import insert as insert_rows
from tests.core.rows.written import INDEX, NOON
from tests.support.forked import value_of
from tests.support.rows import dictionaries

KEY = uuid.UUID("0d8ff6a1-9b4f-4a66-8d7d-1f7a3f7a6f1e")
LAST = datetime.datetime.max.replace(tzinfo=datetime.UTC)
FIRST = datetime.datetime.min.replace(tzinfo=datetime.UTC)
HALF = "half \ud800"
DETAILS = AssetType.metadata_json
LONG = "ü" * 40


def one(*columns: Any) -> Select[*tuple[Any, ...]]:
    return select(*columns).select_from(Index).where(Index.unique_identifier == "I")


SCALARS: dict[str, tuple[TypeEngine[Any], list[Any]]] = {
    "bool": (Boolean(), [True, False]),
    "date": (Date(), [datetime.date.min, datetime.date(2025, 1, 2)]),
    "datetime": (DateTime(timezone=True), [NOON, LAST, FIRST]),
    "decimal": (
        Numeric(),
        [Decimal("1.10"), Decimal("NaN"), Decimal("12345678901234567890.123456789")],
    ),
    "float": (Float(), [0.1, -math.inf, 1e300]),
    "int": (BigInteger(), [2**63 - 1, -1]),
    "str": (String(), ["", "NULL", 'a,"b"\\{}', "Zürich 株"]),
    "bytes": (postgresql.BYTEA(), [b"\x00\xff\\", b""]),
    "interval": (postgresql.INTERVAL(), [datetime.timedelta(days=-1, microseconds=7)]),
    "time": (Time(), [datetime.time(12, 30, 0, 1)]),
    "uuid": (Uuid(), [KEY]),
}


def read_arrays() -> dict[str, Any]:
    runtime = msm.start_engine([Index])
    runtime.insert(Index, [INDEX])
    found: dict[str, Any] = {}
    for name, (kind, values) in SCALARS.items():
        last = cast(literal(values[-1], kind), kind)
        found[name] = runtime.execute(
            one(
                literal([*values, None], ARRAY(kind)).label("back"),
                (last == any_(literal(values))).label("without a type"),
                (last == any_(literal(values, ARRAY(kind)))).label("with a type"),
                (last == any_(postgresql.array(values, type_=kind))).label("of binds"),
                (last == any_(literal([], ARRAY(kind)))).label("in none"),
            )
        ).mappings()
    return {name: dict(result.one()) for name, result in found.items()}


def test_arrays_of_every_type_are_bound(shared_environment: Mapping[str, str]) -> None:
    found = value_of(read_arrays, environment=shared_environment)
    for name, (_kind, values) in SCALARS.items():
        assert found[name] == {
            "back": [*values, None] if name != "decimal" else found[name]["back"],
            "without a type": True,
            "with a type": True,
            "of binds": True,
            "in none": False,
        }, name
    assert str(found["decimal"]["back"]) == str([*SCALARS["decimal"][1], None])


def read_everything() -> dict[str, Any]:
    runtime = msm.start_engine([AssetType, Index, FutureAssetDetails])
    runtime.upsert(Index, [INDEX])
    runtime.upsert(AssetType, [{"asset_type": "x", "metadata_json": {"a": {"b, c": [1, "z"]}}}])
    moment = literal(NOON, DateTime(timezone=True))
    local = func.timezone("America/New_York", moment).label("local")
    part = one(extract("epoch", moment).label("epoch")).subquery()
    statements = {
        "nested": one(literal([[1, 2], [3, None]], ARRAY(Integer, dimensions=2)).label("x")),
        "json": one(literal([{"a": 1}, None], ARRAY(postgresql.JSONB)).label("x")),
        "path": select(
            DETAILS[("a", "b, c", 1)].label("path"),
            DETAILS[("a", "b, c", 0)].as_integer().label("number"),
            DETAILS["a"].label("key"),
        ).where(AssetType.asset_type == "x"),
        "naive": one(local, cast(moment, DateTime()).label("cast"), func.now().label("now")),
        "naive array": one(func.array_agg(func.timezone("Asia/Tokyo", moment)).label("x")),
        "part": one(extract("epoch", moment).label("e"), extract("year", moment).label("y")),
        "part of a subquery": select(part.c.epoch),
        "label": one(literal("a").label(LONG), literal("b").label(f"b{LONG}")),
    }
    found: dict[str, Any] = {
        name: dict(runtime.execute(it).mappings().one()) for name, it in statements.items()
    }
    frames = {
        name: runtime.execute(statements[name]).frame() for name in ("naive", "part", "label")
    }
    return found | {f"frame of {name}": frame for name, frame in frames.items()}


@pytest.fixture(scope="module")
def found(shared_environment: Mapping[str, str]) -> dict[str, Any]:
    return dict(value_of(read_everything, environment=shared_environment))


def test_arrays_of_arrays_and_of_json(found: dict[str, Any]) -> None:
    assert found["nested"] == {"x": [[1, 2], [3, None]]}
    assert found["json"] == {"x": [{"a": 1}, None]}


def test_json_is_read_by_its_path(found: dict[str, Any]) -> None:
    assert found["path"] == {"path": "z", "number": 1, "key": {"b, c": [1, "z"]}}


def test_a_time_without_a_zone_is_naive(found: dict[str, Any]) -> None:
    local = datetime.datetime.fromisoformat("2025-01-02T07:00:00.123456")
    now = found["naive"].pop("now")
    assert found["naive"] == {"local": local, "cast": NOON.replace(tzinfo=None)}
    assert now.tzinfo is datetime.UTC
    assert found["naive array"] == {"x": [local + datetime.timedelta(hours=14)]}
    frame = found["frame of naive"]
    assert [str(dtype) for dtype in frame.dtypes] == [
        *("datetime64[us]", "datetime64[us]", "datetime64[us, UTC]")
    ]
    assert frame["local"][0] == pd.Timestamp(local)


def test_a_fraction_of_a_second_is_a_decimal(found: dict[str, Any]) -> None:
    epoch = Decimal("1735819200.123456")
    assert found["part"] == {"e": epoch, "y": 2025}
    assert type(found["part"]["y"]) is int
    assert found["part of a subquery"] == {"epoch": epoch}
    assert found["frame of part"]["e"][0] == epoch
    assert str(found["frame of part"]["y"].dtype) == "Int64"


def test_a_long_label_is_kept(found: dict[str, Any]) -> None:
    assert found["label"] == {LONG: "a", f"b{LONG}": "b"}
    assert list(found["frame of label"].columns) == [LONG, f"b{LONG}"]


def write_null() -> list[dict[str, Any]]:
    runtime = msm.start_engine([AssetType])
    runtime.execute(delete(AssetType))
    runtime.upsert(AssetType, [{"asset_type": "upserted", "metadata_json": JSON.NULL}])
    runtime.insert(AssetType, pd.DataFrame({"asset_type": ["f"], "metadata_json": [JSON.NULL]}))
    runtime.insert(AssetType, [{"asset_type": "none", "metadata_json": None}])
    runtime.execute(insert(AssetType).values(asset_type="inserted", metadata_json=JSON.NULL))
    runtime.execute(insert(AssetType).values(asset_type="none inserted", metadata_json=None))
    runtime.execute(insert(AssetType).values(asset_type="null", metadata_json=null()))
    runtime.execute(insert(AssetType).values(asset_type="updated", metadata_json={}))
    changed = update(AssetType).where(AssetType.asset_type == "updated")
    runtime.execute(changed.values(metadata_json=JSON.NULL))
    as_text = cast(DETAILS, String).label("text")
    return dictionaries(runtime.execute(select(AssetType.asset_type, DETAILS, as_text)))


def test_json_null_is_not_sql_null(shared_environment: Mapping[str, str]) -> None:
    rows = value_of(write_null, environment=shared_environment)
    assert [row["metadata_json"] for row in rows] == [None] * 7
    texts = {row["asset_type"]: row["text"] for row in rows}
    assert texts == dict.fromkeys(("upserted", "f", "inserted", "updated"), "null") | dict.fromkeys(
        ("none", "none inserted", "null")
    )


def read_null_of_types() -> dict[str, Any]:
    runtime = msm.start_engine([Index])
    runtime.upsert(Index, [INDEX])
    kinds = {"json": JSON(), "none as null": JSON(none_as_null=True)}
    columns = [
        func.coalesce(cast(literal(None, kind), String), "NULL").label(name)
        for name, kind in kinds.items()
    ]
    return dict(runtime.execute(one(*columns)).mappings().one())


def test_none_as_null_is_respected(shared_environment: Mapping[str, str]) -> None:
    found = value_of(read_null_of_types, environment=shared_environment)
    assert found == {"json": "null", "none as null": "NULL"}


def nested(depth: int) -> list[Any]:
    document: list[Any] = []
    for _ in range(depth):
        document = [document]
    return document


TEXT = {"asset_type": "refused"}
NUL = "has a NUL character, which PostgreSQL's"
REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "NUL": (lambda: {"asset_type": "a\x00"}, f"{NUL} text cannot store"),
    "surrogate": (lambda: {"asset_type": HALF}, "has half of a surrogate pair"),
    "NUL in JSON": (lambda: TEXT | {"metadata_json": {"a": "\x00"}}, f"{NUL} JSON cannot store"),
    "surrogate in JSON": (
        lambda: TEXT | {"metadata_json": {HALF: 1}},
        "has half of a surrogate pair",
    ),
    "deep JSON": (lambda: TEXT | {"metadata_json": nested(100_000)}, "is nested too deeply"),
    "huge integer in JSON": (
        lambda: TEXT | {"metadata_json": [10**5000]},
        "has an integer of more than 4,300 digits",
    ),
    "NULL inside JSON": (
        lambda: TEXT | {"metadata_json": {"a": [JSON.NULL]}},
        "has JSON.NULL inside of a document",
    ),
}


def refuse(name: str) -> list[str]:
    runtime = msm.start_engine([AssetType])
    row = REFUSED[name][0]()
    said = []
    calls: list[Callable[[], Any]] = [
        lambda: runtime.execute(insert(AssetType).values(row)),
        lambda: runtime.execute(update(AssetType).values(row)),
        lambda: runtime.upsert(AssetType, [row]),
        lambda: runtime.insert(AssetType, [AssetType(**row)]),
        lambda: runtime.upsert(AssetType, pd.DataFrame([row], dtype=object)),
    ]
    for call in calls:
        with pytest.raises(MsmError) as raised:
            call()
        assert isinstance(raised.value, InvalidRowsError | StatementError)
        said.append(str(raised.value))
    return said


@pytest.mark.parametrize("name", REFUSED)
def test_statements_and_rows_refuse_the_same(
    name: str, shared_environment: Mapping[str, str]
) -> None:
    for said in value_of(refuse, name, environment=shared_environment):
        assert REFUSED[name][1] in said
        assert len(said) < 400


NUMBERS: dict[str, tuple[Any, str]] = {
    "huge integer": (10**5000, "the integer has more than 4,300 digits; pass a Decimal."),
    "negative NaN": (Decimal("-NaN"), "PostgreSQL has no -NaN; pass Decimal('NaN')."),
    "signaling NaN": (Decimal("sNaN"), "PostgreSQL has no sNaN; pass Decimal('NaN')."),
    "JSON.NULL": (JSON.NULL, "JSON.NULL is for JSON columns; pass None for NULL."),
    "late": (
        LAST.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=-5))),
        "is outside the years 1 to 9999 in UTC.",
    ),
}


def test_a_signaling_nan_is_a_fault_in_a_frame_too() -> None:
    values = [None, Decimal("sNaN"), Decimal("NaN")]
    frame = pd.DataFrame({"contract_size": pd.Series(values, dtype=object)})
    with pytest.raises(InvalidRowsError) as caught:
        insert_rows(FutureAssetDetails, frame)
    (fault,) = [fault for fault in caught.value.faults if fault.value is not None]
    assert (fault.row, fault.problem) == (1, "is not a number that the column can store")


def refuse_numbers() -> dict[str, list[str]]:
    runtime = msm.start_engine([Index, FutureAssetDetails])
    said: dict[str, list[str]] = {}
    for name, (value, _) in NUMBERS.items():
        for bound in (literal(value), literal([value], ARRAY(Numeric))):
            with pytest.raises(StatementError) as raised:
                runtime.execute(select(Index.uid).where(bound == bound))
            said.setdefault(name, []).append(str(raised.value))
        with pytest.raises(InvalidRowsError) as refused:
            runtime.upsert(FutureAssetDetails, [{"contract_size": value}])
        assert len(str(refused.value)) < 1000
    return said


def test_numbers_that_postgresql_has_not(shared_environment: Mapping[str, str]) -> None:
    said = value_of(refuse_numbers, environment=shared_environment)
    for name, (_, sentence) in NUMBERS.items():
        assert [one.endswith(sentence) for one in said[name]] == [True, True], said[name]


def read_unreadable() -> list[str]:
    runtime = msm.start_engine([Index])
    runtime.upsert(Index, [INDEX])
    documents = [func.repeat("1", 5000), func.concat("[", func.repeat("7", 4301), "]")]
    said = []
    for document in documents:
        statement = one(cast(document, JSON).label("x"))
        for read in (
            lambda it: runtime.scalars(it).all(),
            lambda it: runtime.execute(it).frame(),
            lambda it: runtime.execute(it).arrow(),
        ):
            with pytest.raises(ResultError) as raised:
                read(statement)
            said.append(str(raised.value))
    return said


def test_json_that_python_cannot_read(shared_environment: Mapping[str, str]) -> None:
    for said in value_of(read_unreadable, environment=shared_environment):
        assert "in the statement" in said
        assert len(said) < 300


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9999-12-31T23:59:59.999999+00:00", LAST),
        ("9999-12-31T18:59:59.999999-05:00", LAST),
        ("10000-01-01T05:29:59.999999+05:30", LAST),
        ("0001-01-01T05:30:00+05:30", FIRST),
    ],
)
def test_a_frame_goes_to_the_year_9999(text: str, expected: datetime.datetime) -> None:
    column = ResultColumn("x", codec_of(DateTime(timezone=True), ""))
    assert column.python([text]) == [expected]
    series = column.series([text, "2025-01-02T12:00:00+00:00", None])
    assert str(series.dtype) == "datetime64[us, UTC]"
    assert series[0].to_pydatetime() == expected


def test_an_offset_with_seconds_is_read_in_frames_too() -> None:
    column = ResultColumn("x", codec_of(DateTime(timezone=True), ""))
    # The local time of New York before 1883.
    old = ["1880-01-01T00:00:00-04:56:02", "2025-01-02T12:00:00+00:00"]
    assert list(column.series(old)) == column.python(old)
    assert column.python(old)[0].isoformat() == "1880-01-01T04:56:02+00:00"


@pytest.mark.parametrize("text", ["10000-01-02T00:00:00+00:00", "9999-12-31T23:00:00-05:00"])
def test_a_later_year_is_refused_in_frames_too(text: str) -> None:
    column = ResultColumn("x", codec_of(DateTime(timezone=True), ""))
    for take in (column.python, column.series):
        with pytest.raises(ResultValueError, match="does not fit its type"):
            take([text])
