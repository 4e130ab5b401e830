"""Time series through the attached models: intervals, last observations, and their query plans."""

import datetime
import re
from collections.abc import Callable, Mapping
from typing import Any, assert_type

import pandas as pd
import pytest
from psycopg import Connection
from sqlalchemy import ColumnElement, Select
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Compiled

import msm
from msm import timeseries
from msm.errors import StatementError
from msm.models import Account, Asset, AssetSnapshotsTS, Index, IndexValuesTS, OrdersTS
from msm.timeseries import between_statement, latest_statement
from tests.support.forked import value_of
from tests.support.rows import dictionaries

MODELS = [Account, Asset, Index, IndexValuesTS, OrdersTS]
GRAIN_INDEX = "uix__ms_markets__assetsnapshotsts__time_index__asset_identifier"
INDEX = {
    "index_type": "t",
    "display_name": "I",
    "calculation_method": "custom",
    "value_format": "decimal",
}


def day(number: int) -> datetime.datetime:
    return datetime.datetime(2025, 1, number, tzinfo=datetime.UTC)


def runtime_with_values() -> msm.MarketsRuntime:
    """Index A has values on days 1 to 4, B on days 1 and 2; each value is its day."""
    runtime = msm.start_engine(MODELS)
    runtime.insert(Index, [INDEX | {"unique_identifier": name} for name in "AB"])
    values = [("A", number) for number in (4, 3, 2, 1)] + [("B", 1), ("B", 2)]
    runtime.insert(
        IndexValuesTS,
        [
            {"time_index": day(number), "index_identifier": name, "value": number}
            for name, number in values
        ],
    )
    return runtime


def grain_of(observations: msm.Observations[IndexValuesTS]) -> list[tuple[str, int]]:
    return [(value.index_identifier, value.time_index.day) for value in observations.scalars()]


def typed_calls(runtime: msm.MarketsRuntime) -> None:
    """Calls for the type checker; they are never run."""
    assert_type(runtime.latest(IndexValuesTS), msm.Observations[IndexValuesTS])
    assert_type(runtime.between(IndexValuesTS, day(1), day(2)).frame(), pd.DataFrame)
    assert_type(runtime.upsert(IndexValuesTS, pd.DataFrame()), int)
    runtime.latest(IndexValuesTS, columns=[1])  # type: ignore[list-item]
    runtime.upsert(IndexValuesTS, {"value": 1.0})  # type: ignore[arg-type]
    runtime.between(IndexValuesTS, 20250101, day(2))  # type: ignore[call-overload]


def read_intervals() -> list[list[tuple[str, int]]]:
    runtime = runtime_with_values()
    zone = datetime.timezone(datetime.timedelta(hours=2))
    return [
        grain_of(found)
        for found in (
            runtime.between(IndexValuesTS, day(1), day(3)),
            runtime.between(IndexValuesTS, day(2).astimezone(zone), day(30)),
            runtime.between(IndexValuesTS, day(1), day(1)),
            runtime.between(IndexValuesTS, day(1), day(9), IndexValuesTS.value > 3),
        )
    ]


def test_an_interval_includes_its_start_only(environment: Mapping[str, str]) -> None:
    assert value_of(read_intervals, environment=environment) == [
        [("A", 1), ("B", 1), ("A", 2), ("B", 2)],
        [("A", 2), ("B", 2), ("A", 3), ("A", 4)],
        [],
        [("A", 4)],
    ]


def read_latest() -> list[list[tuple[str, int]]]:
    runtime = runtime_with_values()
    is_low = IndexValuesTS.value < 3
    return [
        grain_of(found)
        for found in (
            runtime.latest(IndexValuesTS),
            runtime.latest(IndexValuesTS, as_of=day(3)),
            runtime.latest(IndexValuesTS, as_of=day(1) - datetime.timedelta(seconds=1)),
            runtime.latest(IndexValuesTS, is_low),
            runtime.latest(IndexValuesTS, per=[]),
            runtime.latest(IndexValuesTS, is_low, per=[]),
            runtime.latest(IndexValuesTS, IndexValuesTS.index_identifier == "B", per=[]),
        )
    ]


def test_latest_is_per_identity_until_as_of(
    environment: Mapping[str, str],
) -> None:
    assert value_of(read_latest, environment=environment) == [
        [("A", 4), ("B", 2)],
        [("A", 3), ("B", 2)],
        [],
        [("A", 2), ("B", 2)],
        [("A", 4)],
        [("A", 2), ("B", 2)],
        [("B", 2)],
    ]


def read_pages() -> list[list[dict[str, Any]]]:
    runtime = runtime_with_values()
    whole = [
        runtime.latest(IndexValuesTS, IndexValuesTS.value < 3, per=[]),
        runtime.between(IndexValuesTS, day(1), day(4)),
    ]
    paged = [
        latest_statement(IndexValuesTS, None, [], [IndexValuesTS.value < 3], None),
        between_statement(IndexValuesTS, day(1), day(4), [], None),
    ]
    return [
        *(dictionaries(found) for found in whole),
        *(dictionaries(runtime.iter_rows(it, page_size=1)) for it in paged),
    ]


def test_long_time_series_are_paged(environment: Mapping[str, str]) -> None:
    latest, interval, *paged = value_of(read_pages, environment=environment)
    assert (len(latest), len(interval)) == (2, 5)
    assert paged == [latest, interval]


def read_latest_per_account() -> list[tuple[str, str]]:
    runtime = msm.start_engine(MODELS)
    runtime.insert(Asset, [{"unique_identifier": name} for name in "XYZ"])
    runtime.insert(Account, [{"unique_identifier": n, "account_name": n} for n in "ab"])
    orders = [("a", "X", 1), ("a", "Y", 2), ("a", "Z", 2), ("b", "X", 1)]
    runtime.insert(
        OrdersTS,
        [
            {
                "order_time": day(number),
                "order_identifier": asset,
                "account_identifier": account,
                "asset_identifier": asset,
            }
            for account, asset, number in orders
        ],
    )
    found = runtime.latest(OrdersTS, per=[OrdersTS.account_identifier])
    return [(order.account_identifier, order.asset_identifier) for order in found.scalars()]


def test_latest_per_dimension_is_its_last_time(
    environment: Mapping[str, str],
) -> None:
    found = value_of(read_latest_per_account, environment=environment)
    assert sorted(found) == [("a", "Y"), ("a", "Z"), ("b", "X")]


def read_frames() -> tuple[pd.DataFrame, pd.DataFrame, str]:
    runtime = runtime_with_values()
    columns = [IndexValuesTS.index_identifier, IndexValuesTS.value, IndexValuesTS.source_as_of]
    found = runtime.between(IndexValuesTS, day(1), day(3), columns=columns)
    empty = runtime.latest(IndexValuesTS, as_of=day(1) - datetime.timedelta(days=1))
    return found.frame(), empty.frame(), repr(found)


def test_a_frame_has_the_index_of_the_model(
    environment: Mapping[str, str],
) -> None:
    frame, empty, shown = value_of(read_frames, environment=environment)
    assert shown == "<4 observations by time_index, index_identifier>"
    assert frame["value"].to_dict() == {
        (pd.Timestamp(day(number)), name): float(number) for number in (1, 2) for name in "AB"
    }
    assert list(frame.columns) == ["value", "source_as_of"]
    for found in (frame, empty):
        assert found.index.names == ["time_index", "index_identifier"]
        assert str(found.index.get_level_values(0).dtype) == "datetime64[us, UTC]"
        assert str(found["value"].dtype) == "float64"
        assert str(found["source_as_of"].dtype) == "datetime64[us, UTC]"
    assert len(empty) == 0


NAIVE = datetime.datetime(2025, 1, 1)  # noqa: DTZ001 - the point of the tests
AWARE = "pass an aware datetime, such as datetime.now(datetime.UTC)."


ERRORS: dict[str, tuple[Callable[[], object], str]] = {
    "start without a zone": (
        lambda: between_statement(IndexValuesTS, NAIVE, day(2), [], None),
        f"start: {NAIVE!r} has no time zone; {AWARE}",
    ),
    "end without a zone": (
        lambda: between_statement(IndexValuesTS, day(1), NAIVE, [], None),
        f"end: {NAIVE!r} has no time zone; {AWARE}",
    ),
    "end before start": (
        lambda: between_statement(IndexValuesTS, day(2), day(1), [], None),
        (
            "The interval ends at 2025-01-01T00:00:00+00:00, before it starts at "
            "2025-01-02T00:00:00+00:00; swap start and end."
        ),
    ),
    "latest of a model without a time index": (
        lambda: latest_statement(Index, None, None, [], None),
        "Index has no time index; read it with execute() and a select.",
    ),
    "interval of a model without a time index": (
        lambda: between_statement(Index, day(1), day(2), [], None),
        "Index has no time index; read it with execute() and a select.",
    ),
    "as_of without a zone": (
        lambda: latest_statement(IndexValuesTS, NAIVE, None, [], None),
        f"as_of: {NAIVE!r} has no time zone; {AWARE}",
    ),
    "per another column": (
        lambda: latest_statement(IndexValuesTS, None, [IndexValuesTS.value], [], None),
        (
            "value is not an identity dimension of IndexValuesTS; pass per= some of its "
            "dimensions: index_identifier."
        ),
    ),
    "a column of another model": (
        lambda: latest_statement(IndexValuesTS, None, None, [], [OrdersTS.quantity]),
        (
            "OrdersTS.quantity is not a column of IndexValuesTS; pass names or attributes of its "
            "columns, or join the models in a select, and execute() it."
        ),
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_a_time_series_error_says_what_to_change(name: str) -> None:
    call, sentence = ERRORS[name]
    with pytest.raises(StatementError) as caught:
        call()
    assert str(caught.value) == sentence


def compiled_of(statement: Select[*tuple[Any, ...]]) -> Compiled:
    return statement.compile(
        dialect=postgresql.dialect(paramstyle="pyformat"),  # type: ignore[no-untyped-call]
        compile_kwargs={"render_postcompile": True},
    )


def plan_of(
    database: Connection, statement: Select[*tuple[Any, ...]], options: str = "VERBOSE OFF"
) -> str:
    compiled = compiled_of(statement)
    query = f"EXPLAIN ({options}) {compiled}".encode()
    rows = database.execute(query, compiled.params).fetchall()
    return "\n".join(line for (line,) in rows)


def insert_snapshots(database: Connection, hours: int) -> None:
    """Twenty assets, each with a snapshot an hour."""
    database.execute(
        "INSERT INTO ms_markets__asset (unique_identifier)"
        " SELECT 'A' || n FROM generate_series(1, 20) n"
    )
    database.execute(
        "INSERT INTO ms_markets__assetsnapshotsts (time_index, asset_identifier)"
        " SELECT timestamptz '2025-01-01Z' + h * interval '1 hour', 'A' || n"
        " FROM generate_series(1, %s) h, generate_series(1, 20) n",
        [hours],
    )
    database.execute("ANALYZE ms_markets__assetsnapshotsts")


def test_observations_are_found_by_the_unique_index(head_database: Connection) -> None:
    insert_snapshots(head_database, hours=1000)
    between = between_statement(AssetSnapshotsTS, day(3), day(4), [], None)
    interval = plan_of(head_database, between)
    assert f"Scan on {GRAIN_INDEX}" in interval
    assert "Index Cond: ((time_index >= '2025-01-03" in interval
    assert "Seq Scan" not in interval
    per_all = latest_statement(AssetSnapshotsTS, day(20), [], [], None)
    assert f"using {GRAIN_INDEX} on ms_markets__assetsnapshotsts " in plan_of(
        head_database, per_all
    )


def read_by(database: Connection, statement: Select[*tuple[Any, ...]]) -> int:
    """How many entries of an index PostgreSQL visits for a statement, at least."""
    plan = plan_of(database, statement, "ANALYZE, TIMING OFF")
    assert "Seq Scan" not in plan.replace("(never executed)", "")
    return sum(
        int(float(rows) * int(loops))
        for rows, loops in re.findall(r"Scan .*actual rows=([\d.]+) loops=(\d+)", plan)
    )


def test_latest_reads_no_more_of_a_longer_history(head_database: Connection) -> None:
    insert_snapshots(head_database, hours=1000)
    for statement in (
        latest_statement(AssetSnapshotsTS, None, None, [], None),
        latest_statement(AssetSnapshotsTS, day(20), None, [], None),
    ):
        assert read_by(head_database, statement) < 200


def read_snapshots() -> int:
    runtime = msm.start_engine([Asset, AssetSnapshotsTS])
    return runtime.latest(AssetSnapshotsTS).row_count


def test_the_platform_walks_the_index_too(
    superuser: Connection, environment: Mapping[str, str]
) -> None:
    insert_snapshots(superuser, hours=2500)
    assert value_of(read_snapshots, environment=environment) == 20
    # A session reports what it has read when it ends.
    superuser.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    read = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE relname = %s"
    [[count]] = superuser.execute(read, ["ms_markets__assetsnapshotsts"]).fetchall()
    assert 20 <= count < 5000


CONDITIONS: dict[str, list[ColumnElement[bool]]] = {
    "none": [],
    "one account": [OrdersTS.account_identifier == "B"],
    "some assets": [OrdersTS.asset_identifier.in_(["A2", "A7", "A19"])],
    "many assets": [OrdersTS.asset_identifier.in_([f"A{n}" for n in range(5, 200)])],
    "a value": [OrdersTS.quantity > 0.5],
    "a value of an asset": [OrdersTS.quantity > 0.2, OrdersTS.asset_identifier == "A8"],
    "no row": [OrdersTS.quantity > 2],
}


@pytest.mark.parametrize("conditions", CONDITIONS.values(), ids=CONDITIONS)
@pytest.mark.parametrize("most", [1, 7, 1000])
def test_latest_is_the_same_however_it_is_found(
    head_database: Connection,
    monkeypatch: pytest.MonkeyPatch,
    most: int,
    conditions: list[ColumnElement[bool]],
) -> None:
    """By walking over an index, by aggregating what is left of it, and by aggregating all."""
    monkeypatch.setattr(timeseries, "MAX_IDENTITIES", most)
    insert_orders(head_database)
    for as_of in (None, day(9)):
        arguments = (OrdersTS, as_of, None, conditions, None)
        found = rows_of(head_database, latest_statement(*arguments))
        with monkeypatch.context() as patch:
            patch.setattr(timeseries, "_has_index", lambda _: False)
            expected = rows_of(head_database, latest_statement(*arguments))
        assert found == expected
        assert bool(found) == (conditions is not CONDITIONS["no row"])


LISTS = {
    "some": ["A3", "A17", "A3", "none"],
    "many": [f"A{n}" for n in range(5, 200)],
    "none": [],
}


@pytest.mark.parametrize("names", LISTS.values(), ids=LISTS)
@pytest.mark.parametrize("before", [None, day(2)])
def test_latest_of_listed_identities_is_found_by_each(
    head_database: Connection,
    monkeypatch: pytest.MonkeyPatch,
    names: list[str],
    before: datetime.datetime | None,
) -> None:
    insert_snapshots(head_database, hours=50)
    listing = AssetSnapshotsTS.asset_identifier.in_(names)
    other = AssetSnapshotsTS.asset_identifier != "A7"
    arguments = (AssetSnapshotsTS, before, None, [other, listing], None)
    statement = latest_statement(*arguments)
    assert "RECURSIVE" not in str(compiled_of(statement))
    found = rows_of(head_database, statement)
    monkeypatch.setattr(timeseries, "_has_index", lambda _: False)
    assert found == rows_of(head_database, latest_statement(*arguments))
    assert len(found) == len({*names, "A7"} & {f"A{n}" for n in range(1, 21)} - {"A7"})


def read_listed() -> int:
    runtime = msm.start_engine([AssetSnapshotsTS])
    names = [f"A{n}" for n in range(10_000)]
    listing = AssetSnapshotsTS.asset_identifier.in_(names)
    return len(runtime.latest(AssetSnapshotsTS, listing).all())


def test_latest_of_ten_thousand_identities_needs_no_statistics(
    superuser: Connection, environment: Mapping[str, str]
) -> None:
    """With a search of the whole list at each step, it ran for minutes."""
    superuser.execute("SET session_replication_role = replica")
    superuser.execute(
        "INSERT INTO ms_markets__assetsnapshotsts (time_index, asset_identifier)"
        " SELECT timestamptz '2025-01-01Z' + d * interval '1 day', 'A' || n"
        " FROM generate_series(1, 3) d, generate_series(0, 12000) n"
    )
    assert value_of(read_listed, environment=environment) == 10_000


def insert_orders(database: Connection) -> None:
    """Orders of two accounts, of none to six times each."""
    insert_snapshots(database, hours=1)
    database.execute(
        "INSERT INTO ms_markets__account (unique_identifier, account_name)"
        " VALUES ('A', 'A'), ('B', 'B')"
    )
    database.execute(
        "INSERT INTO ms_markets__ordersts"
        " (order_time, order_identifier, account_identifier, asset_identifier, quantity)"
        " SELECT timestamptz '2025-01-01Z' + (n * d) % 19 * interval '1 day', 'O' || n % 3,"
        " chr(65 + n % 2), 'A' || n, (n * d % 7) / 7.0"
        " FROM generate_series(1, 20) n, generate_series(1, 6) d WHERE n % 5 >= d % 4"
        " ON CONFLICT DO NOTHING"
    )


def rows_of(database: Connection, statement: Select[*tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    compiled = compiled_of(statement)
    return database.execute(str(compiled).encode(), compiled.params).fetchall()
