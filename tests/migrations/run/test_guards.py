"""What is refused before any DDL, each with its sentence, and with nothing changed."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from alembic import command
from psycopg import Connection, sql
from sqlalchemy import select

import msm
from migrations.errors import (
    DatabaseAheadError,
    DuplicateRevisionError,
    LostTablesError,
    MissingExtensionError,
    MissingParentError,
    NamespaceTakenError,
    PoolerError,
    PublishedHistoryError,
    RevisionCycleError,
    SearchPathError,
    SeveralHeadsError,
    UnknownDependencyError,
    UnversionedTablesError,
)
from migrations.run.lock import release
from msm.errors import MissingTableError
from msm.models import AssetSnapshotsTS
from msm_local.platform import LocalPlatform
from tests.conftest import PROVIDER, environment_of
from tests.support.alembic import config_for
from tests.support.forked import value_of
from tests.support.history import AFTER, HEAD, NEXT, TABLES
from tests.support.migrating import UPGRADE, migrate, migrate_in, sentence_of, write_revision
from tests.support.pooler import pooler
from tests.support.refusals import sentence
from tests.support.schema import defaults_and_comments, describe
from tests.support.urls import url_of

COMMANDS = [("upgrade", "head"), ("downgrade", "base")]
each_command = pytest.mark.parametrize("arguments", COMMANDS, ids=lambda a: a[0])


def contents(database: Connection) -> list[object]:
    """Everything that a migration could change."""
    found: list[object] = [describe(database), defaults_and_comments(database)]
    if database.execute("SELECT to_regclass('ms_markets__alembic_version')").fetchone() != (None,):
        query = "SELECT version_num FROM ms_markets__alembic_version ORDER BY 1"
        found.append(database.execute(query).fetchall())
    return found


@contextmanager
def unchanged(database: Connection) -> Iterator[None]:
    before = contents(database)
    database.commit()
    yield
    assert contents(database) == before
    database.commit()


def stamp(superuser: Connection, *rows: str) -> None:
    superuser.execute("DELETE FROM ms_markets__alembic_version")
    for row in rows:
        superuser.execute("INSERT INTO ms_markets__alembic_version VALUES (%s)", [row])


@each_command
def test_a_database_ahead_of_this_code(
    arguments: tuple[str, ...], environment: Mapping[str, str], superuser: Connection
) -> None:
    stamp(superuser, "9912")
    with unchanged(superuser):
        result = migrate(*arguments, environment=environment)
    assert result.exit_code == 1
    assert sentence_of(result) == sentence(
        DatabaseAheadError,
        row="9912",
        head=HEAD,
        origin="msm-migrations",
        provider=PROVIDER,
    )


@pytest.mark.parametrize(
    ("row", "release", "remedy"),
    [
        ("0017", "the published ms-markets", ""),
        (
            "0005",
            "the published ms-markets",
            "migrate it to 0017 with ms-markets 1.0.16 first, then ",
        ),
        ("0018", "the published ms-markets", ""),
        ("0020", "the published ms-markets", ""),
        (
            "0021",
            "an ms-markets newer than 2.2.12",
            "install a version of msm-migrations that takes it first, then ",
        ),
    ],
)
def test_a_database_of_the_published_history(
    row: str, release: str, remedy: str, environment: Mapping[str, str], superuser: Connection
) -> None:
    stamp(superuser, row)
    with unchanged(superuser):
        result = migrate("upgrade", "head", environment=environment)
    assert result.exit_code == 1
    assert sentence_of(result) == sentence(
        PublishedHistoryError, row=row, release=release, remedy=remedy, package="migrations"
    )


@pytest.mark.parametrize("arguments", [*COMMANDS, ("current",)], ids=lambda a: a[0])
def test_database_of_a_project_extending_this_history(
    arguments: tuple[str, ...], environment: Mapping[str, str], superuser: Connection
) -> None:
    stamp(superuser, HEAD, "acme0001")
    with unchanged(superuser):
        result = migrate(*arguments, environment=environment)
    assert result.exit_code == 1
    assert sentence_of(result) == sentence(MissingExtensionError, row="acme0001", provider=PROVIDER)


@pytest.mark.parametrize("table", [True, False], ids=["empty table", "no table"])
def test_tables_without_a_version_row(
    table: bool, environment: Mapping[str, str], superuser: Connection
) -> None:
    """Nothing is stamped, because it is not known which revision made them."""
    superuser.execute("DELETE FROM ms_markets__alembic_version")
    if not table:
        superuser.execute("DROP TABLE ms_markets__alembic_version")
    with unchanged(superuser):
        result = migrate("upgrade", "head", environment=environment)
    assert result.exit_code == 1
    assert sentence_of(result) == sentence(
        UnversionedTablesError,
        tables=f"{', '.join(TABLES[:3])} and {len(TABLES) - 3} more",
        version_table="ms_markets__alembic_version",
        command=UPGRADE,
    )


def set_database_path(superuser: Connection, _owner: str) -> None:
    superuser.execute("CREATE SCHEMA acme; GRANT USAGE ON SCHEMA acme TO PUBLIC")
    superuser.execute(
        sql.SQL("ALTER DATABASE {} SET search_path = acme, public").format(
            sql.Identifier(superuser.info.dbname)
        )
    )


def make_schema_of_owner(superuser: Connection, owner: str) -> None:
    superuser.execute(sql.SQL("CREATE SCHEMA AUTHORIZATION {}").format(sql.Identifier(owner)))


def drop_public(superuser: Connection, _owner: str) -> None:
    superuser.execute("DROP SCHEMA public CASCADE")


DEFAULT = (
    "set it to PostgreSQL's default with RESET search_path in ALTER DATABASE and ALTER ROLE, and "
    "keep the schema public"
)


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments", [("upgrade", "head"), ("revision", "-m", "Probe"), ("current",)]
)
@pytest.mark.parametrize(
    ("disturb", "path", "schemas", "remedy"),
    [
        (set_database_path, "'acme, public'", "acme, public", DEFAULT),
        (
            make_schema_of_owner,
            "'\"$user\", public'",
            "{owner}, public",
            "rename or drop the schema {owner}, which has the name of the owner role",
        ),
        (drop_public, "'\"$user\", public'", "no schema", DEFAULT),
    ],
    ids=["database", "role", "no public"],
)
def test_search_path_that_resolves_to_another_schema(
    disturb: Callable[[Connection, str], None],
    path: str,
    schemas: str,
    remedy: str,
    arguments: tuple[str, ...],
    fresh_platform: LocalPlatform,
    watcher: Connection,
    checkout: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # To generation 2 the platform pins the path; the checks do not depend on it.
    monkeypatch.setattr("msm_local.services.metatables.migration_connections.OPTIONS", "")
    row = watcher.execute("SELECT owner_role FROM msm_local.settings").fetchone()
    assert row is not None
    disturb(watcher, row[0])
    result = migrate(*arguments, environment=environment_of(fresh_platform), folder=checkout)
    assert result.exit_code == 1
    assert sentence_of(result) == sentence(
        SearchPathError,
        path=path,
        schemas=schemas.format(owner=row[0]),
        remedy=remedy.format(owner=row[0]),
    )
    assert watcher.execute(
        "SELECT count(*) FROM pg_tables WHERE tablename LIKE 'ms\\_m%'"
    ).fetchone() == (0,)


def rows_of(platform: LocalPlatform, table: str) -> list[dict[str, Any]]:
    answer = httpx.post(
        f"{platform.endpoint}/api/v1/meta-tables/filter/",
        json={"physical_table_name__in": [table], "limit": 10},
        headers={"Authorization": f"Bearer {platform.token}"},
    )
    found: list[dict[str, Any]] = answer.raise_for_status().json()["results"]
    return found


@pytest.mark.slow
def test_namespace_with_the_slug_of_another(
    fresh_platform: LocalPlatform, empty_database: Connection, checkout: Path
) -> None:
    """Both would be the tables ms_markets__asset__acme_research."""
    environment = environment_of(fresh_platform)
    generate = ("revision", "-m", "Create the tables", "--rev-id", "1001")
    for arguments in [generate, ("upgrade", "head")]:
        result = migrate_in("acme.research", *arguments, environment=environment, folder=checkout)
        assert result.exit_code == 0, result.stderr
    with unchanged(empty_database):
        for arguments in [("upgrade", "head"), ("current",)]:
            result = migrate_in(
                "acme_research", *arguments, environment=environment, folder=checkout
            )
            assert result.exit_code == 1
            assert sentence_of(result) == sentence(
                NamespaceTakenError,
                table="ms_markets__alembic_version__acme_research",
                namespace="acme_research",
                owner="acme.research",
            )


def test_a_table_that_another_namespace_has(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    superuser.execute(
        "UPDATE msm_local.meta_tables SET namespace = 'acme' WHERE physical_table_name ="
        " 'ms_markets__asset'"
    )
    with unchanged(superuser):
        result = migrate("downgrade", "1003", environment=environment)
    assert result.exit_code == 1
    assert sentence_of(result) == sentence(
        NamespaceTakenError,
        table="ms_markets__asset",
        namespace="mainsequence.markets",
        owner="acme",
    )


def attach_and_read() -> str:
    runtime = msm.start_engine([AssetSnapshotsTS])
    with pytest.raises(MissingTableError) as caught:
        runtime.execute(select(AssetSnapshotsTS.asset_identifier))
    return str(caught.value)


def test_a_table_that_was_dropped_by_hand(
    platform: LocalPlatform, environment: Mapping[str, str], superuser: Connection
) -> None:
    """Alembic would find nothing to do, and finalize would mark the catalog's row as deleted."""
    table = AssetSnapshotsTS.__tablename__
    before = rows_of(platform, table)
    superuser.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(table)))
    with unchanged(superuser):
        for arguments in (("upgrade", "head"), ("upgrade", "1003"), ("downgrade", "1003")):
            result = migrate(*arguments, environment=environment)
            assert result.exit_code == 1
            assert sentence_of(result) == sentence(LostTablesError, table=table, head=HEAD)
    assert rows_of(platform, table) == before
    assert "`python -m migrations.check`" in value_of(attach_and_read, environment=environment)


def test_table_of_a_later_revision_may_be_missing(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    for arguments in (("downgrade", "1002"), ("upgrade", "1003"), ("downgrade", "base")):
        result = migrate(*arguments, environment=environment)
        assert result.exit_code == 0, result.stderr
    assert describe(superuser) == {}


def test_a_transaction_pooler(
    empty_database: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    info = empty_database.info
    with (
        pooler(info.host, info.port, by_transaction=True) as port,
        unchanged(empty_database),
        pytest.raises(SystemExit) as exit_,
    ):
        command.upgrade(config_for(url_of(empty_database).set(port=port)), "head")
    assert exit_.value.code == 1
    expected = sentence(PoolerError, server=f"{info.host}:{port}")
    assert capsys.readouterr().err == f"{expected}\n"


def test_session_pooler_is_accepted(empty_database: Connection) -> None:
    info = empty_database.info
    with pooler(info.host, info.port, by_transaction=False) as port:
        command.upgrade(config_for(url_of(empty_database).set(port=port)), "1001")
        release()
    assert len(describe(empty_database)) == 39


def two_heads(checkout: Path) -> str:
    files = [write_revision(checkout, "pass", revision=name) for name in (NEXT, AFTER)]
    return sentence(
        SeveralHeadsError,
        first=NEXT,
        second=AFTER,
        branch="one branch",
        first_file=files[0],
        second_file=files[1],
    )


def an_id_twice(checkout: Path) -> str:
    file = write_revision(checkout, "pass")
    twice = Path(shutil.copy(file, file.with_name(f"{NEXT}_twice.py")))
    return sentence(DuplicateRevisionError, revision=NEXT, first=file, second=twice)


def a_missing_parent(checkout: Path) -> str:
    file = write_revision(checkout, "pass", parent="0999")
    return sentence(MissingParentError, revision=NEXT, file=file, parent="0999")


def an_unknown_dependency(checkout: Path) -> str:
    file = write_revision(checkout, "pass")
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("depends_on: str | None = None", "depends_on = '0999'"))
    return sentence(UnknownDependencyError, revision=NEXT, file=file, needed="0999")


def a_circle(checkout: Path) -> str:
    files = [
        write_revision(checkout, "pass", revision=name, parent=parent)
        for name, parent in ((NEXT, AFTER), (AFTER, NEXT))
    ]
    return sentence(
        RevisionCycleError,
        circle=f"{NEXT} -> {AFTER} -> {NEXT}",
        files=f"{files[0]}, {files[1]}",
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "spoil", [two_heads, an_id_twice, a_missing_parent, an_unknown_dependency, a_circle]
)
def test_revisions_that_are_not_one_history(
    spoil: Callable[[Path], str],
    fresh_platform: LocalPlatform,
    empty_database: Connection,
    checkout: Path,
) -> None:
    """Alembic would leave a revision out and continue, or print a traceback."""
    expected = spoil(checkout)
    with unchanged(empty_database):
        result = migrate(
            "upgrade", "head", environment=environment_of(fresh_platform), folder=checkout
        )
    assert result.exit_code == 1
    assert sentence_of(result) == expected
