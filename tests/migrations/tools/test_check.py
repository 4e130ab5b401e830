"""``python -m migrations.check`` finds each difference, and none in a clean database."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest

import pytest
from psycopg import Connection, sql
from sqlalchemy import CheckConstraint, Column, MetaData, Table, Text, create_engine
from sqlalchemy.pool import NullPool

from migrations.check.__main__ import main
from migrations.check.models import compare_tables
from migrations.errors import DatabaseAheadError, MissingExtensionError
from msm.errors.commands import migration_command
from msm_local.instances.variables import platform_variables
from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from tests.conftest import PROVIDER, ROOT, environment_of
from tests.support.forked import run_forked
from tests.support.history import HEAD, TABLES
from tests.support.migrating import UPGRADE, migrate
from tests.support.refusals import sentence
from tests.support.tools import differences, run_check

# Many databases: together they would take the default suite over its limit.
pytestmark = pytest.mark.slow

DEFINITION = "ms_markets__indexformuladefinition"
CHECKED = f"ck__{DEFINITION}__formula_vers_6b9a2e4d17"  # formula_version_positive, shortened
FOREIGN_KEY = "fk__ms_markets__calendardate__calendar_uid__ms_marke_d1ea943953"


def table_of(subject: str) -> str:
    """The table of a difference."""
    return subject.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Drift:
    """A change by hand, and the differences that have to be found."""

    ddl: str
    kinds: set[str]
    subject: str

    @property
    def table(self) -> str:
        """The table that it changes."""
        return table_of(self.subject)


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


def test_a_clean_database_has_no_differences(environment: Mapping[str, str]) -> None:
    assert differences(environment) == []
    result = run_check(environment)
    assert (result.value, result.stderr) == (0, "")
    assert result.stdout == f"At {HEAD}, the head: database and catalog are as the models say.\n"


def rounds() -> list[list[str]]:
    """The drifts, in parts that one database can have at once: each is of another table."""
    by_table: dict[str, list[str]] = {}
    for name, drift in DRIFTS.items():
        by_table.setdefault(drift.table, []).append(name)
    parts = zip_longest(*by_table.values())
    return [[name for name in part if name is not None] for part in parts]


@pytest.mark.parametrize("names", rounds(), ids=", ".join)
def test_drift_is_found_and_its_sql_fixes_it(
    names: list[str], environment: Mapping[str, str], superuser: Connection
) -> None:
    drifts = {DRIFTS[name].table: DRIFTS[name] for name in names}
    for drift in drifts.values():
        superuser.execute(drift.ddl.encode())
    found = differences(environment)
    kinds: dict[str, set[str]] = {}
    for difference in found:
        kinds.setdefault(table_of(difference["subject"]), set()).add(difference["kind"])
    assert kinds == {table: drift.kinds for table, drift in drifts.items()}
    assert {drift.subject for drift in drifts.values()} <= {each["subject"] for each in found}
    assert all(difference["command"] for difference in found)

    owner = superuser.execute("SELECT owner_role FROM msm_local.settings").fetchone()
    assert owner is not None
    superuser.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(owner[0])))
    for difference in found:
        if difference["sql"] is not None:
            superuser.execute(difference["sql"].encode())
    assert differences(environment) == []


def test_equal_condition_in_another_form_is_no_difference(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    name = "ck__ms_markets__index__index_value_format_valid"
    superuser.execute(
        f"ALTER TABLE ms_markets__index DROP CONSTRAINT {name}, ADD CONSTRAINT {name}"
        " CHECK (value_format = ANY (ARRAY['decimal', 'percent']))".encode()
    )
    assert differences(environment) == []


@pytest.mark.usefixtures("superuser")
def test_percent_signs_and_backslashes_are_kept(
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
        connection.commit()
        [(changed, _)] = compare_tables(connection, [table])
    assert changed.subject == "percent.other"
    assert changed.detail.endswith("not CHECK ((name ~~ '%x'::text))")


def test_tables_of_others_are_left_alone(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    superuser.execute("CREATE TABLE ms_markets__interpolatedpricests (a integer CHECK (a > 0))")
    assert differences(environment) == []


def test_below_head_the_pending_revisions_are_the_difference(
    fresh_platform: LocalPlatform,
) -> None:
    environment = environment_of(fresh_platform)
    assert migrate("upgrade", "1002", environment=environment).exit_code == 0
    found = differences(environment)
    assert {difference["kind"] for difference in found} == {"behind", "reserved"}
    # The tables of the revisions that are not applied, and the difference that says so.
    assert len(found) == len(TABLES) - 51 + 1
    assert {difference["command"] for difference in found} == {UPGRADE}
    assert f"1002 and the head is {HEAD}" in found[0]["detail"]


def test_unknown_revision_is_the_only_difference(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    superuser.execute("UPDATE ms_markets__alembic_version SET version_num = '1099'")
    [found] = differences(environment)
    assert found["kind"] == "ahead"
    whole = sentence(
        DatabaseAheadError, row="1099", head=HEAD, origin="msm-migrations", provider=PROVIDER
    )
    assert whole == f"{found['detail']}, and nothing was changed; {found['command']}."


def test_tables_of_a_missing_project_are_not_dropped(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    superuser.execute("UPDATE ms_markets__alembic_version SET version_num = 'acme0001'")
    superuser.execute(
        "UPDATE msm_local.meta_tables SET physical_table_name = 'acme__quote'"
        " WHERE physical_table_name = 'ms_markets__assettype'"
    )
    superuser.execute("ALTER TABLE ms_markets__assettype RENAME TO acme__quote")
    [found] = differences(environment)
    assert found["kind"] == "ahead"
    whole = sentence(MissingExtensionError, row="acme0001", provider=PROVIDER)
    assert whole == f"{found['detail']}, and nothing was changed; {found['command']}."


def test_the_text_groups_differences_by_command(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    superuser.execute("ALTER TABLE ms_markets__asset ADD COLUMN note text")
    result = run_check(environment)
    assert result.value == 1
    lines = result.stdout.splitlines()
    assert lines[:2] == [
        "ms_markets__asset.note: the model has no such column",
        "    ALTER TABLE ms_markets__asset DROP COLUMN note;",
    ]
    assert lines[2].startswith("  -> if the database was changed by hand, run this SQL as ")
    assert lines[3].startswith(
        f"  -> if a model was changed: {migration_command('revision', PROVIDER)} "
    )
    assert lines[5:] == [
        "ms_markets__asset: the catalog has no column note",
        f"  -> {UPGRADE}",
        "",
        "2 differences.",
    ]


def test_database_that_was_never_migrated_is_not_checked(
    fresh_platform: LocalPlatform, empty_database: Connection
) -> None:
    result = run_check(environment_of(fresh_platform))
    assert (result.value, result.stdout) == (2, "")
    assert result.stderr == (
        "The catalog does not have ms_markets__alembic_version, so this database has not been "
        f"migrated yet; run `{UPGRADE}`.\n"
    )
    rows = empty_database.execute("SELECT count(*) FROM msm_local.meta_tables").fetchone()
    assert rows == (0,)


def timed_check() -> tuple[int, float]:
    """The exit code, and the seconds after the start of the process."""
    started = time.monotonic()
    return main([]), time.monotonic() - started


def test_missing_platform_is_reported_within_two_seconds(
    environment: Mapping[str, str],
) -> None:
    nowhere = {**environment, **platform_variables("http://127.0.0.1:9", "none")}
    result = run_forked(timed_check, environment=nowhere, folder=ROOT)
    code, seconds = result.value
    assert (code, result.stdout) == (2, "")
    assert seconds < 2
    assert "No platform answers at http://127.0.0.1:9" in result.stderr


def test_the_command_runs_as_a_process(environment: Mapping[str, str]) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "migrations.check"],
        cwd=ROOT,
        env={**os.environ, **environment, "GIT_WORK_TREE": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(f"At {HEAD}, the head:")
