"""Every row of the parity table, called with the SDK's client, and the page."""

import traceback
from pathlib import Path

import psycopg
import pytest
from mainsequence.client.models_user import User

from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from tests.conftest import ROOT, environment_of
from tests.local.api.parity import CLASSES, PARITY, methods, page
from tests.local.api.parity_calls import Case, time_index
from tests.local.conftest import next_name
from tests.local.instances.sdk_calls import row
from tests.support.forked import run_forked
from tests.support.generation import sdk
from tests.support.janitor import new_database

ROWS = [(name, row.method) for name, rows in PARITY.items() for row in rows]
MetaTable = sdk("models").MetaTable


@pytest.fixture(scope="module")
def faults(cluster: Cluster) -> dict[tuple[str, str], str]:
    """Tracebacks of the rows that do not behave as the table says, by class and method."""
    with (
        new_database(cluster, next_name()) as name,
        LocalPlatform(cluster.platform_url(name)) as platform,
    ):
        finished = run_forked(call_all, environment=environment_of(platform), folder=ROOT)
    assert finished.exit_code == 0, finished.stderr
    found: dict[tuple[str, str], str] = finished.value
    return found


def call_all() -> dict[tuple[str, str], str]:
    """Call every row, in a process of its own, because the SDK keeps its endpoint until the end."""
    assert User.get_authenticated_user_details().username == "local"
    [source] = sdk("models").DataSource.filter()
    tagged = {"namespace": "parity", "labels": ["red"]}
    [plain] = MetaTable.bulk_create([row(source.uid, "plain", **tagged)])
    indexed = row(source.uid, "series", **tagged, **time_index())
    [series] = sdk("models").TimeIndexMetaTable.bulk_create([indexed])
    uri = plain.issue_migration_connection().uri.replace("+psycopg2", "")
    with psycopg.connect(uri) as connection:
        for table in ("plain", "series"):
            connection.execute(
                f"CREATE TABLE {table} (time_index timestamptz, uid uuid UNIQUE, v float8)".encode()
            )
    MetaTable.finalize_managed(meta_table_uids=[plain.uid, series.uid], alembic_revision="head")
    items = {"MetaTable": plain.uid, "TimeIndexMetaTable": series.uid, "DataSource": source.uid}
    faults: dict[tuple[str, str], str] = {}
    for name, rows in PARITY.items():
        client_class = CLASSES[name]
        item = client_class.get(pk=items[name])
        for entry in rows:
            try:
                entry.call(Case(client_class, entry.method, item, source.uid))
            except Exception:  # noqa: BLE001 - the parent shows it
                faults[name, entry.method] = traceback.format_exc()
    return faults


@pytest.mark.parametrize(("client_class", "method"), ROWS)
def test_a_method_behaves_as_the_parity_table_says(
    client_class: str, method: str, faults: dict[tuple[str, str], str]
) -> None:
    assert (client_class, method) not in faults, faults[client_class, method]


@pytest.mark.parametrize("name", CLASSES)
def test_the_parity_table_lists_every_client_method(name: str) -> None:
    rows = [row.method for row in PARITY[name]]
    assert sorted(rows) == sorted(methods(CLASSES[name]))


def test_the_parity_page_matches_the_parity_table() -> None:
    written = (Path(ROOT) / "docs" / "parity.md").read_text(encoding="utf-8")
    assert written == page(), "run ./dev run python -m tests.local.api.parity > docs/parity.md"
