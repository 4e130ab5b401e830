"""The pools of a platform, whose sessions may end at any time, as a reset ends them."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import psycopg

from msm_local.database import POOL_TIMEOUT
from tests.local.conftest import Client

END_ALL = """
SELECT count(*) FILTER (WHERE pg_terminate_backend(pid, 5000))
FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def test_sessions_that_were_ended_are_replaced_at_the_next_request(client: Client) -> None:
    thing = client.active("thing", "CREATE TABLE thing (id bigint PRIMARY KEY)")
    slow = "SELECT count(*) FROM generate_series(1, 2000000)"

    def occupy(_: int) -> httpx.Response:
        return client.execute("select", slow, [thing])

    with ThreadPoolExecutor(4) as crowd:
        list(crowd.map(occupy, range(4)))
    with psycopg.connect(client.admin_url, autocommit=True) as administrator:
        row = administrator.execute(END_ALL).fetchone()
    # Both pools hold several connections, and all of them are dead now.
    assert row is not None
    assert row[0] > 4
    with ThreadPoolExecutor(4) as crowd:
        answers = list(
            crowd.map(lambda _: client.http.get("/health/", timeout=POOL_TIMEOUT / 2), range(4))
        )
    assert {answer.status_code for answer in answers} == {200}
    assert client.execute("select", "SELECT id FROM thing", [thing]).json()["rows"] == []
