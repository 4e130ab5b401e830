"""Requests that are too large, too slow or abandoned by their client do no harm."""

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psutil
import psycopg
import pytest
from psycopg.errors import QueryCanceled
from starlette.types import Message, Receive, Scope, Send

from msm_local.api.body_limit import MAX_BYTES, BodyLimit
from msm_local.services.cancellation import Cancellation
from tests.local.conftest import Client
from tests.support.waiting import soon

SLEEP = "SELECT count(*) FROM generate_series(1, 10000000000)"


@pytest.fixture(scope="module")
def thing(shared_client: Client) -> str:
    return shared_client.active("thing", "CREATE TABLE thing (id bigint PRIMARY KEY, s text)")


@pytest.fixture(autouse=True)
def _let_go(shared_client: Client) -> Iterator[None]:
    """Wait until the server has noticed all disconnects, and only the tests' client is left."""
    yield
    port = shared_client.platform.port
    assert soon(lambda: len([c for c in connections() if c.laddr.port == port]) <= 1)


def test_too_large_a_body_is_refused(shared_client: Client, thing: str) -> None:
    sql = "SELECT %(s)s::text AS s"
    answer = shared_client.execute("select", sql, [thing], {"s": "x" * MAX_BYTES})
    assert (answer.status_code, answer.json()["error"]) == (413, "BodyTooLargeError")
    assert answer.json()["limit"] == MAX_BYTES
    assert shared_client.http.get("/health/").status_code == 200


def test_too_many_returned_rows_undo_a_write(shared_client: Client, thing: str) -> None:
    insert = "INSERT INTO thing (id) SELECT generate_series(1, 100001) RETURNING id"
    answer = shared_client.execute("insert", insert, [thing])
    assert (answer.status_code, answer.json()["error"]) == (413, "TooManyRowsError")
    assert answer.json()["limit"] == 100_000
    count = shared_client.execute("select", "SELECT count(*) AS n FROM thing", [thing])
    assert count.json()["rows"] == [{"n": 0}]


def test_a_page_has_at_most_the_maximum_rows(shared_client: Client, thing: str) -> None:
    sql = "SELECT generate_series(1, 100002) AS n"
    limits = {"max_rows": 1_000_000}
    page = shared_client.execute("select", sql, [thing], limits=limits).json()
    assert (len(page["rows"]), page["truncated"]) == (100_000, True)
    assert page["pagination"]["next_offset"] == 100_000


WIDE = "repeat('x', 1000000) AS s FROM generate_series(1, 400)"


@pytest.mark.parametrize(
    ("operation", "sql"),
    [
        ("select", f"SELECT {WIDE}"),
        ("select", f"SELECT json_build_array(s) AS j FROM (SELECT {WIDE}) AS wide"),
        ("select", f"SELECT ARRAY[s] AS a FROM (SELECT {WIDE}) AS wide"),
        ("insert", f"INSERT INTO thing SELECT n, {WIDE} AS n RETURNING s"),
    ],
    ids=["text", "json", "array", "returning"],
)
def test_too_wide_rows_are_refused(
    shared_client: Client, thing: str, operation: str, sql: str
) -> None:
    limits = {"max_rows": 100_000}
    answer = shared_client.execute(operation, sql, [thing], limits=limits)
    assert (answer.status_code, answer.json()["error"]) == (413, "AnswerTooLargeError")
    assert answer.json()["limit"] == 128 << 20
    count = shared_client.execute("select", "SELECT count(*) AS n FROM thing", [thing])
    assert count.json()["rows"] == [{"n": 0}]


@pytest.mark.parametrize("size", [199, 200, 201, 400, 401, 1000])
def test_a_page_ends_right_for_every_fetch_size(
    shared_client: Client, thing: str, size: int
) -> None:
    sql = f"SELECT generate_series(1, {size}) AS n"
    for page in (size - 1, size, size + 1):
        answer = shared_client.execute("select", sql, [thing], limits={"max_rows": page}).json()
        assert [row["n"] for row in answer["rows"]] == list(range(1, min(page, size) + 1))
        assert answer["truncated"] == (page < size)


TOO_LARGE = [
    ("SELECT repeat('x', 2000000000)", "54000"),
    (f"SELECT {', '.join('1' for _ in range(1665))}", "54011"),
]


@pytest.mark.parametrize(("sql", "sqlstate"), TOO_LARGE, ids=["text", "columns"])
def test_a_limit_of_postgresql_is_too_large(
    shared_client: Client, thing: str, sql: str, sqlstate: str
) -> None:
    answer = shared_client.execute("select", sql, [thing])
    assert (answer.status_code, answer.json()["error"]) == (413, "OperationTooLargeError")
    assert answer.json()["sqlstate"] == sqlstate


VALUES = [
    ("SELECT 1 / 0 AS n", "22012"),
    ("SELECT 'x'::int AS n", "22P02"),
    ("SELECT 99999999999::int AS n", "22003"),
    ("SELECT '2026-13-01'::date AS d", "22008"),
    ("SELECT '{'::jsonb AS j", "22P02"),
]


@pytest.mark.parametrize(("sql", "sqlstate"), VALUES, ids=[state for _sql, state in VALUES])
def test_an_invalid_value_is_refused_with_its_sqlstate(
    shared_client: Client, thing: str, sql: str, sqlstate: str
) -> None:
    answer = shared_client.execute("select", sql, [thing])
    assert (answer.status_code, answer.json()["error"]) == (400, "ValueRefusedError")
    assert answer.json()["sqlstate"] == sqlstate


STRANGE: list[tuple[str, Any]] = [
    ("NUL", "a\x00b"),
    ("surrogate", "\ud800"),
    ("mixed list", [1, "a"]),
    ("deep", json.loads("[" * 200 + "]" * 200)),
]


@pytest.mark.parametrize(("name", "value"), STRANGE, ids=[name for name, _value in STRANGE])
def test_a_parameter_that_postgresql_cannot_store_is_refused(
    shared_client: Client, thing: str, name: str, value: object
) -> None:
    body = {
        "operation": "select",
        "statement": {"sql": "SELECT %(a)s::text AS a", "parameters": {"a": value}},
        "scope": {"tables": [{"meta_table_uid": thing}]},
    }
    answer = shared_client.http.post(
        "/meta-tables/execute-operation/",
        content=json.dumps(body),
        headers={"Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "InvalidRequestError"), name


def test_a_disconnect_ends_the_operation(shared_client: Client, thing: str) -> None:
    with raw_request(shared_client, thing, SLEEP, {"statement_timeout_ms": 600_000}):
        assert soon(lambda: running(shared_client) == 1)
    assert soon(lambda: running(shared_client) == 0)


def test_disconnect_between_two_statements_ends_the_next_one(shared_client: Client) -> None:
    cancellation = Cancellation()
    with (
        ThreadPoolExecutor() as threads,
        psycopg.connect(shared_client.admin_url) as connection,
        cancellation.covers(connection),
    ):
        threads.submit(cancellation.cancel)
        # Its first request finds nothing to end.
        time.sleep(0.5)
        with pytest.raises(QueryCanceled):
            connection.execute("SELECT pg_sleep(30)")


def test_many_disconnects_leave_all_connections_free(shared_client: Client, thing: str) -> None:
    limits = {"statement_timeout_ms": 600_000}
    waiting = [raw_request(shared_client, thing, SLEEP, limits) for _ in range(20)]
    assert soon(lambda: running(shared_client) == 8)
    assert shared_client.http.get("/health/").status_code == 200
    for connection in waiting:
        connection.close()
    assert soon(lambda: running(shared_client) == 0)
    assert shared_client.execute("select", "SELECT 1 AS n", [thing]).status_code == 200


def test_a_disconnect_inside_the_body_leaves_nothing_behind(
    shared_client: Client, thing: str
) -> None:
    for _ in range(20):
        raw_request(shared_client, thing, SLEEP, {}, missing=5).close()
    assert shared_client.http.get("/health/").status_code == 200
    assert running(shared_client) == 0


def test_a_client_that_never_reads_holds_no_connection(shared_client: Client, thing: str) -> None:
    sql = "SELECT repeat('x', 1000000) AS s FROM generate_series(1, 20)"
    lazy = [raw_request(shared_client, thing, sql, {}) for _ in range(10)]
    assert soon(lambda: running(shared_client) == 0)
    for _ in range(20):
        assert shared_client.execute("select", "SELECT 1 AS n", [thing]).status_code == 200
    for connection in lazy:
        connection.close()


def test_a_body_that_does_not_arrive_times_out() -> None:
    async def nothing(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise AssertionError("a request without its body went through")

    async def never() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    limit = BodyLimit(nothing, timeout=0.02)
    asyncio.run(limit({"type": "http", "path": "/", "headers": []}, never, send))
    assert sent[0]["status"] == 408
    assert json.loads(sent[1]["body"])["error"] == "RequestTooSlowError"


def raw_request(
    client: Client, uid: str, sql: str, limits: dict[str, int], *, missing: int = 0
) -> socket.socket:
    """A connection that sent its request, without the last ``missing`` bytes, and never reads."""
    body = json.dumps(
        {
            "operation": "select",
            "statement": {"sql": sql},
            "scope": {"tables": [{"meta_table_uid": uid}]},
            "limits": limits,
        }
    ).encode()
    head = (
        "POST /api/v1/meta-tables/execute-operation/ HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{client.platform.port}\r\n"
        f"Authorization: Bearer {client.platform.token}\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode()
    connection = socket.create_connection(("127.0.0.1", client.platform.port))
    connection.sendall(head + body[: len(body) - missing])
    return connection


def connections() -> list[Any]:
    """The TCP connections of this process, those of its servers included."""
    return [c for c in psutil.Process().net_connections("tcp") if c.status != psutil.CONN_LISTEN]


def running(client: Client) -> int:
    """How many connections of the runtime pool run a statement, or hold a transaction."""
    with psycopg.connect(client.admin_url) as admin:
        row = admin.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'msm-local runtime'"
            " AND datname = current_database() AND state <> 'idle'"
        ).fetchone()
    assert row is not None
    return int(row[0])
