"""A result as rows, one row, scalars or a frame: the same values, with the types of the columns."""

import datetime
import math
import uuid
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import ColumnElement, Numeric, cast, extract, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import BIT, BYTEA, INTERVAL
from sqlalchemy.exc import MultipleResultsFound, NoResultFound
from sqlalchemy.types import (
    ARRAY,
    JSON,
    Boolean,
    Date,
    DateTime,
    Float,
    Integer,
    NullType,
    String,
    Time,
    TypeEngine,
    Uuid,
)

import msm
from msm.errors import ResultError, ResultValueError, StatementError
from msm.models import Asset, AssetType, Calendar, CalendarDate, IndexValuesTS
from msm.operations.attached import Attached
from msm.operations.compile import compile_operation
from msm.operations.exact import ExpectedColumn
from msm.operations.results import Read, Result
from msm.operations.shape import Shape
from msm.sdk import MetaTable
from msm.values.decode import Form, ResultColumn, codec_of
from tests.support.forked import value_of

MODELS = [Asset, AssetType, Calendar, CalendarDate]
NOON = datetime.datetime(2025, 1, 2, 12, 0, 0, 123456, tzinfo=datetime.UTC)
FIRST = datetime.datetime.min.replace(tzinfo=datetime.UTC)
LAST = datetime.datetime.max.replace(tzinfo=datetime.UTC)
KEY = uuid.UUID("6f0c3f5e-8f0b-4c8e-9a6e-0d8c5d4a1b2c")


def result_of(
    *values: Any, kind: TypeEngine[Any], token: str = "", form: Form = Form.NATIVE
) -> Result[Any]:
    """A result of one column ``x``, as the platform sends it."""
    return Result(
        Read(
            [values],
            [ResultColumn("x", codec_of(kind, token), form)],
            [ExpectedColumn("x", kind, form)],
            Shape(("x",), ((),)),
            len(values),
        )
    )


def written() -> Result[Any]:
    """What a write of three rows without RETURNING gives."""
    return Result(Read([], [], [], Shape((), ()), 3))


def scalars(result: Result[*tuple[Any, ...]]) -> list[Any]:
    return list(result.scalars())


# As PostgreSQL writes them.
INTERVALS = {
    "00:00:00": datetime.timedelta(),
    "1 day": datetime.timedelta(days=1),
    None: None,
    "-1 days +00:00:05.000007": datetime.timedelta(days=-1, seconds=5, microseconds=7),
    "-00:00:00.5": datetime.timedelta(microseconds=-500_000),
    "3 days 100:00:01": datetime.timedelta(days=3, hours=100, seconds=1),
}
COLUMNS: list[tuple[TypeEngine[Any], list[Any], list[Any], str]] = [
    (Integer(), [2**63 - 1, None, "-12"], [2**63 - 1, None, -12], "Int64"),
    (Boolean(), [True, None, False], [True, None, False], "boolean"),
    (String(), ["", None, "株"], ["", None, "株"], "string"),
    (Float(), [1, "-Infinity", 0.1], [1.0, -math.inf, 0.1], "float64"),
    (
        DateTime(timezone=True),
        ["2025-01-02T12:00:00.123456+00:00", None, "2025-01-02T14:00:00.123456+02:00"],
        [NOON, None, NOON],
        "datetime64[us, UTC]",
    ),
    (
        DateTime(timezone=True),
        ["0001-01-01T00:00:00+00:00", None, "9999-12-31T23:59:59.999999+00:00"],
        [FIRST, None, LAST],
        "datetime64[us, UTC]",
    ),
    (
        Date(),
        ["0001-01-01", None, "9999-12-31"],
        [datetime.date.min, None, datetime.date.max],
        "object",
    ),
    (Uuid(), [str(KEY), None], [KEY, None], "object"),
    (Numeric(), ["0.10", None, 0.1], [Decimal("0.10"), None, Decimal("0.1")], "object"),
    (Time(), ["12:30:00.000001", None], [datetime.time(12, 30, 0, 1), None], "object"),
    (INTERVAL(), list(INTERVALS), list(INTERVALS.values()), "timedelta64[us]"),
    (BYTEA(), ["\\x00ff", None, "\\x"], [b"\x00\xff", None, b""], "object"),
    (JSON(), [{"a": [1, None]}, None], [{"a": [1, None]}, None], "object"),
    (ARRAY(Uuid()), [[str(KEY), None], None], [[KEY, None], None], "object"),
    (ARRAY(String()), [["a"], None], [["a"], None], "object"),
]


@pytest.mark.parametrize(("kind", "sent", "expected", "dtype"), COLUMNS)
def test_rows_and_frames_have_the_column_types(
    kind: TypeEngine[Any], sent: list[Any], expected: list[Any], dtype: str
) -> None:
    result = result_of(*sent, kind=kind)
    values = scalars(result)
    assert values == expected
    assert [type(value) for value in values] == [type(value) for value in expected]
    assert result_of(*sent, kind=kind).all() == [(value,) for value in expected]
    column = result.frame()["x"]
    assert str(column.dtype) == dtype
    # By identity, because pandas.isna() of a list looks at its items.
    missing = (None, pd.NA, pd.NaT)
    found = [None if any(value is word for word in missing) else value for value in column]
    assert found == expected


@pytest.mark.parametrize(("kind", "dtype"), [(kind, dtype) for kind, _, _, dtype in COLUMNS])
def test_an_empty_frame_has_the_same_dtypes(kind: TypeEngine[Any], dtype: str) -> None:
    assert str(result_of(kind=kind).frame()["x"].dtype) == dtype


def test_null_and_nan_differ_only_in_rows() -> None:
    result = result_of(None, "NaN", kind=Float())
    assert result.frame()["x"].isna().tolist() == [True, True]
    null, nan = result.scalars()
    assert null is None
    assert math.isnan(nan)


@pytest.mark.parametrize(
    ("token", "sent", "expected"),
    [
        ("uuid", str(KEY), KEY),
        ("numeric", "0.10", Decimal("0.10")),
        ("timestamp with time zone", NOON.isoformat(), NOON),
        ("date[]", ["2025-01-02", None], [NOON.date(), None]),
        ("int64", 7, 7),
        ("jsonb", {"a": 1}, {"a": 1}),
        ("", "as it is", "as it is"),
    ],
)
def test_the_platforms_type_is_used_without_sqlalchemys(
    token: str, sent: Any, expected: Any
) -> None:
    assert scalars(result_of(sent, kind=NullType(), token=token)) == [expected]


@pytest.mark.parametrize("take", [scalars, Result.frame, Result.all, Result.first])
@pytest.mark.parametrize(
    ("kind", "bad"),
    [
        (DateTime(timezone=True), "2025-01-02T12:00:00"),
        (DateTime(timezone=True), "infinity"),
        (Integer(), "1.5"),
        (Float(), "many"),
        (Uuid(), "no uuid"),
        (Numeric(), "no number"),
        (INTERVAL(), ""),
        (INTERVAL(), "1 mon"),
        (INTERVAL(), "P1D"),
        (INTERVAL(), "1000000000 days"),
        (BYTEA(), "abc"),
        (BYTEA(), "\\xf"),
    ],
)
def test_a_wrong_value_is_refused_by_column(take: Any, kind: TypeEngine[Any], bad: str) -> None:
    with pytest.raises(ResultValueError) as caught:
        take(result_of(bad, kind=kind))
    assert (caught.value.column, caught.value.value) == ("x", bad)


FLOATS = [
    ["1", "-2.5", "1e+22", "5e-324"],
    ["1", None, "2.5"],
    ["-0", "1"],
    ["NaN", "Infinity", None, "-Infinity", "0.1"],
    [None],
    [],
]


@pytest.mark.parametrize("texts", FLOATS)
def test_texts_of_floats_are_read_as_one_by_one(texts: list[str | None]) -> None:
    result = result_of(*texts, kind=Float(), form=Form.TEXT)
    expected = [None if text is None else float(text) for text in texts]
    # By repr, which tells -0.0 and NaN.
    assert list(map(repr, scalars(result))) == list(map(repr, expected))
    frame = result.frame()["x"]
    assert str(frame.dtype) == "float64"
    missing = [math.nan if number is None else number for number in expected]
    assert list(map(repr, frame.tolist())) == list(map(repr, missing))


@pytest.mark.parametrize("text", ["1,2", "null", "true", "", "[1]", '"1"', "many"])
@pytest.mark.parametrize("take", [scalars, Result.frame])
def test_a_text_of_no_float_is_refused(take: Any, text: str) -> None:
    with pytest.raises(ResultValueError) as caught:
        take(result_of("1.5", None, text, kind=Float(), form=Form.TEXT))
    assert caught.value.value == text


def test_a_wide_integer_fits_rows_but_no_frame() -> None:
    result = result_of(1, 2**70, kind=Integer())
    assert scalars(result) == [1, 2**70]
    with pytest.raises(ResultValueError) as caught:
        result.frame()
    assert (caught.value.column, caught.value.value) == ("x", 2**70)


def test_one_row_is_one_row() -> None:
    assert result_of(1, kind=Integer()).one() == (1,)
    assert result_of(1, kind=Integer()).one().x == 1
    assert result_of(kind=Integer()).one_or_none() is None


def test_one_refuses_no_row_and_several_rows() -> None:
    with pytest.raises(NoResultFound):
        result_of(kind=Integer()).one()
    for take in (Result.one, Result.one_or_none):
        with pytest.raises(MultipleResultsFound):
            take(result_of(1, 2, kind=Integer()))


def test_a_write_without_returning_has_no_scalars() -> None:
    result = written()
    assert (result.row_count, result.frame().empty) == (3, True)
    for take in (scalars, Result.all, Result.first, list):
        with pytest.raises(ResultError):
            take(result)


ERRORS: dict[str, tuple[Callable[[], object], str]] = {
    "wrong value": (
        lambda: result_of(None, "all", kind=Float()).all(),
        "The result column 'x' holds 'all', which does not fit its type; cast it in the statement.",
    ),
    "integer too wide for a frame": (
        lambda: result_of(1, 2**70, kind=Integer()).frame(),
        (
            f"The result column 'x' holds {2**70}, which does not fit its type; cast it in the "
            "statement."
        ),
    ),
    "integer too wide for Arrow": (
        lambda: result_of(1, 2**70, kind=Integer()).arrow(),
        (
            f"The result column 'x' holds {2**70}, which does not fit the type int64 of Arrow; "
            "cast it in the statement."
        ),
    ),
    "no column": (
        lambda: written().one(),
        "The statement returns no column; add returning() to it.",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_a_result_error_says_what_to_do(name: str) -> None:
    call, sentence = ERRORS[name]
    with pytest.raises(ResultError) as caught:
        call()
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        (cast(IndexValuesTS.index_identifier, BIT(3)), "BIT(3)"),
        (func.array_agg(cast(IndexValuesTS.index_identifier, BIT(3))), "BIT(3)[]"),
    ],
)
def test_a_column_error_says_its_type(column: ColumnElement[Any], kind: str) -> None:
    attached = Attached({IndexValuesTS.__tablename__: MetaTable.model_construct(uid="x")})
    with pytest.raises(StatementError) as caught:
        compile_operation(select(column.label("age")), attached)
    assert str(caught.value) == (
        f"age: the result column is {kind}, which compiled-sql.v1 cannot carry; cast it, or "
        "extract() a part, in the statement."
    )


def expressions() -> dict[str, Any]:
    runtime = msm.start_engine(MODELS)
    uid = runtime.scalar(insert(Asset).values(unique_identifier="a").returning(Asset.uid))
    statement = select(
        Asset.uid.label("labelled"),
        func.count(Asset.uid),
        func.sum(literal(2**62)).label("summed"),
        func.avg(literal(1)).label("averaged"),
        func.min(Asset.unique_identifier),
        func.array_agg(Asset.uid).label("keys"),
        func.date_trunc("day", literal(NOON)).label("day"),
        extract("epoch", literal(NOON)).cast(Numeric).label("epoch"),
        func.jsonb_build_object("a", 1).label("object"),
        (Asset.unique_identifier == "a").label("equal"),
        literal(Decimal("1.10")).label("decimal"),
        literal(NOON.date()).label("date"),
    ).group_by(Asset.uid)
    row = dict(runtime.execute(statement).mappings().one())
    assert row["labelled"] == uid
    return {**row, "keys": row["keys"] == [uid]}


def test_expressions_have_python_types(
    shared_environment: Mapping[str, str],
) -> None:
    row = value_of(expressions, environment=shared_environment)
    assert isinstance(row.pop("labelled"), uuid.UUID)
    assert row == {
        "count": 1,
        "summed": 2**62,
        "averaged": Decimal("1.0000000000000000"),
        "min": "a",
        "keys": True,
        "day": NOON.replace(hour=0, microsecond=0),
        "epoch": Decimal("1735819200.123456"),
        "object": {"a": 1},
        "equal": True,
        "decimal": Decimal("1.10"),
        "date": NOON.date(),
    }
    assert isinstance(row["averaged"], Decimal)
    assert isinstance(row["summed"], int)


def write_and_return() -> list[Any]:
    runtime = msm.start_engine(MODELS)
    runtime.execute(insert(AssetType).values(asset_type="x"))
    statement = update(AssetType).where(AssetType.asset_type == "x").values(description="ü")
    written = runtime.execute(statement.returning(AssetType.description, AssetType.uid))
    return [written.row_count, scalars(written), str(written.frame()["description"].dtype)]


def test_a_returning_is_a_result(shared_environment: Mapping[str, str]) -> None:
    assert value_of(write_and_return, environment=shared_environment) == [1, ["ü"], "string"]
