"""What is refused before any DDL, each with its own sentence, and with nothing changed."""

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
from migrations.run.lock import release
from msm.errors import MissingTableError
from msm.models import AssetSnapshotsTS
from msm_local.platform import LocalPlatform
from tests.conftest import environment_of
from tests.support.alembic import config_for, url_of
from tests.support.forked import value_of
from tests.support.history import AFTER, HEAD, NEXT, TABLES
from tests.support.migrating import UPGRADE, migrate, migrate_in, sentence_of, write_revision
from tests.support.pooler import pooler
from tests.support.schema import defaults_and_comments, describe

ADOPT = "run `python -m migrations.adopt`."
PUBLISHED = "the published ms-markets"
COMMANDS = [("upgrade", "head"), ("downgrade", "base")]
each_command = pytest.mark.parametrize("arguments", COMMANDS, ids=lambda a: a[0])


def contents(database: Connection) -> list[object]:
    """All that a migration could change."""
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
    """Case 21."""
    stamp(superuser, "9912")
    with unchanged(superuser):
        result = migrate(*arguments, environment=environment)
    assert result.exit_code == 1
    assert sentence_of(result) == (
        f"The database is ahead of this code: it is at 9912 and this code ends at {HEAD}, and "
        "nothing was changed; run this with the version of msm-migrations that has 9912, or "
        "restore the file of 9912, or from there take the database back with `mainsequence "
        f"migrations downgrade --provider migrations:migration {HEAD}`."
    )


@pytest.mark.parametrize(
    ("row", "release", "remedy"),
    [
        ("0017", PUBLISHED, ADOPT),
        ("0005", PUBLISHED, f"migrate it to 0017 with ms-markets 1.0.16 first, then {ADOPT}"),
        (
            "0018",
            "an ms-markets newer than 1.0.16",
            f"take it back to 0017 with that version first, then {ADOPT}",
        ),
    ],
)
def test_a_database_of_the_published_history(
    row: str, release: str, remedy: str, environment: Mapping[str, str], superuser: Connection
) -> None:
    """Case 21."""
    stamp(superuser, row)
    with unchanged(superuser):
        result = migrate("upgrade", "head", environment=environment)
    assert result.exit_code == 1
    assert sentence_of(result) == (
        f"The database is at {row} of {release}, whose tables this code does not "
        f"take for its own unseen, and nothing was changed; {remedy}"
    )


@pytest.mark.parametrize("arguments", [*COMMANDS, ("current",)], ids=lambda a: a[0])
def test_a_database_of_a_project_that_extends_this_history(
    arguments: tuple[str, ...], environment: Mapping[str, str], superuser: Connection
) -> None:
    """Case 21."""
    stamp(superuser, HEAD, "acme0001")
    with unchanged(superuser):
        result = migrate(*arguments, environment=environment)
    assert result.exit_code == 1
    assert sentence_of(result) == (
        "The database is at acme0001, and acme0001 comes from a project that extends this history "
        "and that migrations:migration does not carry, and nothing was changed; install that "
        "project, and give the provider of its migration package as --provider."
    )


@pytest.mark.parametrize("table", [True, False], ids=["empty table", "no table"])
def test_tables_without_a_version_row(
    table: bool, environment: Mapping[str, str], superuser: Connection
) -> None:
    """Case 23: what made them is not known, so nothing is stamped."""
    superuser.execute("DELETE FROM ms_markets__alembic_version")
    if not table:
        superuser.execute("DROP TABLE ms_markets__alembic_version")
    with unchanged(superuser):
        result = migrate("upgrade", "head", environment=environment)
    assert result.exit_code == 1
    assert sentence_of(result) == (
        f"The database has {', '.join(TABLES[:3])} and {len(TABLES) - 3} more, and "
        "ms_markets__alembic_version does not say which revision made them, so nothing was "
        "changed; restore that table from where the others came from, or drop them if nothing in "
        f"them is needed, and run `{UPGRADE}`."
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
    "take it back to PostgreSQL's default with RESET search_path in ALTER DATABASE and ALTER ROLE, "
    "and keep the schema public"
)


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [("upgrade", "head"), ("revision", "-m", "Probe")])
@pytest.mark.parametrize(
    ("disturb", "path", "meant", "remedy"),
    [
        (set_database_path, "'acme, public'", "acme, public", DEFAULT),
        (
            make_schema_of_owner,
            "'\"$user\", public'",
            "{owner}, public",
            "rename or drop the schema {owner}, which is named like the owner role",
        ),
        (drop_public, "'\"$user\", public'", "no schema", DEFAULT),
    ],
    ids=["database", "role", "no public"],
)
def test_a_search_path_that_means_another_schema(
    disturb: Callable[[Connection, str], None],
    path: str,
    meant: str,
    remedy: str,
    arguments: tuple[str, ...],
    fresh_platform: LocalPlatform,
    watcher: Connection,
    checkout: Path,
) -> None:
    """Case 26."""
    row = watcher.execute("SELECT owner_role FROM msm_local.settings").fetchone()
    assert row is not None
    disturb(watcher, row[0])
    result = migrate(*arguments, environment=environment_of(fresh_platform), folder=checkout)
    assert result.exit_code == 1
    assert sentence_of(result) == (
        f"search_path is {path}, which here means {meant}, while unqualified names have to mean "
        f"public alone, and nothing was changed; {remedy}, then run this again.".format(
            owner=row[0]
        )
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
def test_a_namespace_whose_slug_is_another_ones(
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
            assert sentence_of(result) == (
                "ms_markets__alembic_version__acme_research of the namespace 'acme_research' "
                "belongs to 'acme.research' in the platform's catalog, because both make the same "
                "table names, and nothing was changed; set MSM_AUTO_REGISTER_NAMESPACE to "
                "'acme.research', or to a name that differs from it in more than punctuation."
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
    assert sentence_of(result) == (
        "ms_markets__asset of the namespace 'mainsequence.markets' belongs to 'acme' in the "
        "platform's catalog, because both make the same table names, and nothing was changed; set "
        "MSM_AUTO_REGISTER_NAMESPACE to 'acme', or to a name that differs from it in more than "
        "punctuation."
    )


def attach_and_read() -> str:
    runtime = msm.start_engine([AssetSnapshotsTS])
    with pytest.raises(MissingTableError) as caught:
        runtime.execute(select(AssetSnapshotsTS.asset_identifier))
    return str(caught.value)


def test_a_table_that_was_dropped_by_hand(
    platform: LocalPlatform, environment: Mapping[str, str], superuser: Connection
) -> None:
    """Alembic would have nothing to do, and finalize would call the catalog's row deleted."""
    table = AssetSnapshotsTS.__tablename__
    before = rows_of(platform, table)
    superuser.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(table)))
    with unchanged(superuser):
        for arguments in (("upgrade", "head"), ("upgrade", "1003"), ("downgrade", "1003")):
            result = migrate(*arguments, environment=environment)
            assert result.exit_code == 1
            assert sentence_of(result) == (
                f"{table} is gone from the database, though it is at {HEAD}, and nothing was "
                "changed; `python -m migrations.check` prints the SQL that makes what is gone."
            )
    assert rows_of(platform, table) == before
    assert "`python -m migrations.check`" in value_of(attach_and_read, environment=environment)


def test_a_table_of_a_later_revision_is_not_missed_below_it(
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
    assert capsys.readouterr().err == (
        f"A transaction pooler stands before PostgreSQL at {info.host}:{port}, where the lock that "
        "keeps migrations apart does not hold; have the platform connect to PostgreSQL directly, "
        "or to a port in session mode, and run this again.\n"
    )


def test_a_session_pooler_is_good_enough(empty_database: Connection) -> None:
    info = empty_database.info
    with pooler(info.host, info.port, by_transaction=False) as port:
        command.upgrade(config_for(url_of(empty_database).set(port=port)), "1001")
        release()
    assert len(describe(empty_database)) == 39


def two_heads(checkout: Path) -> str:
    files = [write_revision(checkout, "pass", revision=name) for name in (NEXT, AFTER)]
    return (
        f"Revisions {NEXT} and {AFTER} are both heads of one branch, in {files[0]} and {files[1]}; "
        "let the one that is not deployed yet follow the other in its down_revision."
    )


def an_id_twice(checkout: Path) -> str:
    file = write_revision(checkout, "pass")
    twice = Path(shutil.copy(file, file.with_name(f"{NEXT}_twice.py")))
    return (
        f"Revision {NEXT} is in {file} and in {twice}; give one of them another id, and have what "
        "follows it say so."
    )


def a_missing_parent(checkout: Path) -> str:
    file = write_revision(checkout, "pass", parent="0999")
    return (
        f"Revision {NEXT} in {file} follows 0999, which no file carries; restore that file, or "
        "correct down_revision."
    )


def an_unknown_dependency(checkout: Path) -> str:
    file = write_revision(checkout, "pass")
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("depends_on: str | None = None", "depends_on = '0999'"))
    return (
        f"Revision {NEXT} in {file} depends on 0999, which no file carries; restore that file, or "
        "correct depends_on."
    )


def a_circle(checkout: Path) -> str:
    files = [
        write_revision(checkout, "pass", revision=name, parent=parent)
        for name, parent in ((NEXT, AFTER), (AFTER, NEXT))
    ]
    return (
        f"Revisions {NEXT} -> {AFTER} -> {NEXT} follow each other in a circle, in {files[0]}, "
        f"{files[1]}; correct down_revision or depends_on of one."
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
    """Case 22: Alembic itself would leave a revision out and go on, or print a traceback."""
    sentence = spoil(checkout)
    with unchanged(empty_database):
        result = migrate(
            "upgrade", "head", environment=environment_of(fresh_platform), folder=checkout
        )
    assert result.exit_code == 1
    assert sentence_of(result) == sentence
