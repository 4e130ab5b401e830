"""Values that JSON numbers would change come exactly, and the statement means what it meant."""

import datetime
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import (
    ARRAY,
    JSON,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    Numeric,
    Select,
    String,
    Time,
    cast,
    delete,
    extract,
    func,
    insert,
    literal,
    select,
    type_coerce,
    union,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import aliased
from sqlalchemy.types import BigInteger, NullType

import msm
from msm.errors import MsmError, ResultValueError
from msm.models import Asset, AssetType, Index, IndexValuesTS
from msm.operations.compile import Statement
from msm.rows.keys import table_of
from tests.core.operations.refusing import Refused, refused
from tests.core.rows.written import INDEX, NOON, values_at
from tests.support.forked import value_of

MODELS = [Asset, AssetType, Index, IndexValuesTS]
WIDE = Decimal("12345678901234567890.123456789012345678")
NAN = Decimal("NaN")
SPAN = datetime.timedelta(hours=-1, microseconds=1)
VALUE = IndexValuesTS.value
# A table to select from, of one row.
ONE = Index.unique_identifier == "I"


def one(*columns: Any) -> Select[*tuple[Any, ...]]:
    return select(*columns).select_from(Index).where(ONE)


def numeric(value: str) -> Any:
    return cast(literal(value), Numeric)


def several(*values: str) -> Any:
    parts = [one(numeric(value).label("n")) for value in values]
    return union_all(*parts).subquery()


# Each with the rows that are expected, as they are in Python.
READS: dict[str, tuple[Statement, list[tuple[Any, ...]]]] = {
    "numeric": (one(numeric(str(WIDE)), numeric("1.10").label("x")), [(WIDE, Decimal("1.10"))]),
    "numeric that is no number": (
        one(numeric("NaN").label("a"), numeric("Infinity").label("b")),
        [(NAN, Decimal("Infinity"))],
    ),
    "float": (
        one(
            cast(literal("-0"), Float).label("a"),
            cast(literal("NaN"), Float).label("b"),
            cast(literal("-Infinity"), Float).label("c"),
            cast(literal("5e-324"), Float).label("d"),
            cast(literal("100000"), Float).label("e"),
        ),
        [(-0.0, math.nan, -math.inf, 5e-324, 100000.0)],
    ),
    "null beside nan": (
        select(
            func.nullif(VALUE, 2).label("a"), cast(func.nullif(VALUE, 2), Numeric).label("b")
        ).order_by(IndexValuesTS.time_index),
        [(1.0, Decimal(1)), (None, None), (math.nan, NAN)],
    ),
    "sum of bigint": (
        one(func.sum(literal(2**62, BigInteger)) + literal(2**62, BigInteger)),
        [(2**63,)],
    ),
    "wide integer": (
        one(cast(literal(2**63 - 1), BigInteger), literal(2**53 + 1).label("x")),
        [(2**63 - 1, 2**53 + 1)],
    ),
    "part of a time": (
        one(extract("epoch", literal(NOON)).cast(Numeric)),
        [(Decimal("1735819200.123456"),)],
    ),
    "time": (
        one(
            cast(literal("2025-01-02 12:00:00.000001+05:30"), DateTime(timezone=True)).label("a"),
            cast(literal("0001-01-01"), Date).label("b"),
            cast(literal("9999-12-31 23:59:59.999999+00"), DateTime(timezone=True)).label("c"),
            cast(literal(None), DateTime(timezone=True)).label("d"),
        ),
        [
            (
                datetime.datetime(2025, 1, 2, 6, 30, 0, 1, tzinfo=datetime.UTC),
                datetime.date.min,
                datetime.datetime.max.replace(tzinfo=datetime.UTC),
                None,
            )
        ],
    ),
    "time of day": (
        one(cast(literal("12:30:00.000001"), Time)),
        [(datetime.time(12, 30, 0, 1),)],
    ),
    "interval": (
        one(
            cast(literal("-1 day 00:00:05.000007"), postgresql.INTERVAL).label("a"),
            (literal(NOON) - cast(literal("2025-01-01 00:00+00"), DateTime(timezone=True))).label(
                "b"
            ),
            cast(literal([SPAN, None]), ARRAY(postgresql.INTERVAL)).label("c"),
        ),
        [
            (
                datetime.timedelta(days=-1, seconds=5, microseconds=7),
                datetime.timedelta(days=1, hours=12, microseconds=123456),
                [SPAN, None],
            )
        ],
    ),
    "bytes": (
        one(
            cast(literal(b"\x00\xff\\"), postgresql.BYTEA).label("a"),
            cast(literal([b"", None]), ARRAY(postgresql.BYTEA)).label("b"),
        ),
        [(b"\x00\xff\\", [b"", None])],
    ),
    "array": (
        one(
            cast(literal("{1.10,NULL,NaN}"), ARRAY(Numeric)).label("a"),
            cast(literal("{-0,NaN,1e300}"), ARRAY(Float)).label("b"),
            cast(literal("{9223372036854775807}"), ARRAY(BigInteger)).label("c"),
            cast(literal('{"a,b",NULL}'), ARRAY(String)).label("d"),
        ),
        [
            (
                [Decimal("1.10"), None, NAN],
                [-0.0, math.nan, 1e300],
                [2**63 - 1],
                ["a,b", None],
            )
        ],
    ),
    "json": (
        one(
            cast(literal('{"a": [12345678901234567890123, 0.1, 1e400, null]}'), JSON).label("a"),
            cast(literal('{"b": 12345678901234567890123}'), postgresql.JSONB).label("b"),
            cast(literal("null"), JSON).label("c"),
            cast(literal('"text"'), JSON).label("d"),
        ),
        [
            (
                {"a": [12345678901234567890123, 0.1, math.inf, None]},
                {"b": 12345678901234567890123},
                None,
                "text",
            )
        ],
    ),
    "another type than sqlalchemy's": (
        one(type_coerce(numeric("1.10"), String), type_coerce(numeric("2"), Integer).label("x")),
        [("1.10", 2)],
    ),
    "type unknown to sqlalchemy": (
        one(
            func.round(numeric("2.50"), 1).label("a"),
            func.bool_and(literal(True)).label("b"),
            func.gen_random_uuid().op("=")(func.gen_random_uuid()).label("c"),
            func.string_to_array("1,2", ",").label("d"),
            func.abs(cast(literal("-0"), Float)).label("e"),
            func.to_jsonb(literal("x")).label("f"),
            func.make_date(2025, 1, 2).label("g"),
            func.array_agg(func.round(numeric("2.50"), 1)).label("h"),
        ),
        [
            (
                *(Decimal("2.5"), True, False, ["1", "2"], 0.0, "x"),
                *(datetime.date(2025, 1, 2), [Decimal("2.5")]),
            )
        ],
    ),
    "no rows": (select(VALUE, func.round(VALUE)).where(VALUE > 5, VALUE < 6), []),
    # 1.0 and 1.00 are the same number, and different text.
    "distinct": (
        select(several("1.0", "1.00", "2").c.n).distinct().order_by("n"),
        [(Decimal(1),), (Decimal(2),)],
    ),
    "union": (
        union(one(numeric("1.0").label("n")), one(numeric("1.00").label("n"))),
        [(Decimal(1),)],
    ),
    "union of types": (
        union_all(one(literal(1, Integer).label("n")), one(numeric("3").label("n"))).order_by("n"),
        [(1,), (3,)],
    ),
    "group by": (
        select(several("1.0", "1.00").c.n, func.count().label("rows")).group_by("n"),
        [(Decimal(1), 2)],
    ),
    "order by a label": (
        select(cast(VALUE * 5, Numeric).label("n")).where(VALUE < 3).order_by("n"),
        [(Decimal(5),), (Decimal(10),)],
    ),
    "order by an expression": (
        select(several("9", "10", "-1").c.n).order_by("n"),
        [(Decimal(-1),), (Decimal(9),), (Decimal(10),)],
    ),
    "limit": (select(VALUE).order_by(VALUE.desc()).offset(1).limit(1), [(2.0,)]),
    "without a label": (one(-numeric("1.5"), numeric("2") + 1), [(Decimal("-1.5"), Decimal(3))]),
    "percent in a label": (one(numeric("1.5").label('5% "x"')), [(Decimal("1.5"),)]),
    "alias": (
        select(aliased(IndexValuesTS).value).order_by("value").limit(1),
        [(1.0,)],
    ),
}


def run_reads() -> dict[str, list[tuple[Any, ...]]]:
    runtime = msm.start_engine(MODELS)
    runtime.upsert(Index, [INDEX])
    runtime.upsert(IndexValuesTS, values_at(1.0, 2.0, math.nan))
    return {
        name: [tuple(row) for row in runtime.execute(statement)]
        for name, (statement, _rows) in READS.items()
    }


@pytest.fixture(scope="module")
def rows(shared_environment: Mapping[str, str]) -> dict[str, list[tuple[Any, ...]]]:
    return dict(value_of(run_reads, environment=shared_environment))


def alike(found: Any, expected: Any) -> bool:
    if isinstance(expected, list | tuple):
        return len(found) == len(expected) and all(map(alike, found, expected))
    if isinstance(expected, float | Decimal) and expected != expected:
        return type(found) is type(expected) and found != found
    if isinstance(expected, float):
        return type(found) is float and (found, math.copysign(1, found)) == (
            expected,
            math.copysign(1, expected),
        )
    return type(found) is type(expected) and bool(found == expected)


@pytest.mark.parametrize("name", READS)
def test_a_value_comes_exactly(rows: dict[str, list[tuple[Any, ...]]], name: str) -> None:
    assert alike(rows[name], READS[name][1]), rows[name]


def write_and_return() -> list[list[tuple[Any, ...]]]:
    runtime = msm.start_engine(MODELS)
    runtime.upsert(Index, [INDEX])
    runtime.delete(IndexValuesTS, values_at(1.0, 2.0, 3.0))
    exact = (VALUE, cast(VALUE, Numeric).label("n"), func.round(VALUE).label("rounded"))
    given = postgresql.insert(IndexValuesTS).values(values_at(math.inf, -0.0))
    upsert = given.on_conflict_do_update(
        index_elements=["time_index", "index_identifier"], set_={"value": given.excluded.value}
    )
    own = aliased(IndexValuesTS)
    statements: list[Statement] = [
        insert(IndexValuesTS).values(values_at(math.nan, 1.5)).returning(*exact),
        upsert.returning(*exact),
        update(IndexValuesTS)
        .where(VALUE == 0, Index.unique_identifier == IndexValuesTS.index_identifier)
        .values(value=VALUE + 2.5)
        .returning(*exact, (Index.unique_identifier + "x").label("name")),
        update(IndexValuesTS).where(VALUE == 77).values(value=1).returning(*exact),
        delete(own).where(own.value > 100).returning(own.value, func.abs(own.value).label("x")),
        delete(IndexValuesTS).returning(*table_of(IndexValuesTS).c),
    ]
    results = [runtime.execute(statement) for statement in statements]
    dtypes = results[3].frame().dtypes.astype(str).tolist()
    return [[tuple(row) for row in result] for result in results] + [[tuple(dtypes)]]


def test_a_returned_value_comes_exactly(shared_environment: Mapping[str, str]) -> None:
    found = value_of(write_and_return, environment=shared_environment)
    inserted, upserted, updated, none, deleted, rest, dtypes = found
    assert alike(inserted, [(math.nan, NAN, math.nan), (1.5, Decimal("1.5"), 2.0)])
    assert alike(upserted, [(math.inf, Decimal("Infinity"), math.inf), (-0.0, Decimal(0), -0.0)])
    # Rounded to even, as PostgreSQL rounds a float.
    assert alike(updated, [(2.5, Decimal("2.5"), 2.0, "Ix")])
    assert (none, dtypes) == ([], [("float64", "object", "float64")])
    assert alike(deleted, [(math.inf, math.inf)])
    assert len(rest) == 1
    assert alike(rest[0][:3], (NOON + datetime.timedelta(seconds=1), "I", 2.5))


INFINITE: dict[str, Statement] = {
    "timestamp": one(cast(literal("infinity"), DateTime(timezone=True)).label("x")),
    "date": one(cast(literal("-infinity"), Date).label("x")),
    "union": union_all(
        one(cast(literal("infinity"), DateTime(timezone=True)).label("x")),
        one(cast(literal(None), Date)),
    ).limit(1),
    "returned": (
        insert(AssetType)
        .values(asset_type="infinite")
        .returning(cast(literal("infinity"), DateTime(timezone=True)).label("x"))
    ),
}


def read_infinite_times() -> list[list[Refused]]:
    runtime = msm.start_engine(MODELS)
    runtime.upsert(Index, [INDEX])
    runtime.delete(AssetType, [{"asset_type": "infinite"}])
    results = [runtime.execute(statement) for statement in INFINITE.values()]
    return [[refused(result.one), refused(result.frame)] for result in results]


def test_an_infinite_time_is_refused_by_column(shared_environment: Mapping[str, str]) -> None:
    """Only where it is read: the other columns of the row can be."""
    found = value_of(read_infinite_times, environment=shared_environment)
    for name, errors in zip(INFINITE, found, strict=True):
        value = "-infinity" if name == "date" else "infinity"
        assert [error.kind for error in errors] == [ResultValueError] * 2, name
        assert [error.facts["value"] for error in errors] == [value] * 2, name
        assert errors[0].message == (
            f"The result column 'x' holds {value!r}, which does not fit its type; cast it in the "
            "statement."
        )


def frames() -> list[list[str]]:
    runtime = msm.start_engine(MODELS)
    columns = (
        VALUE,
        cast(VALUE, Numeric).label("numeric"),
        func.count().label("count"),
        func.round(VALUE).label("unknown"),
        func.bool_and(VALUE > 1).label("flag"),
        func.max(IndexValuesTS.time_index).label("last"),
        func.array_agg(VALUE).label("values"),
    )
    grouped = select(*columns).group_by(VALUE)
    return [
        runtime.execute(statement).frame().dtypes.astype(str).tolist()
        for statement in (grouped, grouped.where(VALUE == 77))
    ]


def test_a_frame_has_the_dtypes_of_its_columns(shared_environment: Mapping[str, str]) -> None:
    expected = ["float64", "object", "Int64", "float64", "boolean", "datetime64[us, UTC]", "object"]
    assert value_of(frames, environment=shared_environment) == [expected, expected]


UNSENDABLE = {
    "bytes": one(type_coerce(cast(literal("a"), LargeBinary), NullType).label("x")),
    "interval": one(func.age(literal(NOON), literal(NOON)).label("x")),
    "intervals": one(func.array_agg(func.age(literal(NOON), literal(NOON))).label("x")),
}


def refuse_types() -> list[Refused]:
    runtime = msm.start_engine(MODELS)
    return [refused(runtime.execute, statement) for statement in UNSENDABLE.values()]


def test_a_type_without_a_json_form_is_refused(shared_environment: Mapping[str, str]) -> None:
    for error in value_of(refuse_types, environment=shared_environment):
        assert issubclass(error.kind, MsmError)
        assert "x" in error.message
