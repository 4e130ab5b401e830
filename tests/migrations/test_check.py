"""``python -m migrations.check``: silent on a clean database, finds each drift, writes nothing."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from psycopg import Connection, sql
from sqlalchemy import CheckConstraint, Column, MetaData, Table, Text, create_engine
from sqlalchemy.pool import NullPool

from migrations.check.__main__ import main
from migrations.check.expressions import changed_expressions
from migrations.errors import UPGRADE
from migrations.session import find_registry, read_only
from msm_local.cluster import Cluster
from msm_local.platform import LocalPlatform
from tests.conftest import PROVIDER, ROOT, environment_of
from tests.support.forked import Finished, run_forked, run_sdk_cli
from tests.support.schema import defaults_and_comments, describe

# Many databases: together they would take the default suite over its limit.
pytestmark = pytest.mark.slow

type Check = Callable[..., Finished]

DEFINITION = "ms_markets__indexformuladefinition"
CHECKED = f"ck__{DEFINITION}__formula_vers_6b9a2e4d17"  # formula_version_positive, shortened
FOREIGN_KEY = "fk__ms_markets__calendardate__calendar_uid__ms_marke_d1ea943953"


@dataclass(frozen=True, slots=True)
class Drift:
    """A change by hand, and the differences that it must show as."""

    ddl: str
    kinds: set[str]
    subject: str


DRIFTS = {
    "an extra column": Drift(
        "ALTER TABLE ms_markets__asset ADD COLUMN note text",
        {"extra_column", "stale_columns"},
        "ms_markets__asset.note",
    ),
    "a missing column": Drift(
        "ALTER TABLE ms_markets__tradests DROP COLUMN comments",
        {"missing_column", "stale_columns"},
        "ms_markets__tradests.comments",
    ),
    "a missing index": Drift(
        "DROP INDEX ix__ms_markets__asset__asset_type",
        {"missing_index"},
        "ms_markets__asset.ix__ms_markets__asset__asset_type",
    ),
    "a changed type": Drift(
        "ALTER TABLE ms_markets__calendar ALTER COLUMN timezone TYPE varchar(10)",
        {"changed_column"},
        "ms_markets__calendar.timezone",
    ),
    "a changed nullability": Drift(
        "ALTER TABLE ms_markets__calendar ALTER COLUMN timezone DROP NOT NULL",
        {"changed_column", "stale_columns"},
        "ms_markets__calendar.timezone",
    ),
    "a dropped table": Drift(
        "DROP TABLE ms_markets__tradests",
        {"missing_table", "missing_index", "dropped_table"},
        "ms_markets__tradests",
    ),
    "a stray CHECK": Drift(
        "ALTER TABLE ms_markets__asset ADD CONSTRAINT stray CHECK (asset_type LIKE '%x%')",
        {"extra_constraint"},
        "ms_markets__asset.stray",
    ),
    "a missing CHECK": Drift(
        f"ALTER TABLE {DEFINITION} DROP CONSTRAINT {CHECKED}",
        {"missing_constraint"},
        f"{DEFINITION}.{CHECKED}",
    ),
    "a CHECK with another condition": Drift(
        f"ALTER TABLE {DEFINITION} DROP CONSTRAINT {CHECKED},"
        f" ADD CONSTRAINT {CHECKED} CHECK (version > 0 AND status NOT LIKE '%x')",
        {"changed_constraint"},
        f"{DEFINITION}.{CHECKED}",
    ),
    "an index with another condition": Drift(
        f"DROP INDEX uix__{DEFINITION}__index_uid;"
        f" CREATE UNIQUE INDEX uix__{DEFINITION}__index_uid ON {DEFINITION} (index_uid)"
        " WHERE status = 'draft'",
        {"changed_index"},
        f"{DEFINITION}.uix__{DEFINITION}__index_uid",
    ),
    "a missing foreign key": Drift(
        f"ALTER TABLE ms_markets__calendardate DROP CONSTRAINT {FOREIGN_KEY}",
        {"missing_constraint"},
        f"ms_markets__calendardate.{FOREIGN_KEY}",
    ),
    "a changed default": Drift(
        "ALTER TABLE ms_markets__calendar ALTER COLUMN timezone SET DEFAULT 'CET'",
        {"changed_column"},
        "ms_markets__calendar.timezone",
    ),
    "a dropped default": Drift(
        "ALTER TABLE ms_markets__calendar ALTER COLUMN timezone DROP DEFAULT",
        {"changed_column"},
        "ms_markets__calendar.timezone",
    ),
    "a changed comment": Drift(
        "COMMENT ON COLUMN ms_markets__calendar.timezone IS 'Unknown.'",
        {"changed_column"},
        "ms_markets__calendar.timezone",
    ),
    "a changed comment of a table": Drift(
        "COMMENT ON TABLE ms_markets__calendar IS 'Unknown.'",
        {"changed_comment"},
        "ms_markets__calendar",
    ),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A change to the catalog by hand, the difference it must show as, and what mends it."""

    dml: str
    kind: str
    subject: str
    command: str


ROW = "UPDATE msm_local.meta_tables SET {} WHERE physical_table_name = 'ms_markets__asset'"
COPIED = """
    INSERT INTO msm_local.meta_tables (data_source_uid, namespace, migration_package,
        migration_namespace, migration_provider_key, physical_schema, physical_table_name,
        table_kind, table_contract, provisioning_status, uid)
    SELECT data_source_uid, namespace, migration_package, migration_namespace,
        migration_provider_key, physical_schema, 'ms_markets__former', table_kind, table_contract,
        'active', '00000000-0000-0000-0000-000000000001'
    FROM msm_local.meta_tables WHERE physical_table_name = 'ms_markets__asset'
"""
FORMER_UID = "00000000-0000-0000-0000-000000000001"
FAULTS = {
    "a stale row": Fault(
        ROW.format("columns = jsonb_set(columns, '{0,data_type}', '\"int64\"')"),
        "stale_columns",
        "ms_markets__asset",
        UPGRADE,
    ),
    "a reserved row": Fault(
        ROW.format("provisioning_status = 'reserved'"), "reserved", "ms_markets__asset", UPGRADE
    ),
    "a missing row": Fault(
        ROW.format("deleted_at = now()"), "uncatalogued", "ms_markets__asset", UPGRADE
    ),
    "a row of a table that is gone": Fault(
        COPIED,
        "dropped_table",
        "ms_markets__former",
        f"mainsequence meta-table delete {FORMER_UID}",
    ),
    "a table that no model describes": Fault(
        f"{COPIED}; CREATE TABLE ms_markets__former ()",
        "unowned",
        "ms_markets__former",
        f"mainsequence migrations revision --provider {PROVIDER} -m WHAT_CHANGES --autogenerate",
    ),
}


def run_check(environment: Mapping[str, str], *arguments: str) -> Finished:
    return run_forked(main, [*arguments], environment=environment, folder=ROOT)


def differences(environment: Mapping[str, str], *arguments: str) -> list[dict[str, Any]]:
    told = run_check(environment, "--json", *arguments)
    assert told.stderr == ""
    answer = json.loads(told.stdout)
    assert told.value == (1 if answer["differences"] else 0)
    assert answer["ok"] is (told.value == 0)
    return list(answer["differences"])


def by_command(found: list[dict[str, Any]], command: str) -> list[dict[str, Any]]:
    return [difference for difference in found if difference["command"] == command]


def upgrade(environment: Mapping[str, str], target: str = "head") -> None:
    arguments = ("migrations", "upgrade", "--provider", PROVIDER, target)
    told = run_sdk_cli(*arguments, environment=environment, folder=ROOT)
    assert told.exit_code == 0, told.stderr


def test_a_clean_database_has_no_differences(environment: Mapping[str, str]) -> None:
    assert differences(environment) == []
    told = run_check(environment)
    assert (told.value, told.stderr) == (0, "")
    assert told.stdout == "At 1004, the head: database and catalog are as the models say.\n"


@pytest.mark.parametrize("drift", DRIFTS.values(), ids=DRIFTS.keys())
def test_a_drift_is_found_and_its_sql_mends_it(
    drift: Drift, environment: Mapping[str, str], superuser: Connection
) -> None:
    superuser.execute(drift.ddl.encode())
    found = differences(environment)
    assert {difference["kind"] for difference in found} == drift.kinds
    assert drift.subject in {difference["subject"] for difference in found}
    assert all(difference["command"] for difference in found)

    owner = superuser.execute("SELECT owner_role FROM msm_local.settings").fetchone()
    assert owner is not None
    superuser.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(owner[0])))
    for difference in found:
        if difference["sql"] is not None:
            superuser.execute(difference["sql"].encode())
    assert differences(environment) == []


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_of_the_catalog_is_found_with_its_command(
    fault: Fault, environment: Mapping[str, str], superuser: Connection
) -> None:
    superuser.execute(fault.dml.encode())
    [found] = differences(environment)
    assert (found["kind"], found["subject"]) == (fault.kind, fault.subject)
    assert (found["command"], found["sql"]) == (fault.command, None)
    if fault.command == UPGRADE:
        upgrade(environment)
        assert differences(environment) == []


def test_an_equal_condition_in_other_words_is_no_difference(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    name = "ck__ms_markets__index__index_value_format_valid"
    superuser.execute(
        f"ALTER TABLE ms_markets__index DROP CONSTRAINT {name}, ADD CONSTRAINT {name}"
        " CHECK (value_format = ANY (ARRAY['decimal', 'percent']))".encode()
    )
    assert differences(environment) == []


def test_percent_signs_and_backslashes_are_read_as_they_are(
    cluster: Cluster, head_database: Connection
) -> None:
    conditions = {"kept": r"name LIKE '50\%'", "other": "name LIKE '%x'"}
    checks = [CheckConstraint(text, name=name) for name, text in conditions.items()]
    table = Table("percent", MetaData(), Column("name", Text), *checks)
    engine = create_engine(cluster.admin_url(head_database.info.dbname), poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(
            r"CREATE TABLE percent (name text, CONSTRAINT kept CHECK ((name LIKE '50\%%')),"
            " CONSTRAINT other CHECK (name LIKE '%%y'))",
            {},
        )
        [changed] = changed_expressions(connection, [table])
    assert (changed.item.name, changed.authored) == ("other", "name LIKE '%x'")


def test_tables_of_others_are_left_alone(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    superuser.execute("CREATE TABLE ms_markets__interpolatedpricests (a integer CHECK (a > 0))")
    assert differences(environment) == []


def test_below_head_the_pending_revisions_are_the_difference(
    fresh_platform: LocalPlatform,
) -> None:
    environment = environment_of(fresh_platform)
    upgrade(environment, "1002")
    found = differences(environment)
    assert {difference["kind"] for difference in found} == {"behind", "reserved"}
    assert len(found) == 11
    assert {difference["command"] for difference in found} == {UPGRADE}
    assert "1002 and the head is 1004" in found[0]["detail"]


def test_a_revision_that_the_code_does_not_know_is_told(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    superuser.execute("UPDATE ms_markets__alembic_version SET version_num = '1099'")
    [found] = differences(environment)
    assert found["kind"] == "ahead"
    assert "1099" in found["detail"]


def test_the_text_groups_differences_under_what_mends_them(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    superuser.execute("ALTER TABLE ms_markets__asset ADD COLUMN note text")
    told = run_check(environment)
    assert told.value == 1
    lines = told.stdout.splitlines()
    assert lines[:2] == [
        "ms_markets__asset.note: the model has no such column",
        "    ALTER TABLE ms_markets__asset DROP COLUMN note;",
    ]
    assert lines[2].startswith("  -> if the database was changed by hand, run this SQL as ")
    assert lines[3].startswith("  -> if a model was changed: mainsequence migrations revision ")
    assert lines[5:] == [
        "ms_markets__asset: the catalog has no column note",
        f"  -> {UPGRADE}",
        "",
        "2 differences.",
    ]


def test_a_look_leaves_a_credential_and_nothing_else(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    def traces() -> list[object]:
        catalog = "SELECT t::text FROM msm_local.meta_tables t ORDER BY uid"
        versions = "SELECT * FROM ms_markets__alembic_version"
        return [
            superuser.execute(catalog).fetchall(),
            superuser.execute(versions).fetchall(),
            describe(superuser),
            defaults_and_comments(superuser),
        ]

    def credentials() -> int:
        row = superuser.execute("SELECT count(*) FROM msm_local.migration_credentials").fetchone()
        assert row is not None
        return int(row[0])

    before, issued = traces(), credentials()
    assert differences(environment) == []
    assert traces() == before
    assert credentials() == issued + 1


def write_through_the_look() -> str:
    registry = find_registry()
    assert registry is not None
    with read_only(registry) as database:
        database.connection.exec_driver_sql("DELETE FROM ms_markets__asset")
    return "written"


def test_the_connection_of_a_look_cannot_write(environment: Mapping[str, str]) -> None:
    told = run_forked(write_through_the_look, environment=environment, folder=ROOT)
    assert told.value is None
    assert "UnreadableDatabaseError" in told.stderr
    assert "read-only transaction" in told.stderr


def test_a_database_that_was_never_migrated_cannot_be_looked_at(
    fresh_platform: LocalPlatform, empty_database: Connection
) -> None:
    told = run_check(environment_of(fresh_platform))
    assert (told.value, told.stdout) == (2, "")
    assert told.stderr == (
        "The catalog does not hold ms_markets__alembic_version, so this database has not been "
        f"migrated yet; run `{UPGRADE}`.\n"
    )
    rows = empty_database.execute("SELECT count(*) FROM msm_local.meta_tables").fetchone()
    assert rows == (0,)


def test_a_platform_that_is_not_there_is_told_within_two_seconds(
    environment: Mapping[str, str],
) -> None:
    nowhere = {**environment, "MAINSEQUENCE_ENDPOINT": "http://127.0.0.1:9"}
    started = time.monotonic()
    told = run_check(nowhere)
    assert time.monotonic() - started < 2
    assert (told.value, told.stdout) == (2, "")
    assert "No platform answers at http://127.0.0.1:9" in told.stderr


def test_a_table_that_somebody_holds_does_not_hang_the_look(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    with superuser.transaction():
        superuser.execute(f"LOCK TABLE {DEFINITION} IN ACCESS EXCLUSIVE MODE".encode())
        told = run_check(environment)
    assert (told.value, told.stdout) == (2, "")
    assert "lock timeout" in told.stderr
    assert told.stderr.count("\n") == 1


def test_wait_ends_when_a_migration_has_brought_the_database_to_head(
    fresh_platform: LocalPlatform,
) -> None:
    environment = environment_of(fresh_platform)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(run_check, environment, "--wait", "60")
        upgrade(environment)
        told = waiting.result()
    assert told.value == 0, told.stdout + told.stderr


def test_wait_gives_up_with_what_it_found(fresh_platform: LocalPlatform) -> None:
    environment = environment_of(fresh_platform)
    assert run_check(environment, "--wait", "1").value == 2
    upgrade(environment, "1001")
    started = time.monotonic()
    found = differences(environment, "--wait", "2")
    assert time.monotonic() - started >= 2
    assert found[0]["kind"] == "behind"


def test_wait_does_not_wait_for_what_no_upgrade_mends(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    superuser.execute("DROP INDEX ix__ms_markets__asset__asset_type")
    started = time.monotonic()
    assert len(differences(environment, "--wait", "60")) == 1
    assert time.monotonic() - started < 30


def test_the_command_runs_as_a_process(environment: Mapping[str, str]) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "migrations.check"],
        cwd=ROOT,
        env={**os.environ, **environment, "GIT_WORK_TREE": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("At 1004, the head:")
