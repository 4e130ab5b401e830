"""``python -m migrations.adopt`` takes over a database of ms-markets 1.0.16, without loss."""

import os
import subprocess
import sys
from collections.abc import Mapping

import psycopg
import pytest
from psycopg import Connection
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from migrations.check.__main__ import main as check
from migrations.errors import LockHeldError, PublishedCatalogError, TableBusyError
from migrations.history.published import UNBOUNDED_COLUMNS
from migrations.run.limits import LOCK_TIMEOUT_VARIABLE, TABLE_LOCK_TIMEOUT_VARIABLE
from migrations.run.lock import MigrationLock
from msm.settings import NAMESPACE_VARIABLE
from tests.conftest import (
    ROOT,
)
from tests.support.adopting import (
    ADOPTED,
    ALWAYS,
    NEW_NAME,
    OLD_NAME,
    PORTFOLIO,
    VERSION,
    WOULD,
    adopt,
    lines_of,
    rows_read,
    state,
)
from tests.support.forked import run_forked
from tests.support.history import HEAD, TABLES
from tests.support.migrating import LOCK_TABLE, UPGRADE, migrate, sentence_of
from tests.support.published import (
    ROWS,
    checksums,
)
from tests.support.refusals import NOTHING_KEPT, sentence
from tests.support.schema import describe
from tests.support.urls import url_of

pytestmark = pytest.mark.slow


def test_a_filled_database_is_adopted_without_loss(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    rows, shapes = checksums(superuser), describe(superuser)
    assert {count for count, _ in rows.values()} == {ROWS}
    assert len(rows) == 62

    refused = migrate("upgrade", "head", environment=environment)
    assert refused.exit_code == 1
    assert sentence_of(refused) == sentence(PublishedCatalogError, package="migrations")
    result = adopt(environment)
    assert lines_of(result, ADOPTED) == set(ALWAYS)
    assert result.value == 0
    assert superuser.execute(VERSION).fetchall() == [("1003",)]
    shapes[PORTFOLIO].constraints[NEW_NAME] = shapes[PORTFOLIO].constraints.pop(OLD_NAME)
    for table, names in UNBOUNDED_COLUMNS.items():
        shapes[table].columns = [
            (name, f"{kind}(255)" if name in names else kind, not_null)
            for name, kind, not_null in shapes[table].columns
        ]
    assert describe(superuser) == shapes

    upgraded = migrate("upgrade", "1004", "--json", environment=environment)
    assert upgraded.exit_code == 0, upgraded.stderr
    assert superuser.execute(VERSION).fetchall() == [("1004",)]
    assert checksums(superuser) == rows
    assert describe(superuser) == shapes
    assert migrate("upgrade", "head", environment=environment).exit_code == 0
    checked = run_forked(check, [], environment=environment, folder=ROOT)
    assert checked.stdout == f"At {HEAD}, the head: database and catalog are as the models say.\n"
    assert rows_read(environment) == dict.fromkeys(TABLES, ROWS)


def test_restored_dump_is_adopted_after_it_is_catalogued(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    superuser.execute("DELETE FROM msm_local.meta_tables")
    rows = checksums(superuser)
    unknown = adopt(environment)
    assert unknown.value == 2
    assert f"run `{UPGRADE}`" in unknown.stderr

    refused = migrate("upgrade", "head", environment=environment)
    assert refused.exit_code != 0
    assert "run `python -m migrations.adopt`" in refused.stderr
    assert adopt(environment).value == 0
    upgraded = migrate("upgrade", "1004", "--json", environment=environment)
    assert upgraded.exit_code == 0, upgraded.stderr
    assert checksums(superuser) == rows
    assert migrate("upgrade", "head", environment=environment).exit_code == 0
    assert run_forked(check, [], environment=environment, folder=ROOT).value == 0


def test_a_dry_run_only_looks(environment: Mapping[str, str], superuser: Connection) -> None:
    before = state(superuser)
    result = adopt(environment, "--dry-run")
    assert lines_of(result, WOULD) == set(ALWAYS)
    assert result.value == 0
    assert state(superuser) == before


TAKEN = "0017 of ms-markets 1.0.16, or 0018, 0019 or 0020 of ms-markets 2.1.0 to 2.2.12"
ROW_FAULTS = {
    "an earlier revision of ms-markets": (
        "UPDATE ms_markets__alembic_version SET version_num = '0016'",
        (
            f"holds 0016, and adopt takes {TAKEN}; migrate it to 0017 with `mainsequence "
            "migrations upgrade --provider migrations:migration head` in an environment with "
            "ms-markets 1.0.16, and run this again.\n"
        ),
    ),
    "a revision of ours": (
        "UPDATE ms_markets__alembic_version SET version_num = '1003'",
        (
            f"holds 1003, and adopt takes {TAKEN}; that is already a revision of msm, so continue "
            f"with `{UPGRADE}`.\n"
        ),
    ),
    "two rows": (
        "INSERT INTO ms_markets__alembic_version VALUES ('acme0001')",
        (
            f"holds 0017, acme0001, and adopt takes {TAKEN}; find out which program made this "
            "database, and migrate it with that.\n"
        ),
    ),
    "two rows of ms-markets": (
        "INSERT INTO ms_markets__alembic_version VALUES ('0019')",
        (
            f"holds 0017, 0019, and adopt takes {TAKEN}; migrate it to 0020 with `metatables "
            "migrations upgrade --provider msm_migrations:migration head` in an environment with "
            "ms-markets 2.2.12, and run this again.\n"
        ),
    ),
    "a later revision of ms-markets": (
        "UPDATE ms_markets__alembic_version SET version_num = '0021'",
        (
            f"holds 0021, and adopt takes {TAKEN}; install a version of msm-migrations that takes "
            "it, and run this again.\n"
        ),
    ),
    "no row": (
        "DELETE FROM ms_markets__alembic_version",
        (
            f"holds no row, and adopt takes {TAKEN}; find out which program made this database, "
            "and migrate it with that.\n"
        ),
    ),
}


@pytest.mark.parametrize(("dml", "sentence"), ROW_FAULTS.values(), ids=ROW_FAULTS.keys())
def test_another_version_row_is_refused(
    dml: str, sentence: str, environment: Mapping[str, str], superuser: Connection
) -> None:
    superuser.execute(dml.encode())
    before = state(superuser)
    for arguments in ([], ["--dry-run"]):
        result = adopt(environment, *arguments)
        assert (result.value, result.stdout) == (2, "")
        assert result.stderr == f"public.ms_markets__alembic_version {sentence}"
    assert state(superuser) == before


def test_refused_identifier_leaves_the_database_unchanged(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    superuser.execute(
        "UPDATE msm_local.meta_tables SET identifier = 'ms_markets__alembic_version'"
        " WHERE physical_table_name = 'ms_markets__interpolatedpricests'"
    )
    before = state(superuser)
    result = adopt(environment)
    assert result.value == 2
    assert "refused the registry's new identifier (409)" in result.stderr
    assert state(superuser) == before


def test_held_table_names_its_holder_and_changes_nothing(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    before = state(superuser)
    url = url_of(superuser).render_as_string(hide_password=False)
    with psycopg.connect(url, application_name="a service") as holding:
        holding.execute(f"SELECT FROM {PORTFOLIO}".encode())
        # Long enough for the polls that find out who blocks it.
        result = adopt({**environment, TABLE_LOCK_TIMEOUT_VARIABLE: "2"})
        assert (result.value, result.stdout) == (2, "")
        pid = holding.info.backend_pid
        statement = result.stderr.partition("`")[2].partition("`")[0]
        expected = sentence(
            TableBusyError,
            statement=statement,
            reason="canceling statement due to lock timeout, tried once",
            holder=result.stderr.partition("held by ")[2].partition(";")[0],
            outcome=NOTHING_KEPT,
            end=f", or end it with SELECT pg_terminate_backend({pid})",
        )
        assert result.stderr == f"{expected}\n"
        assert f"held by pid {pid} (a service)" in result.stderr
    assert state(superuser) == before


def test_another_namespace_is_refused_first() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "migrations.adopt", "--dry-run"],
        cwd=ROOT,
        env={**os.environ, NAMESPACE_VARIABLE: "acme.research"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1] == (
        "The namespace 'acme.research' has no revision 1003 to compare a database of ms-markets "
        "with; unset MSM_AUTO_REGISTER_NAMESPACE."
    )


def test_adopt_gives_up_behind_a_running_migration(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    engine = create_engine(url_of(superuser), poolclass=NullPool)
    running = MigrationLock(engine, LOCK_TABLE)
    running.acquire(0)
    before = state(superuser)
    waits = {**environment, LOCK_TIMEOUT_VARIABLE: "0.2"}
    result = adopt(waits)
    assert (result.value, result.stdout) == (2, "")
    holder = result.stderr.partition(" 0.2 s: ")[2].partition(";")[0]
    expected = sentence(
        LockHeldError,
        table=LOCK_TABLE,
        timeout="0.2",
        holder=holder,
        variable=LOCK_TIMEOUT_VARIABLE,
    )
    assert result.stderr == f"{expected}\n"
    assert lines_of(adopt(waits, "--dry-run"), WOULD) == set(ALWAYS)
    running.release()
    assert state(superuser) == before
    assert adopt(waits).value == 0
