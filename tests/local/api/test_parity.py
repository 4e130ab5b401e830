"""Every row of the parity table, called with the SDK's client, and the page."""

import traceback
from pathlib import Path

import psycopg
import pytest
from mainsequence.client.metatables import DataSource, MetaTable, TimeIndexMetaTable
from mainsequence.client.models_user import User

from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from tests.conftest import ROOT, environment_of
from tests.local.api.parity import CLASSES, PARITY, methods, page
from tests.local.api.parity_calls import Case
from tests.local.conftest import next_name
from tests.local.instances.sdk_calls import row
from tests.support.forked import run_forked
from tests.support.janitor import new_database

ROWS = [(kind.__name__, row.method) for kind, rows in PARITY.items() for row in rows]


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
    [source] = DataSource.filter()
    tagged = {"namespace": "parity", "labels": ["red"]}
    more = {"time_index_name": "time_index", "partition_strategy": "backend_default"}
    [plain] = MetaTable.bulk_create([row(source.uid, "plain", **tagged)])
    [series] = TimeIndexMetaTable.bulk_create([row(source.uid, "series", **tagged, **more)])
    with psycopg.connect(plain.issue_migration_connection().uri) as connection:
        for table in ("plain", "series"):
            connection.execute(
                f"CREATE TABLE {table} (time_index timestamptz, uid uuid UNIQUE, v float8)".encode()
            )
    MetaTable.finalize_managed(meta_table_uids=[plain.uid, series.uid], alembic_revision="head")
    items = dict(zip(CLASSES, (plain.uid, series.uid, source.uid), strict=True))
    faults: dict[tuple[str, str], str] = {}
    for client_class, rows in PARITY.items():
        item = client_class.get(pk=items[client_class])
        for entry in rows:
            try:
                entry.call(Case(client_class, entry.method, item, source.uid))
            except Exception:  # noqa: BLE001 - the parent shows it
                faults[client_class.__name__, entry.method] = traceback.format_exc()
    return faults


@pytest.mark.parametrize(("client_class", "method"), ROWS)
def test_a_method_behaves_as_the_parity_table_says(
    client_class: str, method: str, faults: dict[tuple[str, str], str]
) -> None:
    assert (client_class, method) not in faults, faults[client_class, method]


@pytest.mark.parametrize("client_class", CLASSES)
def test_the_parity_table_lists_every_client_method(client_class: type) -> None:
    rows = [row.method for row in PARITY[client_class]]
    assert sorted(rows) == sorted(methods(client_class))


def test_the_parity_page_matches_the_parity_table() -> None:
    written = (Path(ROOT) / "docs" / "parity.md").read_text(encoding="utf-8")
    assert written == page(), "run ./dev run python -m tests.local.api.parity > docs/parity.md"
