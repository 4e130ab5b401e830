"""The main job where every time-indexed table is a hypertable, half of them compressed."""

import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import Connection
from psycopg.errors import FeatureNotSupported

import msm
from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from tests.conftest import environment_of
from tests.support.forked import run_forked, value_of
from tests.support.history import HEAD, NEXT
from tests.support.hypertables import TIME_INDEXED, can_compress, compress, convert_database
from tests.support.migrating import (
    migrate,
    run_check_fresh,
    run_tool_fresh,
    sentence_of,
    write_revision,
)
from tests.support.tools import differences, run_check, run_plan

PRICES = "ms_markets__externalpricests"
WEEKS = 104
FILL = f"""
    INSERT INTO ms_markets__asset (unique_identifier) SELECT 'A' || n FROM generate_series(0, 2) n;
    INSERT INTO {PRICES} (time_index, asset_identifier, close)
    SELECT timestamptz '2024-01-04' + n * interval '7 days', 'A' || n % 3, n
    FROM generate_series(0, {WEEKS - 1}) n
"""
UPGRADE = f"""op.add_column("{PRICES}", sa.Column("note", sa.Text(), server_default="none"))
op.create_index("ix_{PRICES}_note", "{PRICES}", ["note"])
op.create_check_constraint(op.f("note_given"), "{PRICES}", "note <> ''")"""
DOWNGRADE = f"""op.drop_constraint(op.f("note_given"), "{PRICES}")
op.drop_index("ix_{PRICES}_note", table_name="{PRICES}")
op.drop_column("{PRICES}", "note")"""


@pytest.fixture
def prices(superuser: Connection) -> bool:
    """Prices of two years in 104 chunks, compressed where the server can; whether it can."""
    superuser.execute(FILL.encode())
    chunks = superuser.execute("SELECT count(*) FROM show_chunks(%s::regclass)", [PRICES])
    assert chunks.fetchone() == (WEEKS,)
    able = can_compress(superuser)
    if able:
        (model,) = (model for model in TIME_INDEXED if model.__tablename__ == PRICES)
        compress(superuser, model)
    return able


def test_nothing_differs_where_all_tables_are_hypertables(
    environment: Mapping[str, str], prices: bool, checkout: Path
) -> None:
    found = json.loads(run_check(environment, "--json").stdout)
    assert (found["ok"], len(found["hypertables"])) == (True, len(TIME_INDEXED))
    (listed,) = (table for table in found["hypertables"] if table["name"] == PRICES)
    assert (listed["chunks"], listed["compressed"]) == (WEEKS, WEEKS if prices else 0)
    assert (listed["time"], listed["interval"]) == ("time_index", "7 days")
    assert listed["size"] > WEEKS * 8192
    text = run_check(environment).stdout
    print(text)  # noqa: T201 - kept with the run
    made = migrate(
        "revision", "-m", "nothing", "--autogenerate", environment=environment, folder=checkout
    )
    assert made.exit_code == 0, made.stderr
    (file,) = (checkout / "migrations" / "versions").rglob(f"{NEXT}_nothing.py")
    assert "op." not in file.read_text(encoding="utf-8")


@pytest.mark.usefixtures("prices")
def test_column_index_and_check_go_up_and_down(
    environment: Mapping[str, str], checkout: Path, superuser: Connection
) -> None:
    write_revision(checkout, UPGRADE, DOWNGRADE)
    planned = run_forked(run_tool_fresh, "plan", environment=environment, folder=checkout)
    print(planned.stdout)  # noqa: T201 - kept with the run
    assert f"note: {PRICES} is a hypertable (104 chunks" in planned.stdout
    assert migrate("upgrade", "head", environment=environment, folder=checkout).exit_code == 0
    counted = f"SELECT count(*) FROM {PRICES} WHERE note = 'none'"
    assert superuser.execute(counted.encode()).fetchone() == (WEEKS,)
    kinds = {found["kind"] for found in differences_in(checkout, environment)}
    assert kinds == {"extra_column", "extra_index", "extra_constraint"}
    down = {**environment, "MSM_ALLOW_DATA_LOSS": "1"}
    result = migrate("downgrade", HEAD, environment=down, folder=checkout)
    assert result.exit_code == 0, result.stderr
    assert differences(environment) == []


def differences_in(checkout: Path, environment: Mapping[str, str]) -> list[dict[str, Any]]:
    result = run_forked(run_check_fresh, environment=environment, folder=checkout)
    return list(json.loads(result.stdout)["differences"])


def write_and_read() -> tuple[list[tuple[str, float | None]], int, int]:
    from msm_portfolio import ExternalPricesTS

    runtime = msm.start_engine([ExternalPricesTS])
    start = datetime.datetime(2024, 1, 4, tzinfo=datetime.UTC)
    rows: list[dict[str, object]] = [
        {"time_index": start + datetime.timedelta(weeks=n), "asset_identifier": f"A{n % 3}",
         "close": 1000.0 + n}
        for n in (0, 50, 103, 104)
    ]  # fmt: skip
    written = runtime.upsert(ExternalPricesTS, rows)
    again = runtime.upsert(ExternalPricesTS, rows)
    last = runtime.latest(ExternalPricesTS).scalars().all()
    return [(row.asset_identifier, row.close) for row in last], written, again


@pytest.mark.usefixtures("prices")
def test_latest_and_upserts_are_right_on_chunks(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    last, written, again = value_of(write_and_read, environment=environment)
    assert last == [("A0", 102.0), ("A1", 1103.0), ("A2", 1104.0)]
    assert (written, again) == (4, 0)
    counted = superuser.execute(f"SELECT count(*), sum(close) FROM {PRICES}".encode()).fetchone()
    # Three rows are replaced, and one is new.
    expected = sum(range(WEEKS)) - (0 + 50 + 103) + (1000 + 1050 + 1103 + 1104)
    assert counted == (WEEKS + 1, expected)


def test_tables_become_hypertables_between_two_upgrades(
    cluster: Cluster, fresh_platform: LocalPlatform, empty_database: Connection
) -> None:
    environment = environment_of(fresh_platform)
    # 1005 drops the one unique key that a hypertable cannot hold.
    assert migrate("upgrade", "1005", environment=environment).exit_code == 0
    convert_database(cluster.admin_url(empty_database.info.dbname))
    for verb, target in (("upgrade", "head"), ("downgrade", "1005"), ("upgrade", "head")):
        result = migrate(verb, target, environment=environment)
        assert result.exit_code == 0, result.stderr
        if target == "head":
            assert differences(environment) == []
    # Below 1005 the ledger has a unique key without its time.
    planned = run_plan(environment, "1004").stdout
    assert "(0 chunks): TimescaleDB refuses a unique constraint without time_index" in planned
    refused = migrate("downgrade", "1004", environment=environment)
    assert "copy its rows into an ordinary table" in sentence_of(refused)


@pytest.mark.usefixtures("prices")
def test_hypertable_refuses_what_the_notes_say(superuser: Connection) -> None:
    for refused in (
        f"CREATE INDEX CONCURRENTLY i ON {PRICES} (close)",
        f"DROP INDEX CONCURRENTLY ix__{PRICES}__asset_identifier__time_index",
    ):
        with pytest.raises(FeatureNotSupported):
            superuser.execute(refused.encode())
    with pytest.raises(psycopg.Error, match='without the column "time_index"'):
        superuser.execute(f"CREATE UNIQUE INDEX i ON {PRICES} (close)".encode())
    superuser.execute(
        f"CREATE INDEX i ON {PRICES} (close) WITH (timescaledb.transaction_per_chunk)".encode()
    )


@pytest.mark.usefixtures("prices")
def test_compression_refuses_what_the_notes_say(superuser: Connection) -> None:
    if not can_compress(superuser):
        pytest.skip("this TimescaleDB has no compression: it is built without its own licence")
    refusals = (
        "ALTER COLUMN close TYPE numeric",
        "ADD COLUMN needed integer NOT NULL",
        "DROP COLUMN asset_identifier",
    )
    for change in refusals:
        with pytest.raises(FeatureNotSupported):
            superuser.execute(f"ALTER TABLE {PRICES} {change}".encode())
    superuser.execute(
        f"ALTER TABLE {PRICES} ADD CONSTRAINT later CHECK (close > -1) NOT VALID".encode()
    )
    with pytest.raises(FeatureNotSupported):
        superuser.execute(f"ALTER TABLE {PRICES} VALIDATE CONSTRAINT later".encode())
