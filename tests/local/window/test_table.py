"""Tables that are unlike others: odd values, no rows, many columns, partitions, locks."""

import html
from typing import Any

import httpx
import psycopg
import pytest

from msm_local.repositories.contents.overview import METATABLES_CATALOG, OWN_CATALOG
from msm_local.repositories.physical import read_columns
from msm_local.repositories.window.details import find_rows
from msm_local.repositories.window.listing import find_listed, with_contents
from tests.local.conftest import Client

SCRIPT = "<img src=x onerror=alert(1)>%s"
ODD = f"""
CREATE TABLE odd (time_index timestamptz, asset text, close double precision, raw bytea, long text,
                  PRIMARY KEY (time_index, asset));
COMMENT ON COLUMN odd.close IS $${SCRIPT % "comment"}$$;
INSERT INTO odd VALUES
    ('2026-01-01Z', 'a', 1, '\\x0102', repeat('x', 500)),
    ('2026-01-02T12:00+02', $${SCRIPT % "value"}$$, 'NaN', NULL, NULL),
    ('infinity', 'a', 2, NULL, NULL);
"""
PARTED = """
CREATE TABLE parted (time_index timestamptz, n int, PRIMARY KEY (time_index))
    PARTITION BY RANGE (time_index);
CREATE TABLE parted_2026 PARTITION OF parted FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO parted SELECT '2026-01-01Z'::timestamptz + make_interval(days => d), d
FROM generate_series(0, 9) d;
"""
WIDE = f"CREATE TABLE wide ({', '.join(f'c{number} int' for number in range(1_600))})"
# The columns of the vendor's catalog that are read.
VENDORS = """
CREATE SCHEMA metatables;
CREATE TABLE metatables.namespace AS SELECT gen_random_uuid() AS uid, 'markets' AS name;
CREATE TABLE metatables.meta_table AS
    SELECT t.uid, t.identifier, t.description, t.provisioning_status, t.physical_schema,
           t.physical_table_name, t.migration_package, t.table_contract::json AS table_contract,
           n.uid AS namespace_uid
    FROM msm_local.meta_tables t, metatables.namespace n;
CREATE TABLE metatables.time_index_table AS
    SELECT uid AS meta_table_uid, time_index_name, cadence, to_json(index_names) AS index_names
    FROM msm_local.meta_tables WHERE time_index_name IS NOT NULL;
"""


@pytest.fixture(scope="module", autouse=True)
def _tables(window: Client) -> None:
    made = {"odd": (ODD, "time_index", ["time_index", "asset"])}
    made["parted"] = (PARTED, "time_index", ["time_index"])
    for name, (statements, time_index, names) in made.items():
        [uid] = window.reserve(
            name,
            resource="time-index-meta-tables",
            time_index_name=time_index,
            cadence="1d",
            table_contract={
                "version": "time-indexed-table.v1",
                "authoring": {"time_indexed": {"index_names": names}},
            },
        )
        window.migrate(uid, statements)
        assert window.finalize(uid)[0] == 200
    window.active("wide", WIDE)
    window.active("unwritten", "CREATE TABLE unwritten (uid uuid PRIMARY KEY, n int)")


def page(browser: httpx.Client, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_odd_values_are_text_on_the_page(browser: httpx.Client) -> None:
    text = page(browser, "/ui/tables/public/odd/")
    assert "<img" not in text
    for word in ("value", "comment"):
        assert html.escape(SCRIPT % word) in text
    assert "2026-01-02 10:00:00+00" in text
    assert "<td>infinity</td>" in text
    assert "<td>2 bytes</td>" in text
    assert f"<td>{'x' * 200}…</td>" in text


def test_plot_leaves_out_what_has_no_place(browser: httpx.Client) -> None:
    text = page(browser, "/ui/tables/public/odd/?value=close")
    assert text.count("<polyline") == 1
    assert "from 2026-01-01 to 2026-01-01" in text


def test_unwritten_table_says_so(browser: httpx.Client) -> None:
    text = page(browser, "/ui/tables/public/unwritten/")
    assert "The table has no rows." in text
    assert '<dd class="num">0</dd>' in text


def test_widest_table_shows_its_first_columns(browser: httpx.Client, window: Client) -> None:
    with psycopg.connect(window.admin_url) as connection:
        connection.execute("INSERT INTO wide (c0) SELECT 7 FROM generate_series(1, 60)")
    text = page(browser, "/ui/tables/public/wide/")
    assert "<code>c1599</code>" in text
    assert "the first 60 of 1,600 columns" in text
    assert text.count("<td>7</td>") == 50


def test_rows_are_counted_with_partitions(window: Client) -> None:
    with psycopg.connect(window.database_url) as connection:
        listed = find_listed(connection, OWN_CATALOG, ("public", "parted"))
        [parted] = with_contents(connection, listed)
    assert (parted.rows, parted.exact, parted.heap) == (10, True, 8192)


def test_partitioned_table_has_times(browser: httpx.Client) -> None:
    text = page(browser, "/ui/tables/?q=parted")
    assert "2026-01-01<br>2026-01-10" in text
    assert '<td class="right">10</td>' in text


def test_end_of_a_large_table_is_read(window: Client) -> None:
    with psycopg.connect(window.admin_url) as connection:
        connection.execute("CREATE TABLE large AS SELECT n FROM generate_series(1, 100000) n")
        columns = read_columns(connection, [_oid(connection, "large")])
        rows = find_rows(connection, ("public", "large"), columns, order=None, limit=2)
        connection.rollback()
    assert rows == [["100000"], ["99999"]]


def test_locked_partitions_do_not_block_the_list(browser: httpx.Client, window: Client) -> None:
    with psycopg.connect(window.database_url) as holder:
        holder.execute("LOCK TABLE parted IN ACCESS EXCLUSIVE MODE")
        text = page(browser, "/ui/tables/?q=parted")
    assert '<span class="tag warn">locked</span>' in text


def test_catalog_of_the_vendor_lists_the_same(window: Client) -> None:
    with psycopg.connect(window.admin_url) as connection:
        own = find_listed(connection, OWN_CATALOG)
        connection.execute(VENDORS)
        vendors = find_listed(connection, METATABLES_CATALOG)
        connection.rollback()
    kept = {"odd", "parted", "wide", "unwritten"}
    assert [_facts(table) for table in vendors if table.name in kept] == [
        _facts(table) for table in own if table.name in kept
    ]


def _facts(table: Any) -> tuple[Any, ...]:
    return (table.name, table.time_index, table.identity, table.cadence, table.oid)


def _oid(connection: psycopg.Connection[Any], name: str) -> int:
    row = connection.execute("SELECT %s::regclass::oid::bigint", [name]).fetchone()
    assert row is not None
    return int(row[0])
