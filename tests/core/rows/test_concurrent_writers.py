"""Several writers of the same rows."""

import random
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest.mock import patch

import psycopg
import pytest
from psycopg import Connection
from sqlalchemy import select

import msm
from msm.errors import TransactionConflictError
from msm.models import AssetType
from msm.operations.results import Read
from msm.rows import write
from msm.rows.keys import table_of
from tests.core.rows.written import checked
from tests.support.forked import value_of

TABLE = AssetType.__tablename__
WRITERS = 3
CALLS = 6
KEYS = [f"key {number}" for number in range(8_000)]


def upsert_shuffled() -> tuple[int, int]:
    """How often a batch was sent again, and how many rows there are."""
    runtime = msm.start_engine([AssetType], timeout=60)
    again: list[float] = []

    def upsert(writer: int) -> None:
        chance = random.Random(writer)  # noqa: S311 - the same in every run
        for call in range(CALLS):
            keys = chance.sample(KEYS, len(KEYS))
            name = f"{writer} {call}"
            runtime.upsert(AssetType, [{"asset_type": key, "display_name": name} for key in keys])

    with patch("time.sleep", again.append), ThreadPoolExecutor(WRITERS) as executor:
        list(executor.map(upsert, range(WRITERS)))
    return len(again), runtime.execute(select(AssetType.asset_type)).row_count


def test_writers_of_shuffled_keys_all_succeed(environment: Mapping[str, str]) -> None:
    # In the order of the key, none of them meets another one in a deadlock.
    assert value_of(upsert_shuffled, environment=environment) == (0, len(KEYS))


def test_a_batch_is_in_the_order_of_its_key() -> None:
    rows = [{"asset_type": key, "display_name": f"of {key}"} for key in ("b", "c", "a")]
    (batch,) = checked(table_of(AssetType), rows, order=("asset_type",))
    assert batch.literals["asset_type"] == '{"a","b","c"}'
    assert batch.literals["display_name"] == '{"of a","of b","of c"}'
    assert batch.numbers == [2, 0, 1]


def delete_in_a_deadlock(url: str) -> list[str]:
    """The keys that are left."""
    runtime = msm.start_engine([AssetType])
    rows = [{"asset_type": key} for key in ("a", "b", "c")]
    undone = False
    while not undone:
        runtime.upsert(AssetType, rows)
        undone = is_undone(lambda: runtime.delete(AssetType, rows[:2]), url)
    return list(runtime.scalars(select(AssetType.asset_type)))


def is_undone(delete: Callable[[], int], url: str) -> bool:
    """Whether PostgreSQL undoes the delete, and not the transaction that it meets."""
    lock = f"SELECT 1 FROM {TABLE} WHERE asset_type = %s FOR UPDATE"
    thread = threading.Thread(target=delete)
    with psycopg.connect(url) as other, psycopg.connect(url, autocommit=True) as watching:
        other.execute(lock, ["b"])
        thread.start()
        while not watching.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone():
            time.sleep(0.01)
        # Each looks for a deadlock once, after a second: the delete does so first, unless this
        # process was stopped for that long.
        try:
            other.execute(lock, ["a"])
        except psycopg.errors.DeadlockDetected:
            return False
        finally:
            other.rollback()
            thread.join()
    return True


def test_a_batch_in_a_deadlock_is_repeated(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    url = f"{superuser.info.dsn} password={superuser.info.password}"
    assert value_of(delete_in_a_deadlock, url, environment=environment) == ["c"]


def upsert_in_the_way() -> int:
    attempts: list[None] = []

    def fail(*_arguments: Any) -> Read:
        attempts.append(None)
        raise TransactionConflictError(
            "A deadlock.", endpoint="http://x", status_code=409, detail="", sqlstate="40P01"
        )

    runtime = msm.start_engine([AssetType])
    with (
        patch("msm.rows.write.read", fail),
        patch("time.sleep"),
        pytest.raises(TransactionConflictError),
    ):
        runtime.upsert(AssetType, [{"asset_type": "a"}])
    return len(attempts)


def test_a_batch_is_repeated_a_few_times(environment: Mapping[str, str]) -> None:
    assert value_of(upsert_in_the_way, environment=environment) == write.MAX_ATTEMPTS
