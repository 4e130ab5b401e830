"""A provider may have more tables than the platform takes, or returns, in one request."""

import json
from collections.abc import Mapping

import pytest
from psycopg import Connection

from migrations.check.__main__ import main as check
from migrations.inspection import catalog
from msm_local.api.metatables.endpoints import meta_tables
from msm_local.contract.metatables import filters
from msm_local.platform import LocalPlatform
from tests.conftest import PROVIDER, ROOT, environment_of
from tests.support.forked import run_forked
from tests.support.generation import only_metatables, sdk
from tests.support.history import RESOURCES

# Far fewer than we have tables.
MOST = 7
STATUSES = "SELECT provisioning_status, count(*) FROM msm_local.meta_tables GROUP BY 1"
# The last of all, and no model is called so.
RENAMED = """
    UPDATE msm_local.meta_tables SET physical_table_name = 'zz_former'
    WHERE physical_table_name = 'ms_markets__asset'
"""


@pytest.fixture(autouse=True)
def short_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform takes and returns few resources at once."""
    monkeypatch.setattr(filters, "MAX_FILTERED", MOST)
    monkeypatch.setattr(meta_tables, "MAX_RESERVATIONS", MOST)


def upgrade_in_parts(target: str) -> None:
    """Upgrade by a client that knows what the platform takes."""
    from msm.sdk import metatables_migrations

    metatables_migrations.MAX_RESERVATIONS = MOST
    sdk("cli").app(["migrations", "upgrade", "--provider", PROVIDER, target])


def check_in_pages() -> int:
    """Check by a client that knows what the platform returns."""
    catalog.PAGE = MOST
    return check(["--json"])


@only_metatables
def test_upgrade_reserves_tables_in_parts(
    fresh_platform: LocalPlatform, empty_database: Connection
) -> None:
    environment = environment_of(fresh_platform)
    for target in ("1003", "head"):
        upgraded = run_forked(upgrade_in_parts, target, environment=environment, folder=ROOT)
        assert upgraded.exit_code == 0, upgraded.stderr
    assert empty_database.execute(STATUSES).fetchall() == [("active", RESOURCES)]


def test_check_reads_every_page_of_the_catalog(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    def tables_found() -> list[str]:
        found = run_forked(check_in_pages, environment=environment, folder=ROOT)
        return [each["subject"] for each in json.loads(found.stdout)["differences"]]

    assert tables_found() == []
    superuser.execute(RENAMED)
    assert sorted(tables_found()) == ["ms_markets__asset", "zz_former"]
