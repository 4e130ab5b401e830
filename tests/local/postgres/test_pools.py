"""The pools of a platform, whose sessions can end at any time, for example by a reset."""

import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import psycopg
import pytest

from msm_local.database import bootstrap
from msm_local.database.pools import PLATFORM_SETTINGS, POOL_SIZE, POOL_TIMEOUT
from msm_local.errors import DatabaseSetupError
from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from msm_local.repositories.settings import Settings
from tests.local.conftest import Client, new_client
from tests.support.waiting import soon

END_ALL = """
SELECT count(*) FILTER (WHERE pg_terminate_backend(pid, 5000))
FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def test_pools_replace_sessions_that_the_server_ended(client: Client) -> None:
    thing = client.active("thing", "CREATE TABLE thing (id bigint PRIMARY KEY)")
    slow = "SELECT count(*) FROM generate_series(1, 2000000)"

    def occupy(_: int) -> httpx.Response:
        return client.execute("select", slow, [thing])

    with ThreadPoolExecutor(4) as crowd:
        list(crowd.map(occupy, range(4)))
    with psycopg.connect(client.admin_url, autocommit=True) as administrator:
        row = administrator.execute(END_ALL).fetchone()
    # Both pools have several connections, and all of them have ended now.
    assert row is not None
    assert row[0] > 4
    with ThreadPoolExecutor(4) as crowd:
        answers = list(
            crowd.map(
                lambda _: client.http.get("/meta-tables/", timeout=POOL_TIMEOUT / 2), range(4)
            )
        )
    assert {answer.status_code for answer in answers} == {200}
    assert client.http.get("/health/").status_code == 200
    assert client.execute("select", "SELECT id FROM thing", [thing]).json()["rows"] == []


def test_health_answers_while_requests_wait_for_a_lock(client: Client) -> None:
    uid = client.active("thing", "CREATE TABLE thing (id bigint PRIMARY KEY)")
    with ThreadPoolExecutor(POOL_SIZE + 1) as crowd:
        with psycopg.connect(client.admin_url) as holder:
            holder.execute("SELECT FROM msm_local.meta_tables FOR UPDATE")
            waiting = [crowd.submit(client.finalize, uid) for _ in range(POOL_SIZE + 1)]
            assert soon(lambda: waiting_for_a_lock(client) == POOL_SIZE)
            assert client.http.get("/health/", timeout=POOL_TIMEOUT / 2).status_code == 200
            assert waiting_for_a_lock(client) == POOL_SIZE
        assert {future.result()[0] for future in waiting} == {200}


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("lock_timeout", (409, "TransactionConflictError")),
        ("statement_timeout", (408, "StatementTimeoutError")),
    ],
)
def test_a_catalog_request_ends_at_its_timeout(
    cluster: Cluster,
    database: str,
    monkeypatch: pytest.MonkeyPatch,
    setting: str,
    expected: tuple[int, str],
) -> None:
    assert set(PLATFORM_SETTINGS) == {"lock_timeout", "statement_timeout"}
    monkeypatch.setitem(PLATFORM_SETTINGS, setting, "200ms")
    with new_client(cluster, database) as client:
        uid = client.active("thing", "CREATE TABLE thing (id bigint PRIMARY KEY)")
        with psycopg.connect(client.admin_url) as holder:
            holder.execute("SELECT FROM msm_local.meta_tables FOR UPDATE")
            status, answer = client.finalize(uid)
    assert (status, answer["error"]) == expected


def test_a_start_prepares_its_database_once(
    cluster: Cluster, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared: list[str] = []
    once = bootstrap._prepare

    def counted(connection: psycopg.Connection[Any], like: Settings | None) -> Settings:
        prepared.append(connection.info.dbname)
        return once(connection, like)

    monkeypatch.setattr(bootstrap, "_prepare", counted)
    with new_client(cluster, database):
        assert prepared == [database]


def test_a_start_raises_why_its_database_is_refused(cluster: Cluster) -> None:
    platform = LocalPlatform(cluster.platform_url("no such database"))
    with pytest.raises(DatabaseSetupError, match="does not exist"):
        platform.__enter__()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", platform.port))


def waiting_for_a_lock(client: Client) -> int:
    with psycopg.connect(client.admin_url) as admin:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        [(count,)] = admin.execute(f"{query} AND wait_event_type = 'Lock'".encode()).fetchall()
    return int(count)
