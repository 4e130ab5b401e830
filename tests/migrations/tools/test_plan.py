"""``python -m migrations.plan``: what would run, its SQL, and which rows would be lost."""

import importlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection

from migrations import migration
from migrations.errors import DatabaseAheadError, DuplicateRevisionError
from migrations.inspection.database import find_registry, read_only
from migrations.plan import rows
from msm.errors.commands import UPGRADE, migration_command
from msm_local.platform import LocalPlatform
from tests.conftest import PROVIDER, ROOT, environment_of
from tests.support.forked import run_forked
from tests.support.history import HEAD, NEXT, REVISIONS, TABLES
from tests.support.migrating import migrate, write_revision
from tests.support.refusals import sentence
from tests.support.schema import defaults_and_comments, describe
from tests.support.tools import run_plan

ASSETS = (
    "INSERT INTO ms_markets__asset (unique_identifier, asset_type) VALUES ('a', 'x'), ('b', 'x')"
)
CURVES = """
    INSERT INTO ms_markets__curve (unique_identifier, display_name, curve_type)
    SELECT 'curve ' || n, 'Curve', 'discount' FROM generate_series(1, 3) n
"""


def plan(environment: Mapping[str, str], *arguments: str) -> dict[str, Any]:
    result = run_plan(environment, "--json", *arguments)
    assert (result.value, result.stderr) == (0, "")
    return dict(json.loads(result.stdout))


def revisions(found: Mapping[str, Any]) -> list[str]:
    return [step["revision"] for step in found["steps"]]


def test_at_head_there_is_nothing_to_run(environment: Mapping[str, str]) -> None:
    result = run_plan(environment)
    assert (result.value, result.stderr) == (0, "")
    assert result.stdout == f"The database is at {HEAD}; there is nothing to run for head.\n"
    assert plan(environment, HEAD)["steps"] == []


def test_database_never_migrated_is_planned_from_base(
    fresh_platform: LocalPlatform, empty_database: Connection
) -> None:
    environment = environment_of(fresh_platform)
    found = plan(environment)
    assert (found["direction"], found["current"], found["informed"]) == ("upgrade", [], False)
    assert revisions(found) == REVISIONS
    creates = [
        operation
        for step in found["steps"]
        for operation in step["operations"]
        if operation.startswith("create table ")
    ]
    assert len(creates) == len(TABLES)
    heading = run_plan(environment).stdout.splitlines()[0]
    assert heading.endswith(" The catalog has no version table yet, so no database was read.")
    rows = empty_database.execute("SELECT count(*) FROM msm_local.meta_tables").fetchone()
    assert rows == (0,)


def test_an_upgrade_starts_where_the_database_is(fresh_platform: LocalPlatform) -> None:
    environment = environment_of(fresh_platform)
    assert migrate("upgrade", "1002", environment=environment).exit_code == 0
    found = plan(environment)
    assert (found["direction"], found["current"], found["informed"]) == ("upgrade", ["1002"], True)
    assert revisions(found) == REVISIONS[2:]
    assert "create table ms_markets__curve (11 columns)" in found["steps"][0]["operations"]
    assert found["command"] == UPGRADE
    assert revisions(plan(environment, "+1")) == ["1003"]
    assert revisions(plan(environment, "1003")) == ["1003"]


def test_downgrade_counts_the_rows_it_loses(
    environment: Mapping[str, str], head_database: Connection
) -> None:
    head_database.execute(CURVES)
    head_database.execute(ASSETS)
    head_database.commit()
    found = plan(environment, "1002")
    assert (found["direction"], revisions(found)) == ("downgrade", REVISIONS[:1:-1])
    *_, added, created = found["steps"]
    assert added["losses"] == []
    losses = {loss["table"]: loss for loss in created["losses"]}
    assert len(losses) == 10
    assert losses["ms_markets__curve"] == {
        "action": "drop table ms_markets__curve",
        "table": "ms_markets__curve",
        "rows": 3,
        "exact": True,
        "values": None,
    }
    assert sum(loss["rows"] for loss in losses.values()) == 3

    text = run_plan(environment, "base").stdout
    assert "DESTRUCTIVE\n" in text
    assert "\n1003  drop table ms_markets__curve: 3 rows\n" in text
    assert "\n1001  drop table ms_markets__asset: 2 rows\n" in text
    assert text.endswith(f"`{migration_command('downgrade', PROVIDER, 'base')}` would run.\n")


def test_a_step_back_is_a_downgrade(environment: Mapping[str, str]) -> None:
    found = plan(environment, "-1")
    assert (found["direction"], revisions(found)) == ("downgrade", [HEAD])
    assert found["command"] == migration_command("downgrade", PROVIDER, "--", "-1")


@pytest.mark.parametrize(
    "target", [*(pytest.param(name, marks=pytest.mark.slow) for name in ("1003", "1002")), "base"]
)
def test_sql_of_a_downgrade_does_the_same(
    target: str, environment: Mapping[str, str], superuser: Connection
) -> None:
    script = run_plan(environment, target, "--sql").stdout
    assert script.startswith(f"-- Downgrade from {HEAD} to {target}: ")
    planned = outcome_of(script, superuser)
    assert migrate("downgrade", target, environment=environment).exit_code == 0
    assert outcome_of("", superuser) == planned


@pytest.mark.slow
def test_sql_of_an_upgrade_does_the_same(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    assert migrate("downgrade", "base", environment=environment).exit_code == 0
    # Alembic's version table stays, so the script must not create it again.
    script = run_plan(environment, "--sql").stdout
    assert "Nothing is destroyed." in script
    planned = outcome_of(script, superuser)
    assert migrate("upgrade", "head", environment=environment).exit_code == 0
    assert outcome_of("", superuser) == planned


def test_the_sql_keeps_a_percent_sign(environment: Mapping[str, str], checkout: Path) -> None:
    write_revision(checkout, "op.create_table_comment('ms_markets__asset', '5% of it')")
    result = run_forked(run_here, "migrations", ["--sql"], environment=environment, folder=checkout)
    assert "COMMENT ON TABLE ms_markets__asset IS '5% of it';" in result.stdout


def test_backfill_in_slices_is_planned_once(environment: Mapping[str, str], checkout: Path) -> None:
    write_revision(
        checkout,
        """asset = sa.table("ms_markets__asset", sa.column("asset_type", sa.Text()))
for kind in "abc":
    op.execute(asset.update().where(asset.c.asset_type == kind).values(asset_type="x"))""",
    )
    text = run_forked(run_here, "migrations", [], environment=environment, folder=checkout).stdout
    assert text.count("      execute UPDATE ms_markets__asset") == 1
    assert " (3 times)\n" in text
    assert text.count("rewrites up to 0 rows") == 1


def test_destructive_operations_of_an_upgrade_are_counted(
    environment: Mapping[str, str], head_database: Connection, checkout: Path
) -> None:
    head_database.execute(ASSETS)
    head_database.commit()
    write_revision(
        checkout,
        "\n".join(
            [
                'op.create_table("ms_markets__note", sa.Column("text", sa.Text()))',
                'op.drop_table("ms_markets__note")',
                'op.drop_table("ms_markets__tradests")',
                'op.drop_column("ms_markets__asset", "asset_type")',
                'op.alter_column("ms_markets__asset", "unique_identifier", type_=sa.String(9))',
                'op.alter_column("ms_markets__curve", "status", type_=sa.Text())',
                'op.alter_column("ms_markets__calendar", "source", nullable=False)',
            ]
        ),
    )
    result = run_forked(
        run_here, "migrations", ["--json"], environment=environment, folder=checkout
    )
    [step] = json.loads(result.stdout)["steps"]
    assert step["title"] == "A revision of a test."
    assert {loss["action"]: loss["rows"] for loss in step["losses"]} == {
        "drop table ms_markets__note": None,
        "drop table ms_markets__tradests": 0,
        "drop column ms_markets__asset.asset_type": 2,
        "narrow column ms_markets__asset.unique_identifier": 2,
        "set column ms_markets__calendar.source NOT NULL": 0,
    }


def test_plan_counts_nulls_and_values_of_a_column(
    environment: Mapping[str, str], superuser: Connection, checkout: Path
) -> None:
    superuser.execute(ASSETS)
    superuser.execute("ALTER TABLE ms_markets__asset ADD COLUMN note text, ADD COLUMN other text")
    superuser.execute("UPDATE ms_markets__asset SET note = 'x' WHERE ctid = '(0,1)'")
    write_revision(
        checkout,
        'op.alter_column("ms_markets__asset", "note", nullable=False)\n'
        'op.alter_column("ms_markets__asset", "asset_type", nullable=False)\n'
        'op.drop_column("ms_markets__asset", "note")\n'
        'op.drop_column("ms_markets__asset", "other")',
    )
    result = run_forked(run_here, "migrations", [], environment=environment, folder=checkout)
    lines = result.stdout.partition("DESTRUCTIVE\n")[2].splitlines()[:4]
    fails = "1 of 2 rows holds NULL: this will fail"
    assert lines == [
        f"{NEXT}  set column ms_markets__asset.note NOT NULL: {fails}",
        f"{NEXT}  set column ms_markets__asset.asset_type NOT NULL: 2 rows",
        f"{NEXT}  drop column ms_markets__asset.note: 1 of 2 rows holds a value",
        f"{NEXT}  drop column ms_markets__asset.other: 0 of 2 rows hold a value",
    ]


def test_data_operations_are_planned_with_their_rows(
    environment: Mapping[str, str], head_database: Connection, checkout: Path
) -> None:
    head_database.execute(ASSETS)
    head_database.execute(CURVES)
    head_database.commit()
    write_revision(
        checkout,
        """asset = sa.table("ms_markets__asset", sa.column("asset_type", sa.Text()))
op.execute(asset.update().values(asset_type="y"))
op.execute(asset.delete().where(asset.c.asset_type == "z"))
op.execute("DELETE FROM public.ms_markets__curve; TRUNCATE ms_markets__issuer")
op.execute("DO 'BEGIN END'")
op.add_column("ms_markets__asset", sa.Column("isin", sa.Text()))
op.execute("UPDATE ms_markets__asset SET isin = 'x'")""",
    )
    text = run_forked(run_here, "migrations", [], environment=environment, folder=checkout).stdout
    assert text.partition("DESTRUCTIVE\n")[2].partition("\n\n")[0].splitlines() == [
        f"{NEXT}  update ms_markets__asset (asset_type): rewrites 2 rows",
        f"{NEXT}  delete from ms_markets__asset: deletes up to 2 rows",
        f"{NEXT}  delete from ms_markets__curve: deletes 3 rows",
        f"{NEXT}  truncate ms_markets__issuer: deletes 0 rows",
        f"{NEXT}  execute SQL that runs DO, whose effect is not in its text: may destroy anything",
    ]
    result = run_forked(
        run_here, "migrations", ["--json"], environment=environment, folder=checkout
    )
    [step] = json.loads(result.stdout)["steps"]
    assert step["losses"][1] == {
        "action": "delete from ms_markets__asset",
        "table": "ms_markets__asset",
        "rows": 2,
        "exact": False,
        "values": None,
    }


def test_table_is_planned_with_keys_and_checks(
    environment: Mapping[str, str], checkout: Path
) -> None:
    write_revision(
        checkout,
        """op.create_table(
    "ms_markets__note",
    sa.Column("uid", sa.Uuid()),
    sa.ForeignKeyConstraint(["uid"], ["ms_markets__asset.uid"], name="fk_note"),
    sa.CheckConstraint("uid IS NOT NULL", name="uid"),
    sa.CheckConstraint("uid <> gen_random_uuid()", name="other"),
    sa.UniqueConstraint("uid", name="uq_note"),
)
op.create_table("ms_markets__bare", sa.Column("text", sa.Text()))""",
    )
    result = run_forked(run_here, "migrations", [], environment=environment, folder=checkout)
    [note, bare] = result.stdout.splitlines()[3:5]
    assert note.endswith("__note (1 column, 1 foreign key, 1 unique constraint, 2 checks)")
    assert bare.endswith("__bare (1 column)")


def test_a_revision_without_operations_is_planned_as_one(
    environment: Mapping[str, str], checkout: Path
) -> None:
    write_revision(checkout, "pass")
    result = run_forked(run_here, "migrations", [], environment=environment, folder=checkout)
    assert "  A revision of a test.\n      changes nothing\n\nNothing is destr" in result.stdout


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("raise ValueError('no')", "raises ValueError at line 13 (no)"),
        ("op.get_bind()", "asks for a connection at line 13"),
    ],
)
def test_revision_that_needs_a_database_is_refused(
    body: str, fault: str, environment: Mapping[str, str], checkout: Path
) -> None:
    file = write_revision(checkout, body)
    result = run_forked(run_here, "migrations", [], environment=environment, folder=checkout)
    assert (result.value, result.stdout) == (2, "")
    assert result.stderr == (
        f"The upgrade of {NEXT} in {file} {fault}, so it cannot be planned; see "
        f"`python -m migrations.review {NEXT}`.\n"
    )


def test_revisions_that_cannot_be_ordered_are_refused(
    environment: Mapping[str, str], checkout: Path
) -> None:
    file = write_revision(checkout, "pass")
    twice = shutil.copy(file, file.with_name(f"{NEXT}_twice.py"))
    result = run_forked(run_here, "migrations", [], environment=environment, folder=checkout)
    assert (result.value, result.stdout) == (2, "")
    expected = sentence(DuplicateRevisionError, revision=NEXT, first=file, second=twice)
    assert result.stderr == f"{expected}\n"


def test_commands_name_the_package_that_is_installed(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "migrations", tmp_path / "msm_migrations")
    result = run_forked(
        run_here, "msm_migrations", ["1003"], environment=environment, folder=tmp_path
    )
    assert (result.value, result.stderr) == (0, "")
    assert (
        f"`{migration_command('downgrade', 'msm_migrations:migration', '1003')}`" in result.stdout
    )


@pytest.mark.parametrize("target", ["1099", "+1", "-9", "nonsense"])
def test_target_without_a_path_is_refused(target: str, environment: Mapping[str, str]) -> None:
    result = run_plan(environment, target)
    assert (result.value, result.stdout) == (2, "")
    # What Alembic says about it is its own.
    reason = result.stderr.partition(" (")[2].partition("); name")[0]
    assert result.stderr == (
        f"There is no path from {HEAD} to '{target}' ({reason}); name head, base, a number of "
        f"steps such as +1 or -1, or one of {', '.join(REVISIONS)}.\n"
    )


def test_a_database_ahead_of_the_code_is_refused(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    superuser.execute("UPDATE ms_markets__alembic_version SET version_num = '1099'")
    result = run_plan(environment, "base")
    assert (result.value, result.stdout) == (2, "")
    expected = sentence(
        DatabaseAheadError, row="1099", head=HEAD, origin="msm-migrations", provider=PROVIDER
    )
    assert result.stderr == f"{expected}\n"


def test_a_large_table_is_estimated(environment: Mapping[str, str], superuser: Connection) -> None:
    superuser.execute(CURVES)
    superuser.execute("ANALYZE ms_markets__curve")
    result = run_forked(count_up_to_two, environment=environment, folder=ROOT)
    assert result.value == "about 3 rows", result.stderr


def test_the_command_runs_as_a_process(environment: Mapping[str, str]) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "migrations.plan", "-1"],
        cwd=ROOT,
        env={**os.environ, **environment, "GIT_WORK_TREE": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(f"Downgrade from {HEAD} to -1: 1 revision.")


def count_up_to_two() -> str:
    rows.MAX_COUNTED = 2
    registry = find_registry(migration)
    assert registry is not None
    with read_only(registry) as database:
        return str(rows.count_rows(database.connection, None, "ms_markets__curve"))


def run_here(package: str, arguments: Sequence[str]) -> int:
    """Plan with the provider in the working folder."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "migrations"]:
        del sys.modules[name]
    sys.path.insert(0, str(Path.cwd()))
    planner = importlib.import_module(f"{package}.plan.__main__")
    return int(planner.main(arguments))


def outcome_of(script: str, connection: Connection) -> list[object]:
    """What the database has after a script, which is rolled back."""
    statements = script.replace("BEGIN;", "").replace("COMMIT;", "")
    with connection.transaction(force_rollback=True):
        connection.execute(statements.encode())
        versions = connection.execute("SELECT * FROM ms_markets__alembic_version").fetchall()
        return [versions, describe(connection), defaults_and_comments(connection)]
