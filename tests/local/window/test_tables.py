"""The tables of a platform as pages: found, described, plotted, and only read."""

import re
from html import unescape

import httpx
import psycopg
import pytest

from tests.local.conftest import Client

CONTRACT = {
    "version": "relational-table.v1",
    "authoring": {"table_model": {"module": "acme.models.shops.shop", "qualname": "Shop"}},
}
TIME_INDEXED = {
    "version": "relational-table.v1",
    "authoring": {"time_indexed": {"index_names": ["time_index", "shop_code"]}},
}
SHOP = """
CREATE TABLE shop (uid uuid PRIMARY KEY DEFAULT gen_random_uuid(), code text UNIQUE NOT NULL,
                   area numeric CONSTRAINT shop_area CHECK (area > 0));
COMMENT ON COLUMN shop.area IS 'Square metres, a <b>floor</b>';
"""
# Nothing between the days 10 and 50.
SALES = """
CREATE TABLE sales (time_index timestamptz NOT NULL,
                    shop_code text NOT NULL REFERENCES shop (code) ON DELETE CASCADE,
                    amount double precision, UNIQUE (time_index, shop_code));
INSERT INTO shop (code, area) VALUES ('north', 10), ('<south>', 20);
INSERT INTO sales SELECT '2026-01-01Z'::timestamptz + d * interval '1 day', code, d
FROM generate_series(0, 60) d, shop WHERE d <= 10 OR d >= 50;
"""


@pytest.fixture(scope="module", autouse=True)
def _tables(window: Client) -> None:
    [shop] = window.reserve("shop", table_contract=CONTRACT, description="One shop of a chain.")
    window.migrate(shop, SHOP)
    [sales] = window.reserve(
        "sales",
        resource="time-index-meta-tables",
        time_index_name="time_index",
        table_contract=TIME_INDEXED,
        cadence="1d",
    )
    window.migrate(sales, SALES)
    assert window.finalize(shop, sales)[0] == 200


def text_of(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def test_tables_are_grouped_with_what_is_known(browser: httpx.Client) -> None:
    text = text_of(browser.get("/ui/tables/"))
    assert "acme / shops" in text
    assert "2026-01-01 2026-03-02" in text
    assert re.search(r"\d+ of 60 parts have no row", text)


@pytest.mark.parametrize("words", ["SHOP", "square METRES", "one shop of", "area"])
def test_a_search_reads_names_columns_and_descriptions(browser: httpx.Client, words: str) -> None:
    answer = browser.get("/ui/tables/", params={"q": words}, headers={"HX-Target": "list"})
    assert "/ui/tables/public/shop/" in answer.text
    assert "<html" not in answer.text
    nothing = browser.get("/ui/tables/", params={"q": "<script>"})
    assert "“<script>”" in text_of(nothing)
    assert "<script>”" not in nothing.text


def test_a_table_says_its_columns_and_rules(browser: httpx.Client) -> None:
    answer = browser.get("/ui/tables/public/shop/")
    text = text_of(answer)
    assert "Square metres, a <b>floor</b>" in text
    assert "<b>floor</b>" not in answer.text
    assert "gen_random_uuid()" in text
    assert "identifies a row: uid" in text
    assert "no two rows have the same code" in text
    assert "every row has (area > (0)::numeric)" in text
    assert "deleting a row here deletes those" in text
    assert "from acme.models.shops.shop import Shop" in text
    assert '"code": "code",' in text


def test_a_time_series_is_plotted_by_identity(browser: httpx.Client) -> None:
    answer = browser.get("/ui/tables/public/sales/")
    text = text_of(answer)
    assert answer.text.count("<polyline") == 2
    assert "&lt;south&gt;" in answer.text
    assert "The newest 44 values of amount" in text
    assert "50 rows, the largest time_index first" not in text
    assert "44 rows, the largest time_index first" in text
    assert "2026-03-02 00:00:00+00" in text
    assert 'href="/ui/tables/public/shop/"' in answer.text


def test_a_locked_table_is_a_sentence(window: Client, browser: httpx.Client) -> None:
    with psycopg.connect(window.database_url) as holder:
        holder.execute("LOCK TABLE shop IN ACCESS EXCLUSIVE MODE")
        answer = browser.get("/ui/tables/public/shop/")
        assert answer.status_code == 503
        assert "shop is locked now." in answer.text
        assert "locked" in text_of(browser.get("/ui/tables/"))
        overview = text_of(browser.get("/ui/"))
        assert "shop AccessExclusiveLock held" in overview


def test_an_unfinished_table_is_named(window: Client, browser: httpx.Client) -> None:
    [uid] = window.reserve("half_done")
    window.migrate(uid, "CREATE TABLE half_done (uid uuid)")
    try:
        text = text_of(browser.get("/ui/"))
        assert "their tables exist public.half_done" in text
        assert "reserved, not finalized" in text_of(browser.get("/ui/tables/public/half_done/"))
    finally:
        assert window.finalize(uid)[0] == 200


def test_an_unknown_table_is_not_found(browser: httpx.Client) -> None:
    answer = browser.get("/ui/tables/public/x'; DROP TABLE shop--/")
    assert answer.status_code == 404
    assert "The catalog has no table" in answer.text
