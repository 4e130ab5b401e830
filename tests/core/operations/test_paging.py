"""Selects of any size are read to their end, page by page, while others write."""

import datetime
import itertools
import threading
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest
from psycopg import Connection
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select, union

import msm
from msm import MarketsRuntime
from msm.errors import NoStableOrderError, ResultTruncatedError, StatementError
from msm.models import Asset, AssetType, Index, IndexValuesTS
from msm.sdk import DEFAULT_LIMITS, MetaTable
from msm_local.postgres.cluster import Cluster
from tests.core.operations.refusing import Refused, refused
from tests.support.forked import value_of
from tests.support.rows import dictionaries

MODELS = [Asset, AssetType, Index, IndexValuesTS]
DAYS = [datetime.datetime(2025, 1, day, tzinfo=datetime.UTC) for day in range(1, 8)]
NAMES = ["a", "b", "é"]
MAX_ROWS = DEFAULT_LIMITS.max_rows


def runtime_of_observations() -> MarketsRuntime:
    runtime = msm.start_engine(MODELS)
    index = {"index_type": "t", "calculation_method": "custom", "value_format": "decimal"}
    runtime.upsert(
        Index, [{"unique_identifier": name, "display_name": name, **index} for name in NAMES]
    )
    runtime.upsert(
        IndexValuesTS,
        [
            {"time_index": day, "index_identifier": name, "value": 0.5 if name == "a" else 1.5}
            for day, name in itertools.product(DAYS, NAMES)
        ],
    )
    return runtime


def read_in_every_size() -> list[list[tuple[Any, ...]]]:
    runtime = runtime_of_observations()
    statement = select(IndexValuesTS.time_index, IndexValuesTS.index_identifier)
    return [
        [tuple(row) for row in runtime.iter_rows(statement, page_size=size)]
        for size in (1, 2, 7, 20, 21, 22, 1_000)
    ]


def test_every_page_size_gives_the_same_rows(
    shared_environment: Mapping[str, str],
) -> None:
    expected = list(itertools.product(DAYS, NAMES))
    for rows in value_of(read_in_every_size, environment=shared_environment):
        assert rows == expected


def read_in_orders() -> list[list[dict[str, Any]]]:
    runtime = runtime_of_observations()
    by_name = select(IndexValuesTS.time_index.label("day"), IndexValuesTS.index_identifier)
    joined = select(IndexValuesTS.value, Index.display_name).join(
        Index, Index.unique_identifier == IndexValuesTS.index_identifier
    )
    statements = (
        by_name.order_by(IndexValuesTS.index_identifier.desc()),
        by_name.order_by(IndexValuesTS.index_identifier, IndexValuesTS.time_index.desc()),
        by_name.order_by(IndexValuesTS.time_index.desc(), IndexValuesTS.index_identifier.desc()),
        joined.where(IndexValuesTS.value > 1, Index.unique_identifier != "b"),
    )
    return [dictionaries(runtime.iter_rows(it, page_size=2)) for it in statements]


def test_pages_follow_key_orders_and_joins(
    shared_environment: Mapping[str, str],
) -> None:
    down, mixed, back, joined = value_of(read_in_orders, environment=shared_environment)
    rows = {
        "down": [(day, name) for name in reversed(NAMES) for day in DAYS],
        "mixed": [(day, name) for name in NAMES for day in reversed(DAYS)],
        "back": [(day, name) for day in reversed(DAYS) for name in reversed(NAMES)],
    }
    for name, read in {"down": down, "mixed": mixed, "back": back}.items():
        assert [tuple(row.values()) for row in read] == rows[name]
    assert joined == [{"value": 1.5, "display_name": "é"}] * len(DAYS)


WINDOW = func.row_number().over(order_by=Asset.uid)
REFUSED: dict[str, tuple[Any, str]] = {
    "GROUP BY": (
        select(Asset.asset_type).group_by(Asset.asset_type),
        "GROUP BY makes its rows depend on each other",
    ),
    "HAVING": (
        select(func.count(Asset.uid)).having(func.count() > 1),
        "HAVING makes its rows depend on each other",
    ),
    "DISTINCT": (
        select(Asset.asset_type).distinct(),
        "DISTINCT makes its rows depend on each other",
    ),
    "LIMIT": (select(Asset).limit(5), "LIMIT or OFFSET makes its rows depend on each other"),
    "outer join": (
        select(Asset).outerjoin(AssetType, AssetType.asset_type == Asset.asset_type),
        "an outer join leaves parts of the key NULL",
    ),
    "union": (
        union(select(Asset.uid), select(Index.uid)),
        "CompoundSelect is not a select of models",
    ),
    "model": (Asset, "Asset is not a select of models"),
    "insert": (insert(Asset), "Insert is not a select of models"),
    "subquery": (
        select(select(Asset.uid).subquery().c.uid),
        "Subquery as a source has no key",
    ),
    "cte": (select(select(Asset.uid).cte().c.uid), "CTE as a source has no key"),
    "function": (
        select(Asset.uid, func.generate_series(1, 2).table_valued("n").c.n),
        "TableValuedAlias as a source has no key",
    ),
    "window": (
        select(WINDOW.label("n")).select_from(Asset),
        f"the window of {WINDOW.label('n')} would end with a page",
    ),
    "no model": (
        select(Table("own", MetaData(), Column("x", Integer))),
        "own belongs to no model",
    ),
    "order": (
        select(Asset).order_by(Asset.asset_type),
        (
            "others may change ms_markets__asset.asset_type, which it is ordered by, between two "
            "pages (its key is ms_markets__asset.uid)"
        ),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_paging_error_says_why(name: str) -> None:
    """The error comes from the call itself, before anything is sent."""
    statement, reason = REFUSED[name]
    meta_tables = {model: MetaTable.model_construct(uid=model.__name__) for model in MODELS}
    runtime = MarketsRuntime(meta_tables, data_source_uid="none")
    with pytest.raises(NoStableOrderError) as caught:
        runtime.iter_rows(statement)
    assert caught.value.reason == reason
    assert str(caught.value) == (
        f"The statement cannot be read in pages, because {reason}; read models, aliases and inner "
        "joins with where(), ordered by their keys, and do the rest in Python."
    )


def test_a_page_size_error_says_the_minimum() -> None:
    runtime = MarketsRuntime({}, data_source_uid="none")
    sizes: list[Any] = [0, "1000", 10.0, None]
    for size in sizes:
        with pytest.raises(StatementError) as caught:
            runtime.iter_rows(select(Asset), page_size=size)
        assert str(caught.value) == f"page_size is {size!r}; fetch at least 1 row a page."


def reasons() -> list[str]:
    runtime = runtime_of_observations()
    statements = (
        select(func.count()).select_from(Index),
        select(Index.uid, func.generate_series(1, 2)),
    )
    found = []
    for statement, size in itertools.product(statements, (1, 2, 100)):
        with pytest.raises(NoStableOrderError) as caught:
            list(runtime.iter_rows(statement, page_size=size))
        found.append(caught.value.reason)
    return found


def test_postgresql_finds_selects_without_a_key(
    shared_environment: Mapping[str, str],
) -> None:
    assert value_of(reasons, environment=shared_environment) == [
        *["an aggregate has no key"] * 3,
        *["a function in it returns several rows for one row of its tables"] * 3,
    ]


def read_all() -> tuple[int, int, list[str], Refused]:
    runtime = msm.start_engine(MODELS)
    everything = select(Asset.unique_identifier).where(Asset.unique_identifier.like("many-%"))
    result = runtime.execute(everything)
    return (
        result.row_count,
        len(set(result.scalars())),
        list(result.frame().columns),
        refused(runtime.execute, everything.order_by(Asset.unique_identifier)),
    )


type Large = tuple[int, int, list[str], Refused]


@pytest.fixture(scope="module")
def large(shared_environment: Mapping[str, str], shared_database: Connection) -> Large:
    """What is read of a table with one row more than an answer carries."""
    shared_database.execute(
        "INSERT INTO ms_markets__asset (unique_identifier)"
        " SELECT 'many-' || n FROM generate_series(1, 100001) n"
    )
    found: Large = value_of(read_all, environment=shared_environment)
    return found


def test_a_large_select_is_complete_or_refused(large: Large) -> None:
    count, different, columns, error = large
    assert (count, different, columns) == (100_001, 100_001, ["unique_identifier"])
    assert error.kind is ResultTruncatedError
    assert error.facts["limit"] == MAX_ROWS


def test_a_truncation_error_says_how_to_read_less(large: Large) -> None:
    assert large[-1].message == (
        f"The select may have more rows than the {MAX_ROWS:,} that one answer carries, and cannot "
        "be read in pages, because others may change ms_markets__asset.unique_identifier, which it "
        "is ordered by, between two pages (its key is ms_markets__asset.uid); narrow it with "
        "where(), or read it in parts with limit()."
    )


WRITES = (
    (
        "UPDATE ms_markets__assettype SET description = md5(random()::text)"
        " WHERE asset_type LIKE 'stays-%' AND random() < 0.05"
    ),
    (
        "INSERT INTO ms_markets__assettype (asset_type)"
        " SELECT 'new-' || gen_random_uuid() FROM generate_series(1, 50)"
    ),
    "DELETE FROM ms_markets__assettype WHERE asset_type LIKE 'new-%' AND random() < 0.5",
)


def read_several_times() -> list[list[str]]:
    runtime = msm.start_engine(MODELS)
    names = select(AssetType.asset_type)
    return [[name for (name,) in runtime.iter_rows(names, page_size=40)] for _ in range(4)]


def test_each_row_is_read_once_while_others_write(
    shared_environment: Mapping[str, str], shared_database: Connection, cluster: Cluster
) -> None:
    shared_database.execute(
        "INSERT INTO ms_markets__assettype (asset_type)"
        " SELECT 'stays-' || n FROM generate_series(1, 1000) n"
    )
    stays = {f"stays-{number}" for number in range(1, 1001)}
    done = threading.Event()
    written: Counter[str] = Counter()

    def write(statement: str) -> None:
        url = cluster.admin_url(shared_database.info.dbname)
        with psycopg.connect(url, autocommit=True) as connection:
            while not done.is_set():
                written[statement] += connection.execute(statement.encode()).rowcount
                done.wait(0.005)

    writers = [threading.Thread(target=write, args=(statement,)) for statement in WRITES]
    with ExitStack() as stack:
        for writer in writers:
            writer.start()
            stack.callback(writer.join)
        stack.callback(done.set)
        passes = value_of(read_several_times, environment=shared_environment)
    assert min(written[statement] for statement in WRITES) > 100
    for names in passes:
        counts = Counter(names)
        assert {name for name in counts if name.startswith("stays-")} == stays
        assert max(counts.values()) == 1
    # Proves that rows came and went between the pages.
    assert len({frozenset(names) for names in passes}) == len(passes)
