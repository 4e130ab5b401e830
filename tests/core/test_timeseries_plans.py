"""How PostgreSQL finds observations: by which index, and what it reads of a long history."""

import datetime
import math
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest
from psycopg import Connection
from sqlalchemy import ColumnElement, Select
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Compiled

import msm
from msm import timeseries
from msm.models import Asset, AssetSnapshotsTS, OrdersTS
from msm.timeseries import between_statement, latest_parts, latest_statement
from tests.support.forked import value_of
from tests.support.generation import GENERATION
from tests.support.wire import Wire

GRAIN_INDEX = "uix__ms_markets__assetsnapshotsts__time_index__asset_identifier"


def day(number: int) -> datetime.datetime:
    return datetime.datetime(2025, 1, number, tzinfo=datetime.UTC)


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
        statement = latest_statement(*arguments)
        is_walked = conditions is not CONDITIONS["many assets"]
        assert ("RECURSIVE" in str(compiled_of(statement))) == is_walked
        found = rows_of(head_database, statement)
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


def test_identities_may_be_a_column_of_a_frame() -> None:
    names = pd.Series([f"A{n}" for n in range(200)])
    for given in (names, names.to_numpy(), set(names)):
        listing = AssetSnapshotsTS.asset_identifier.in_(given)
        assert "RECURSIVE" not in str(
            compiled_of(latest_statement(AssetSnapshotsTS, None, None, [listing], None))
        )


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
    for most in (1, 7, 1000):
        parts = latest_parts(*arguments, most=most)
        assert len(parts) == max(1, math.ceil(len(names) / most))
        # In the order of the whole.
        assert [row for part in parts for row in rows_of(head_database, part)] == found
    monkeypatch.setattr(timeseries, "_has_index", lambda _: False)
    assert latest_parts(*arguments, most=1)[1:] == []
    assert found == rows_of(head_database, latest_statement(*arguments))
    assert len(found) == len({*names, "A7"} & {f"A{n}" for n in range(1, 21)} - {"A7"})


def read_listed() -> tuple[int, int]:
    """How many rows came of 10,000 identities, and in how many requests."""
    runtime = msm.start_engine([AssetSnapshotsTS])
    names = [f"A{n}" for n in range(10_000)]
    listing = AssetSnapshotsTS.asset_identifier.in_(names)
    with Wire() as wire:
        found = runtime.latest(AssetSnapshotsTS, listing).frame()
    # The frame has whatever the rows have, in their order.
    assert list(found.index.get_level_values("asset_identifier")) == sorted(names)
    return len(found), len(wire.requests)


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
    # An answer of metatables has at most 10,000 rows; a full one shows that there may be others.
    requests = 2 if GENERATION == "metatables" else 1
    assert value_of(read_listed, environment=environment) == (10_000, requests)


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
