"""``python -m migrations.adopt``: a database of ms-markets 1.0.16 becomes ours, without loss."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from psycopg import Connection
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from migrations.adopt.__main__ import main
from migrations.check.__main__ import main as check
from migrations.history.published import RENAMED_KEYS, UNBOUNDED_COLUMNS
from migrations.run.limits import LOCK_TIMEOUT_VARIABLE, TABLE_LOCK_TIMEOUT_VARIABLE
from migrations.run.lock import MigrationLock
from msm.settings import NAMESPACE_VARIABLE
from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from tests.conftest import (
    ROOT,
    RUNTIME_PASSWORD,
    database,
    environment_of,
    platform_on,
)
from tests.support.alembic import url_of
from tests.support.forked import Finished, run_forked
from tests.support.history import HEAD
from tests.support.janitor import new_database
from tests.support.migrating import LOCK_TABLE, UPGRADE, migrate
from tests.support.published import (
    ROWS,
    checksums,
    create_published,
    fill,
    register_published,
)
from tests.support.schema import describe

pytestmark = pytest.mark.slow

VERSION = "SELECT version_num FROM ms_markets__alembic_version"
ASSET = "ms_markets__asset"
ADOPTED = (
    "Adopted: 61 tables are as 1003 has them, and the version row says 1003 instead of 0017; "
    f"go on with `{UPGRADE}`.\n"
)
[(PORTFOLIO, (OLD_NAME, NEW_NAME))] = RENAMED_KEYS.items()
# What every such database has, beside what the tests change.
ALWAYS = [
    f"{PORTFOLIO}.{OLD_NAME}: 1003 calls it {NEW_NAME}",
    "ms_markets__interpolatedpricests: 1003 has no such table",
    *(
        f"{table}.{column}: the database has {column} VARCHAR{null}; 1003 has {column} "
        f"VARCHAR(255){null}"
        for table, columns in UNBOUNDED_COLUMNS.items()
        for column in columns
        for null in ["" if column.startswith(("order_", "comm", "settl")) else " NOT NULL"]
    ),
]
WOULD = (
    "Nothing was changed: 61 tables are as 1003 has them, and `python -m migrations.adopt` would "
    "move the version row from 0017 to 1003.\n"
)


def lines_of(result: Finished, last: str) -> set[str]:
    """The differences that were printed as no loss, of a report that ends with ``last``."""
    assert result.stderr == ""
    head, *differences = result.stdout.removesuffix(last).splitlines()
    assert head == "Different, and nothing is lost by it:"
    assert result.stdout.endswith(f"\n{last}")
    return {line.removeprefix("  ") for line in differences}


def owner_of(connection: Connection[Any]) -> str:
    row = connection.execute("SELECT owner_role FROM msm_local.settings").fetchone()
    assert row is not None
    return str(row[0])


@pytest.fixture(scope="module")
def published_template(cluster: Cluster) -> Iterator[str]:
    """A database to copy: what ms-markets 1.0.16 made, filled, and known to the catalog."""
    with new_database(cluster, "published_template") as name:
        url = cluster.platform_url(name)
        with LocalPlatform(url, runtime_password=RUNTIME_PASSWORD) as platform:
            with psycopg.connect(url) as connection:
                create_published(connection, owner_of(connection))
            fill(make_url(url))
            result = run_forked(
                register_published, environment=environment_of(platform), folder=ROOT
            )
        assert result.exit_code == 0, result.stderr
        yield name


@pytest.fixture
def published_database(cluster: Cluster, published_template: str) -> Iterator[Connection]:
    with database(cluster, "published", template=published_template) as connection:
        yield connection


@pytest.fixture
def environment(published_database: Connection) -> Iterator[Mapping[str, str]]:
    with platform_on(published_database) as platform:
        yield environment_of(platform)


@pytest.fixture
def superuser(cluster: Cluster, published_database: Connection) -> Iterator[Connection]:
    url = cluster.admin_url(published_database.info.dbname)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def adopt(environment: Mapping[str, str], *arguments: str) -> Finished:
    return run_forked(main, [*arguments], environment=environment, folder=ROOT)


def state(connection: Connection) -> Any:
    """Everything that adopt may not change where it refuses."""
    catalog = connection.execute(
        "SELECT uid, identifier, provisioning_status, deleted_at FROM msm_local.meta_tables"
        " ORDER BY uid"
    ).fetchall()
    return describe(connection), connection.execute(VERSION).fetchall(), catalog


def test_a_filled_database_is_adopted_without_loss(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    rows, shapes = checksums(superuser), describe(superuser)
    assert {count for count, _ in rows.values()} == {ROWS}
    assert len(rows) == 62

    refused = migrate("upgrade", "head", environment=environment)
    assert refused.exit_code != 0
    result = adopt(environment)
    assert lines_of(result, ADOPTED) == set(ALWAYS)
    assert result.value == 0
    assert superuser.execute(VERSION).fetchall() == [("1003",)]
    shapes[PORTFOLIO].constraints[NEW_NAME] = shapes[PORTFOLIO].constraints.pop(OLD_NAME)
    assert describe(superuser) == shapes

    upgraded = migrate("upgrade", "1004", "--json", environment=environment)
    assert upgraded.exit_code == 0, upgraded.stderr
    assert superuser.execute(VERSION).fetchall() == [("1004",)]
    assert checksums(superuser) == rows
    assert describe(superuser) == shapes
    assert migrate("upgrade", "head", environment=environment).exit_code == 0
    checked = run_forked(check, [], environment=environment, folder=ROOT)
    assert checked.stdout == f"At {HEAD}, the head: database and catalog are as the models say.\n"


def test_a_restored_dump_is_adopted_once_its_tables_are_in_the_catalog(
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


@dataclass(frozen=True, slots=True)
class Change:
    """A change by hand to what ms-markets made, and the lines that name it."""

    ddl: str
    lines: tuple[str, ...]


REFUSED = {
    "a renamed column": Change(
        f"ALTER TABLE {ASSET} RENAME asset_type TO kind",
        (
            f"{ASSET}.asset_type: the database has no such column; 1003 has asset_type VARCHAR(64)",
            f"{ASSET}.kind: 1003 has no such column; the database has kind VARCHAR(64)",
            (
                f"{ASSET}.ix__ms_markets__asset__asset_type: the database has CREATE INDEX "
                f"ix__ms_markets__asset__asset_type ON {ASSET} (kind); 1003 has CREATE INDEX "
                f"ix__ms_markets__asset__asset_type ON {ASSET} (asset_type)"
            ),
        ),
    ),
    "a changed type": Change(
        "ALTER TABLE ms_markets__tradests ALTER price TYPE numeric(20, 6)",
        (
            (
                "ms_markets__tradests.price: the database has price NUMERIC(20, 6); 1003 has "
                "price DOUBLE PRECISION"
            ),
        ),
    ),
    "a column that takes NULL": Change(
        "ALTER TABLE ms_markets__calendar ALTER timezone DROP NOT NULL",
        (
            (
                "ms_markets__calendar.timezone: the database has timezone VARCHAR(64); 1003 has "
                "timezone VARCHAR(64) NOT NULL"
            ),
        ),
    ),
    "a default": Change(
        "ALTER TABLE ms_markets__calendar ALTER timezone SET DEFAULT 'CET'",
        (
            (
                "ms_markets__calendar.timezone: the database has timezone VARCHAR(64) DEFAULT "
                "'CET'::character varying NOT NULL; 1003 has timezone VARCHAR(64) NOT NULL"
            ),
        ),
    ),
    "an extra column": Change(
        f"ALTER TABLE {ASSET} ADD note text",
        (f"{ASSET}.note: 1003 has no such column; the database has note TEXT",),
    ),
    "a missing table": Change(
        "DROP TABLE ms_markets__tradests",
        ("ms_markets__tradests: the database has no such table; 1003 has a table",),
    ),
    "another primary key": Change(
        "ALTER TABLE ms_markets__issuer DROP CONSTRAINT pk__ms_markets__issuer CASCADE,"
        " ADD CONSTRAINT pk__ms_markets__issuer PRIMARY KEY (uid, unique_identifier)",
        (
            (
                "ms_markets__issuer.pk__ms_markets__issuer: the database has PRIMARY KEY "
                "(uid, unique_identifier); 1003 has PRIMARY KEY (uid)"
            ),
        ),
    ),
    "a foreign key that deletes": Change(
        "ALTER TABLE ms_markets__calendardate"
        " DROP CONSTRAINT fk__ms_markets__calendardate__calendar_uid__ms_marke_d1ea943953,"
        " ADD CONSTRAINT fk__ms_markets__calendardate__calendar_uid__ms_marke_d1ea943953"
        " FOREIGN KEY (calendar_uid) REFERENCES ms_markets__calendar (uid) ON DELETE SET NULL",
        ("ON DELETE SET NULL; 1003 has",),
    ),
    "a check with another condition": Change(
        "ALTER TABLE ms_markets__index"
        " DROP CONSTRAINT ck__ms_markets__index__index_value_format_valid,"
        " ADD CONSTRAINT ck__ms_markets__index__index_value_format_valid"
        " CHECK (value_format IN ('decimal', 'percent', 'bps'))",
        ("ms_markets__index.ck__ms_markets__index__index_value_format_valid: the database has",),
    ),
    "a check that is not valid": Change(
        "ALTER TABLE ms_markets__index"
        " DROP CONSTRAINT ck__ms_markets__index__index_value_format_valid,"
        " ADD CONSTRAINT ck__ms_markets__index__index_value_format_valid"
        " CHECK (value_format IN ('decimal', 'percent')) NOT VALID",
        (
            (
                "ms_markets__index.ck__ms_markets__index__index_value_format_valid: PostgreSQL "
                "holds the check for not valid"
            ),
        ),
    ),
    "an index with another condition": Change(
        "DROP INDEX uix__ms_markets__indexformuladefinition__index_uid;"
        " CREATE UNIQUE INDEX uix__ms_markets__indexformuladefinition__index_uid"
        " ON ms_markets__indexformuladefinition (index_uid) WHERE status = 'draft'",
        (
            (
                "ms_markets__indexformuladefinition"
                ".uix__ms_markets__indexformuladefinition__index_uid: the database has"
            ),
            "(index_uid) WHERE ((status)::text = 'draft'::text); 1003 has",
            "(index_uid) WHERE status = 'active'\n",
        ),
    ),
    "an index of another method": Change(
        "DROP INDEX ix__ms_markets__asset__asset_type;"
        f" CREATE INDEX ix__ms_markets__asset__asset_type ON {ASSET} USING hash (asset_type)",
        (f"ON {ASSET} USING hash (asset_type); 1003 has",),
    ),
    "an index that sorts otherwise": Change(
        "DROP INDEX ix__ms_markets__asset__asset_type;"
        f' CREATE INDEX ix__ms_markets__asset__asset_type ON {ASSET} (asset_type COLLATE "C")',
        ('(asset_type COLLATE "C"); 1003 has CREATE INDEX',),
    ),
    "a missing index": Change(
        "DROP INDEX ix__ms_markets__asset__asset_type",
        (f"{ASSET}.ix__ms_markets__asset__asset_type: the database has no such index; 1003 has",),
    ),
    "a missing foreign key": Change(
        "ALTER TABLE ms_markets__calendardate"
        " DROP CONSTRAINT fk__ms_markets__calendardate__calendar_uid__ms_marke_d1ea943953",
        (
            (
                "ms_markets__calendardate.fk__ms_markets__calendardate__calendar_uid__ms_marke_"
                "d1ea943953: the database has no such key; 1003 has"
            ),
        ),
    ),
    "a missing check": Change(
        "ALTER TABLE ms_markets__index"
        " DROP CONSTRAINT ck__ms_markets__index__index_value_format_valid",
        (
            (
                "ms_markets__index.ck__ms_markets__index__index_value_format_valid: the database "
                "has no such check; 1003 has"
            ),
        ),
    ),
    "an index that is not valid": Change(
        "UPDATE pg_index SET indisvalid = false"
        " WHERE indexrelid = 'ix__ms_markets__asset__asset_type'::regclass",
        (f"{ASSET}.ix__ms_markets__asset__asset_type: PostgreSQL holds the index for not valid",),
    ),
    "a table of another owner": Change(
        f"ALTER TABLE {ASSET} OWNER TO CURRENT_USER",
        (f"{ASSET}: it belongs to ",),
    ),
}


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED.keys())
def test_what_would_be_lost_is_named_and_refused(
    change: Change, environment: Mapping[str, str], superuser: Connection
) -> None:
    superuser.execute(change.ddl.encode())
    before = state(superuser)
    result = adopt(environment)
    assert (result.value, result.stderr) == (1, "")
    for line in change.lines:
        assert line in result.stdout
    assert "\nNothing was changed, because " in result.stdout
    assert state(superuser) == before


def test_what_is_beyond_1003_is_reported_and_kept(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    superuser.execute(
        f"CREATE INDEX by_hand ON {ASSET} (asset_type, uid);"
        f" ALTER TABLE {ASSET} ADD CONSTRAINT not_empty CHECK (unique_identifier <> ''),"
        " ADD CONSTRAINT no_other UNIQUE (uid, unique_identifier),"
        " ADD CONSTRAINT apart EXCLUDE (unique_identifier WITH =),"
        f" ADD CONSTRAINT itself FOREIGN KEY (uid) REFERENCES {ASSET} (uid);"
        " CREATE TABLE ms_markets__extra ()".encode()
    )
    before = describe(superuser)
    result = adopt(environment)
    assert lines_of(result, ADOPTED) - set(ALWAYS) == {
        (
            f"{ASSET}.not_empty: 1003 has no such check; the database has CHECK "
            "unique_identifier::text <> ''::text"
        ),
        (
            f"{ASSET}.by_hand: 1003 has no such index; the database has CREATE INDEX by_hand ON "
            f"{ASSET} (asset_type, uid)"
        ),
        (
            f"{ASSET}.no_other: 1003 has no such key; the database has UNIQUE "
            "(uid, unique_identifier)"
        ),
        (
            f"{ASSET}.apart: 1003 has no such key; the database has EXCLUDE USING btree "
            "(unique_identifier WITH =)"
        ),
        (
            f"{ASSET}.itself: 1003 has no such key; the database has FOREIGN KEY(uid) REFERENCES "
            f"{ASSET} (uid)"
        ),
        "ms_markets__extra: 1003 has no such table",
    }
    after = describe(superuser)
    assert after[ASSET] == before[ASSET]
    assert after.keys() == before.keys()


ROW_FAULTS = {
    "an earlier revision of ms-markets": (
        "UPDATE ms_markets__alembic_version SET version_num = '0016'",
        (
            "holds 0016, and adopt takes 0017 of ms-markets 1.0.16 and nothing else; migrate to it "
            f"with `{UPGRADE}` in an environment with ms-markets 1.0.16, and run this again.\n"
        ),
    ),
    "a revision of ours": (
        "UPDATE ms_markets__alembic_version SET version_num = '1003'",
        (
            "holds 1003, and adopt takes 0017 of ms-markets 1.0.16 and nothing else; that is a "
            f"revision of msm already, so go on with `{UPGRADE}`.\n"
        ),
    ),
    "two rows": (
        "INSERT INTO ms_markets__alembic_version VALUES ('acme0001')",
        (
            "holds 0017, acme0001, and adopt takes 0017 of ms-markets 1.0.16 and nothing else; "
            "find out what made this database, and leave it to that.\n"
        ),
    ),
    "no row": (
        "DELETE FROM ms_markets__alembic_version",
        (
            "holds no row, and adopt takes 0017 of ms-markets 1.0.16 and nothing else; find out "
            "what made this database, and leave it to that.\n"
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


def test_a_refused_identifier_leaves_the_database_as_it_was(
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


def test_a_table_that_is_held_leaves_the_database_as_it_was_and_names_the_holder(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    before = state(superuser)
    url = url_of(superuser).render_as_string(hide_password=False)
    with psycopg.connect(url, application_name="a service") as holding:
        holding.execute(f"SELECT FROM {PORTFOLIO}".encode())
        # While it waits, PostgreSQL is asked on another connection for whom.
        result = adopt({**environment, TABLE_LOCK_TIMEOUT_VARIABLE: "2"})
        assert (result.value, result.stdout) == (2, "")
        assert f"SELECT pg_terminate_backend({holding.info.backend_pid})" in result.stderr
        assert "; nothing of this run was kept; " in result.stderr
    assert state(superuser) == before


def test_another_namespace_is_refused_before_the_platform_is_asked() -> None:
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
        "The namespace 'acme.research' has no revision 1003 that a database of ms-markets could be "
        "compared with; unset MSM_AUTO_REGISTER_NAMESPACE."
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
    assert result.stderr.startswith(f"Another migration holds the lock of {LOCK_TABLE}")
    assert lines_of(adopt(waits, "--dry-run"), WOULD) == set(ALWAYS)
    running.release()
    assert state(superuser) == before
    assert adopt(waits).value == 0
