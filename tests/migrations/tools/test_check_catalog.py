"""``python -m migrations.check`` finds what the catalog has and the database has not."""

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from psycopg import Connection

from msm.errors.commands import forget_command, migration_command
from tests.conftest import PROVIDER
from tests.support.forked import run_forked, run_sdk_cli
from tests.support.generation import GENERATION
from tests.support.history import NEXT
from tests.support.migrating import UPGRADE, migrate, run_check_fresh
from tests.support.tools import differences

# Many databases: together they would take the default suite over its limit.
pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class CatalogFault:
    """A change of the catalog by hand, the difference, and the command that removes it."""

    dml: str
    kind: str
    subject: str
    command: str


ROW = "UPDATE msm_local.meta_tables SET {} WHERE physical_table_name = 'ms_markets__asset'"
COPIED = """
    INSERT INTO msm_local.meta_tables (data_source_uid, namespace, migration_package,
        migration_namespace, migration_provider_key, alembic_version_meta_table_uid,
        physical_schema, physical_table_name, table_kind, table_contract, provisioning_status, uid)
    SELECT data_source_uid, namespace, migration_package, migration_namespace,
        migration_provider_key, alembic_version_meta_table_uid, physical_schema,
        'ms_markets__former', table_kind, table_contract, 'active',
        '00000000-0000-0000-0000-000000000001'
    FROM msm_local.meta_tables WHERE physical_table_name = 'ms_markets__asset'
"""
# A migration asks for a connection first, and the platform refuses tables of another owner.
FORMER = """
    DO $$ BEGIN
        CREATE TABLE ms_markets__former ();
        EXECUTE format('ALTER TABLE ms_markets__former OWNER TO %I',
            (SELECT owner_role FROM msm_local.settings));
    END $$
"""
FORMER_UID = "00000000-0000-0000-0000-000000000001"
FAULTS = {
    "a stale row": CatalogFault(
        ROW.format("columns = jsonb_set(columns, '{0,data_type}', '\"int64\"')"),
        "stale_columns",
        "ms_markets__asset",
        UPGRADE,
    ),
    "a reserved row": CatalogFault(
        ROW.format("provisioning_status = 'reserved'"), "reserved", "ms_markets__asset", UPGRADE
    ),
    "a missing row": CatalogFault(
        ROW.format("deleted_at = now()"), "uncatalogued", "ms_markets__asset", UPGRADE
    ),
    "a row of a table that is gone": CatalogFault(
        COPIED,
        "dropped_table",
        "ms_markets__former",
        forget_command(FORMER_UID, "ms_markets__former", PROVIDER, "head"),
    ),
    "a table that no model describes": CatalogFault(
        f"{COPIED}; {FORMER}",
        "unowned",
        "ms_markets__former",
        migration_command(
            "revision", PROVIDER, "-m", "'Drop ms_markets__former'", "--no-autogenerate"
        ),
    ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_catalog_fault_is_found_with_its_command(
    fault: CatalogFault, environment: Mapping[str, str], superuser: Connection
) -> None:
    superuser.execute(fault.dml.encode())
    [found] = differences(environment)
    assert (found["kind"], found["subject"]) == (fault.kind, fault.subject)
    assert (found["command"], found["sql"]) == (fault.command, None)
    if fault.command == UPGRADE:
        assert migrate("upgrade", "head", environment=environment).exit_code == 0
        assert differences(environment) == []


def test_table_without_a_model_is_dropped_as_told(
    environment: Mapping[str, str], superuser: Connection, checkout: Path
) -> None:
    superuser.execute(f"{COPIED}; {FORMER}".encode())
    [found] = differences(environment)
    command = shlex.split(found["command"])[1:]
    result = run_sdk_cli(*command, environment=environment, folder=checkout)
    assert result.exit_code == 0, result.stderr
    (file,) = checkout.glob(f"migrations/versions/mainsequence_markets/{NEXT}_*.py")
    (drop,) = re.findall(r"write (op\..*\)) into a revision", found["detail"])
    reason = '\nacknowledged = {"drop-table": "Nothing has read it since the last release."}\n'
    text = file.read_text(encoding="utf-8").replace("    pass", f"    {drop}", 1)
    file.write_text(text + reason)
    result = migrate("upgrade", "head", environment=environment, folder=checkout)
    assert result.exit_code == 0, result.stderr
    result = run_forked(run_check_fresh, environment=environment, folder=checkout)
    left = [
        (difference["kind"], difference["command"])
        for difference in json.loads(result.stdout)["differences"]
    ]
    # A migration of SDK 8 keeps its row in the catalog.
    delete = ("dropped_table", forget_command(FORMER_UID, "ms_markets__former", PROVIDER, "head"))
    assert left == ([delete] if GENERATION == "mainsequence8" else [])
