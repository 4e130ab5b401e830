"""The activity page over HTTP: its filters, its events, a statement's page."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from msm_local.platform import LocalPlatform
from tests.local.conftest import Client
from tests.local.window.conftest import login_link

TABLE = "observed"
PAGE = "/ui/activity/"


@pytest.fixture(scope="module")
def uid(window: Client) -> str:
    return window.active(TABLE, f"CREATE TABLE {TABLE} (name text PRIMARY KEY)")


def select(window: Client, uid: str, sql: str) -> httpx.Response:
    return window.execute("select", sql, [uid])


def test_last_write_of_a_table_is_shown(window: Client, uid: str, browser: httpx.Client) -> None:
    def shown() -> bool:
        listed = browser.get("/ui/tables/", params={"q": TABLE}).text
        (in_list, in_page) = (" s ago</div>" in listed, " s ago <span" in browser.get(page).text)
        assert in_list == in_page
        return in_page

    page = f"/ui/tables/public/{TABLE}/"
    insert = f"INSERT INTO {TABLE} (name, wrong) VALUES ('a', 1)"
    assert window.execute("insert", insert, [uid]).status_code != 200
    select(window, uid, f"SELECT name FROM {TABLE}")
    assert not shown()
    insert = f"INSERT INTO {TABLE} (name) VALUES ('a')"
    assert window.execute("insert", insert, [uid]).status_code == 200
    assert shown()


@contextmanager
def events(browser: httpx.Client, query: str = "") -> Iterator[Iterator[str]]:
    """The data of the events that arrive."""
    with browser.stream("GET", f"{PAGE}stream/{query}") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        yield (line for line in lines if line.startswith("data: "))


def test_filters_show_slow_and_failed_operations(
    window: Client, uid: str, browser: httpx.Client
) -> None:
    select(window, uid, f"SELECT 'quick' FROM {TABLE}")
    select(window, uid, f"SELECT wrong FROM {TABLE}")
    busy = "SELECT count(*) AS busy FROM generate_series(1, 3000000)"
    assert select(window, uid, busy).status_code == 200
    shown = {only: browser.get(f"{PAGE}?only={only}").text for only in ("all", "slow", "failed")}
    assert all(word in shown["all"] for word in ("quick", "wrong", "busy"))
    assert "busy" in shown["slow"]
    assert "quick" not in shown["slow"]
    assert "quick" not in shown["failed"]
    assert "column &#34;wrong&#34; does not exist" in shown["failed"]
    assert "UniqueViolatedError" not in shown["failed"]


def test_events_follow_operations(window: Client, uid: str, browser: httpx.Client) -> None:
    select(window, uid, f"SELECT 'before' FROM {TABLE}")
    number = window.platform._app.state.platform.activity.count
    with events(browser, f"?after={number}") as arriving:
        select(window, uid, f"SELECT '<b>' FROM {TABLE}")
        row = next(arriving)
    assert "SELECT &#39;&lt;b&gt;&#39; FROM observed" in row
    assert f'<a href="/ui/tables/public/{TABLE}/">' in row
    with events(browser, f"?after={number}&only=failed") as arriving:
        select(window, uid, f"SELECT wrong FROM {TABLE}")
        assert "wrong" in next(arriving)


def test_statement_has_a_page_with_its_plan(
    window: Client, uid: str, browser: httpx.Client
) -> None:
    select(window, uid, f"SELECT name FROM {TABLE}")
    number = window.platform._app.state.platform.activity.count
    shown = browser.get(f"{PAGE}{number}/").text
    assert f"Seq Scan on {TABLE}" in shown
    select(window, uid, "SELECT 1 FROM pg_authid")
    assert "There is no plan." in browser.get(f"{PAGE}{number + 1}/").text
    unknown = browser.get(f"{PAGE}{number + 1000}/")
    assert unknown.status_code == 404
    assert "is not among the last 500" in unknown.text


def test_open_page_does_not_delay_the_stop(window: Client) -> None:
    with LocalPlatform(window.database_url, window=window.platform._window) as platform:
        second = Client(platform, window.database_url, window.admin_url)
        with httpx.Client(base_url=platform.endpoint, timeout=30) as other:
            other.get(login_link(second))
            with other.stream("GET", f"{PAGE}stream/") as answer:
                lines = answer.iter_lines()
                assert next(lines).startswith("retry:")
                began = time.monotonic()
                platform._app.state.server.should_exit = True
                assert not any(lines)
                assert time.monotonic() - began < 2
        second.http.close()
