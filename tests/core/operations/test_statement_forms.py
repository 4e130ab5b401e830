"""Every form of statement on a platform: the rows of a select, the row count of a write."""

import datetime
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import (
    CTE,
    and_,
    delete,
    exists,
    func,
    insert,
    lateral,
    literal,
    select,
    true,
    union,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import aliased

import msm
from msm.models import Asset, AssetType, Index, IndexValuesTS
from msm.operations.compile import Statement
from tests.support.forked import value_of

MODELS = [Asset, AssetType, Index, IndexValuesTS]
ASSETS = {"A": "equity", "B": "equity", "C": "bond", "D": None}
NAME, TYPE = Asset.unique_identifier, Asset.asset_type


def day(number: int) -> datetime.datetime:
    return datetime.datetime(2025, 1, number, tzinfo=datetime.UTC)


def runtime_with_rows() -> msm.MarketsRuntime:
    """Four assets of two types, one of them a row; an index with the values 1, 2 and 3."""
    runtime = msm.start_engine(MODELS)
    rows = [{"asset_type": name, "display_name": name.title()} for name in ("equity", "fund")]
    runtime.insert(AssetType, rows)
    runtime.insert(
        Asset, [{"unique_identifier": name, "asset_type": kind} for name, kind in ASSETS.items()]
    )
    index = {"unique_identifier": "I", "index_type": "t", "display_name": "I"}
    runtime.insert(Index, [index | {"calculation_method": "custom", "value_format": "decimal"}])
    runtime.insert(
        IndexValuesTS,
        [
            {"time_index": day(number), "index_identifier": "I", "value": float(number)}
            for number in (1, 2, 3)
        ],
    )
    return runtime


TYPED = select(NAME.label("name"), TYPE.label("kind")).where(TYPE.is_not(None))
OTHER = aliased(Asset)
LONG = [f"x{n}" for n in range(40_000)]
OF_ASSET = exists().where(Asset.asset_type == AssetType.asset_type)


def cte_of_a_cte() -> Statement:
    typed = TYPED.cte("typed")
    counted = select(typed.c.kind, func.count().label("n")).group_by(typed.c.kind).cte("counted")
    return select(counted.c.kind, counted.c.n).order_by(counted.c.kind)


def recursive() -> CTE:
    steps = select(func.min(NAME).label("name"), literal(1).label("n")).cte("s", recursive=True)
    following = (
        select(func.min(OTHER.unique_identifier))
        .where(OTHER.unique_identifier > steps.c.name)
        .scalar_subquery()
    )
    # PostgreSQL allows the recursive table only once in each part of the recursion.
    return steps.union_all(select(following, steps.c.n + 1).where(steps.c.n < 4))


def last_two() -> Statement:
    values = (
        select(IndexValuesTS.value)
        .where(IndexValuesTS.index_identifier == Index.unique_identifier)
        .order_by(IndexValuesTS.time_index.desc())
        .limit(2)
    )
    last = lateral(values).alias("last")
    return select(Index.unique_identifier, last.c.value).join(last, true()).order_by(last.c.value)


READS: dict[str, tuple[Statement, list[tuple[Any, ...]]]] = {
    "join": (
        select(NAME, AssetType.display_name)
        .join(AssetType, AssetType.asset_type == TYPE)
        .order_by(NAME),
        [("A", "Equity"), ("B", "Equity")],
    ),
    "outer join": (
        select(NAME, AssetType.display_name)
        .outerjoin(AssetType, AssetType.asset_type == TYPE)
        .order_by(NAME),
        [("A", "Equity"), ("B", "Equity"), ("C", None), ("D", None)],
    ),
    "full join": (
        select(NAME, AssetType.asset_type)
        .outerjoin(AssetType, AssetType.asset_type == TYPE, full=True)
        .where(NAME.is_(None)),
        [(None, "fund")],
    ),
    "self join": (
        select(NAME, OTHER.unique_identifier.label("other")).join(
            OTHER, and_(OTHER.asset_type == TYPE, OTHER.unique_identifier > NAME)
        ),
        [("A", "B")],
    ),
    "cte": (
        select(TYPED.cte("typed").c.name).order_by("name"),
        [("A",), ("B",), ("C",)],
    ),
    "cte of a cte": (cte_of_a_cte(), [("bond", 1), ("equity", 2)]),
    "recursive cte": (
        select(recursive().c.name),
        [("A",), ("B",), ("C",), ("D",)],
    ),
    "subquery as a source": (
        select(func.count().label("n")).select_from(TYPED.subquery()),
        [(3,)],
    ),
    "scalar subquery": (
        select(
            AssetType.asset_type,
            select(func.count()).where(Asset.asset_type == AssetType.asset_type).label("n"),
        ).order_by(AssetType.asset_type),
        [("equity", 2), ("fund", 0)],
    ),
    "in a subquery": (
        select(NAME).where(TYPE.in_(select(AssetType.asset_type))).order_by(NAME),
        [("A",), ("B",)],
    ),
    "in a list": (select(NAME).where(NAME.in_(["A", "D", "x"])).order_by(NAME), [("A",), ("D",)]),
    "in a long list": (select(NAME).where(NAME.in_(["A", *LONG])), [("A",)]),
    "not in a long list": (
        select(NAME).where(NAME.not_in(["A", *LONG])).order_by(NAME),
        [("B",), ("C",), ("D",)],
    ),
    "a long list with NULL": (select(NAME).where(NAME.not_in([None, *LONG])), []),
    "a long list of numbers": (
        select(IndexValuesTS.value).where(IndexValuesTS.value.in_([2.0, *range(10, 200)])),
        [(2.0,)],
    ),
    "a long list of times": (
        select(IndexValuesTS.value).where(
            IndexValuesTS.time_index.in_([day(3) + datetime.timedelta(n) for n in range(200)])
        ),
        [(3.0,)],
    ),
    "a list that is longer than its column": (
        select(NAME).where(NAME.in_(["A" + "x" * 300, *LONG])),
        [],
    ),
    "where exists": (select(AssetType.asset_type).where(~OF_ASSET), [("fund",)]),
    "select exists": (
        select(exists().where(NAME == "A").label("there"), exists().where(NAME == "x").label("x")),
        [(True, False)],
    ),
    "union": (
        union(select(TYPE.label("kind")), select(AssetType.asset_type)).order_by("kind"),
        [("bond",), ("equity",), ("fund",), (None,)],
    ),
    "union of all": (
        union_all(select(NAME.label("name")).where(NAME == "A"), select(Index.unique_identifier)),
        [("A",), ("I",)],
    ),
    "lateral": (last_two(), [("I", 2.0), ("I", 3.0)]),
    "offset": (select(NAME).order_by(NAME).offset(1).limit(2), [("B",), ("C",)]),
    "window": (
        select(
            IndexValuesTS.value,
            func.sum(IndexValuesTS.value).over(order_by=IndexValuesTS.time_index).label("sum"),
        ).order_by(IndexValuesTS.time_index),
        [(1.0, 1.0), (2.0, 3.0), (3.0, 6.0)],
    ),
    "group by": (
        select(TYPE, func.count().label("n"))
        .group_by(TYPE)
        .having(func.count() > 1)
        .order_by(TYPE),
        [("equity", 2)],
    ),
    "distinct": (select(TYPE).distinct().order_by(TYPE), [("bond",), ("equity",), (None,)]),
}


def upsert() -> Statement:
    given = postgresql.insert(AssetType).values(
        [
            {"asset_type": "equity", "display_name": "Shares"},
            {"asset_type": "cash", "display_name": None},
        ]
    )
    return given.on_conflict_do_update(
        index_elements=[AssetType.asset_type], set_={"display_name": given.excluded.display_name}
    )


TYPES = select(AssetType.asset_type, AssetType.display_name).order_by(AssetType.asset_type)
# Run in this order: each sees the rows that the one before it has left.
WRITES: dict[str, tuple[Statement, int, Statement, list[tuple[Any, ...]]]] = {
    "insert from a select": (
        insert(AssetType).from_select(
            ["asset_type"], select(TYPE).where(TYPE.not_in(select(AssetType.asset_type)))
        ),
        1,
        TYPES,
        [("bond", None), ("equity", "Equity"), ("fund", "Fund")],
    ),
    "upsert": (
        upsert(),
        2,
        TYPES,
        [("bond", None), ("cash", None), ("equity", "Shares"), ("fund", "Fund")],
    ),
    "update from another table": (
        update(Asset).where(AssetType.asset_type == TYPE).values(asset_type=AssetType.display_name),
        3,
        select(NAME, TYPE).order_by(NAME),
        [("A", "Shares"), ("B", "Shares"), ("C", None), ("D", None)],
    ),
    "update from a subquery": (
        update(Index).values(description=select(func.max(NAME)).scalar_subquery()),
        1,
        select(Index.description),
        [("D",)],
    ),
    "delete using another table": (
        delete(IndexValuesTS).where(
            IndexValuesTS.index_identifier == Index.unique_identifier, IndexValuesTS.value > 1.5
        ),
        2,
        select(IndexValuesTS.value),
        [(1.0,)],
    ),
    "delete where not exists": (
        delete(AssetType).where(~exists().where(AssetType.display_name == TYPE)),
        3,
        TYPES,
        [("equity", "Shares")],
    ),
    "delete with returning": (
        delete(AssetType).returning(AssetType.display_name),
        1,
        TYPES,
        [],
    ),
}


def run_all() -> tuple[dict[str, list[tuple[Any, ...]]], dict[str, tuple[int, Any]]]:
    runtime = runtime_with_rows()

    def rows(statement: Statement) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in runtime.execute(statement)]

    read = {name: rows(statement) for name, (statement, _rows) in READS.items()}
    written = {
        name: (runtime.execute(statement).row_count, rows(check))
        for name, (statement, _count, check, _rows) in WRITES.items()
    }
    return read, written


@pytest.fixture(scope="module")
def results(shared_environment: Mapping[str, str]) -> Any:
    return value_of(run_all, environment=shared_environment)


@pytest.mark.parametrize("name", READS)
def test_a_select_gives_its_rows(results: Any, name: str) -> None:
    assert results[0][name] == READS[name][1]


@pytest.mark.parametrize("name", WRITES)
def test_a_write_returns_its_count_and_changes_rows(results: Any, name: str) -> None:
    _statement, count, _check, rows = WRITES[name]
    assert results[1][name] == (count, rows)
