"""docs/existing-tables.md: a project with tables, a history and resources moves onto msm."""

import io
import runpy
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import Connection
from sqlalchemy import MetaData, create_engine
from sqlalchemy.pool import NullPool

from migrations.errors import OtherHistoryError
from migrations.provider import MarketsMigration
from migrations.run.inherited import name_as_before
from msm_local.platform import LocalPlatform
from tests.conftest import ROOT, environment_of
from tests.downstream.conftest import Project
from tests.downstream.cycle import look
from tests.support.forked import Finished, run_forked, run_sdk_cli
from tests.support.generation import GENERATION
from tests.support.markdown import blocks_of, commands_of
from tests.support.migrating import REVISION, sentence_of
from tests.support.refusals import sentence
from tests.support.schema import describe
from tests.support.urls import url_of

pytestmark = pytest.mark.slow

PAGE = ROOT / "docs" / "existing-tables.md"
BLOCKS = [block for block in blocks_of(PAGE) if block.generation in {None, GENERATION}]
TABLES = ["vector_feed__source", "vector_feed__vector_prices"]
VERSIONS = "vector_feed__versions"
ROWS = """
    INSERT INTO ms_markets__asset (unique_identifier) VALUES ('XNAS:AAPL');
    INSERT INTO vector_feed__source (uid, name, kind)
    VALUES ('6f1c0d5e-2a63-4f0c-9a37-0e3a4ef4b001', 'Main feed', 'vendor');
    INSERT INTO vector_feed__vector_prices
    SELECT day, 'XNAS:AAPL', '6f1c0d5e-2a63-4f0c-9a37-0e3a4ef4b001', 243.125
    FROM generate_series(timestamptz '2025-01-01', '2025-01-03', '1 day') AS day
"""
RESOURCES = """
    SELECT physical_table_name, uid::text, identifier, migration_provider_key, provisioning_status
    FROM msm_local.meta_tables WHERE physical_table_name LIKE 'vector_feed%' ORDER BY 1
"""
ENTERED = [
    ("vector_feed__source", "vector_feed.Source"),
    ("vector_feed__vector_prices", "vector_feed.vector_prices"),
    (VERSIONS, "vector_feed.alembic_version"),
]
READ = ["XNAS:AAPL 243.125000000000000000"] * 3
OTHER = {
    "provider": "vector_feed_connector",
    "version_table": VERSIONS,
    "identifier": "vector_feed.alembic_version",
}


@pytest.fixture
def feed(tmp_path: Path) -> Project:
    """The project as it was, with its provider of the SDK."""
    shutil.copytree(ROOT / "tests" / "data" / "vector_feed", tmp_path, dirs_exist_ok=True)
    shutil.copytree(ROOT / "migrations", tmp_path / "migrations")
    return Project(tmp_path, "vector_feed")


@pytest.fixture
def populated(feed: Project, environment: Mapping[str, str], superuser: Connection) -> Project:
    """The project at 0014, by its own migrations through the SDK, with rows."""
    ran = feed.migrate("upgrade", "head", environment=environment)
    assert ran.exit_code == 0, ran.stderr
    superuser.execute(ROWS)
    return feed


def move(project: Project, **changed: str) -> None:
    """Write the files of the page, as a project from a wheel has them."""
    for block in BLOCKS:
        if block.title is not None:
            text = block.text.replace("from msm_migrations.", "from migrations.")
            for name, value in changed.items():
                text = text.replace(f'{name}="{OTHER[name]}"', f'{name}="{value}"')
            (project.folder / block.title).write_text(text, encoding="utf-8")


def follow(project: Project, words: list[str], environment: Mapping[str, str]) -> Finished:
    """Run a command of the page."""
    if words[0] == "python":
        tool = words[2].removeprefix("msm_migrations.")
        return look(project, tool, environment=environment)
    return run_sdk_cli(*words[1:], environment=environment, folder=project.folder)


def follow_all(project: Project, environment: Mapping[str, str]) -> str:
    """Run every command of the page, and return the revision that the first one made."""
    for block in BLOCKS:
        if block.language == "sh":
            for words in commands_of(block):
                done = follow(project, words, environment)
                assert (done.exit_code, done.value or 0) == (0, 0), done.stdout + done.stderr
    (file,) = project.folder.glob("vector_feed_migrations/versions/*/0015_*.py")
    return file.read_text(encoding="utf-8")


def run_service() -> None:
    sys.path.insert(0, str(Path.cwd()))
    runpy.run_module("vector_feed", run_name="__main__", alter_sys=True)


def read_rows(project: Project, environment: Mapping[str, str]) -> list[str]:
    done = run_forked(run_service, environment=environment, folder=project.folder)
    assert done.exit_code == 0, done.stderr
    return done.stdout.splitlines()


def test_project_with_resources_moves_and_keeps_them(
    populated: Project, environment: Mapping[str, str], superuser: Connection
) -> None:
    before = superuser.execute(RESOURCES).fetchall()
    assert len(before) == 3
    move(populated)
    made = follow_all(populated, environment)
    # Comments, and the server default of a key that Python made before.
    operations = made.partition("def upgrade")[2].partition("def downgrade")[0]
    assert operations.count("op.") == operations.count("op.create_table_comment(") + 1
    assert operations.count("gen_random_uuid()") == 1
    assert superuser.execute(RESOURCES).fetchall() == before
    assert superuser.execute(f"SELECT * FROM {VERSIONS}").fetchall() == [("0015",)]
    assert read_rows(populated, environment) == READ


def upgrade_plainly(project: Project, database: Connection, owner: str) -> None:
    """Run its revisions by Alembic alone: no provider, no catalog."""
    folder = project.folder / "vector_feed_migrations"
    script = ScriptDirectory(str(folder), version_locations=[str(folder / "versions/vector_feed")])
    engine = create_engine(url_of(database), poolclass=NullPool)
    with (
        engine.connect() as connection,
        EnvironmentContext(
            Config(), script, fn=lambda row, _: script._upgrade_revs("head", row)
        ) as context,
    ):
        connection.exec_driver_sql(f"SET ROLE {owner}")
        context.configure(connection=connection, version_table=VERSIONS)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


def test_project_of_plain_alembic_is_entered_once(
    feed: Project,
    environment: Mapping[str, str],
    head_database: Connection,
    superuser: Connection,
) -> None:
    owner = superuser.execute(
        "SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 'ms_markets__asset'"
    ).fetchone()
    assert owner is not None
    upgrade_plainly(feed, head_database, owner[0])
    superuser.execute(ROWS)
    move(feed)
    follow_all(feed, environment)
    found = superuser.execute(RESOURCES).fetchall()
    assert [(table, identifier) for table, _, identifier, _, _ in found] == ENTERED
    assert {key for _, _, _, key, _ in found} == {"vector_feed_connector:vector-feed"}
    assert {status for *_, status in found} == {"active"}
    assert read_rows(feed, environment) == READ


def test_old_revisions_run_as_they_are(
    populated: Project,
    fresh_platform: LocalPlatform,
    empty_database: Connection,
    superuser: Connection,
) -> None:
    wanted = describe(superuser)
    move(populated)
    empty = environment_of(fresh_platform)
    ours = run_sdk_cli(
        "migrations",
        "upgrade",
        "--provider",
        "migrations:migration",
        "head",
        environment=empty,
        folder=populated.folder,
    )
    assert ours.exit_code == 0, ours.stderr
    ran = populated.migrate("upgrade", "head", environment=empty)
    assert ran.exit_code == 0, ran.stderr
    found = describe(empty_database)
    assert {name: found[name] for name in TABLES} == {name: wanted[name] for name in TABLES}


@pytest.mark.parametrize(
    ("by_convention", "check"), [(False, "ck_source_kind"), (True, "ck__a__ck_source_kind")]
)
def test_old_revisions_name_constraints_as_before(
    feed: Project, by_convention: bool, check: str
) -> None:
    folder = feed.folder / "vector_feed_migrations"
    script = ScriptDirectory(str(folder), version_locations=[str(folder / "versions/vector_feed")])
    provider = SimpleNamespace(
        named_by_convention=by_convention, inherited=lambda _: frozenset(["0001"])
    )
    name_as_before(script, cast("MarketsMigration", provider))
    written = io.StringIO()
    models = MetaData(naming_convention={"ck": "ck__a__%(constraint_name)s"})
    context = MigrationContext.configure(
        dialect_name="postgresql",
        opts={"as_sql": True, "output_buffer": written, "target_metadata": models},
    )
    with Operations.context(context):
        script.get_revision("0001").module.upgrade()
    assert f"CONSTRAINT {check} CHECK" in written.getvalue()
    assert context.opts["target_metadata"] is models


def test_downgrade_of_old_revisions_refuses_to_lose_rows(
    feed: Project, environment: Mapping[str, str], superuser: Connection
) -> None:
    # Its batch_alter_table alone would have it refused.
    (feed.folder / "vector_feed_migrations/versions/vector_feed/0014_notes.py").unlink()
    ran = feed.migrate("upgrade", "head", environment=environment)
    assert ran.exit_code == 0, ran.stderr
    superuser.execute(ROWS)
    move(feed)
    provider = feed.folder / "vector_feed_migrations" / "__init__.py"
    text = provider.read_text(encoding="utf-8").replace('"0014"', '"0002"')
    provider.write_text(text, encoding="utf-8")
    refused = feed.migrate("downgrade", "0001", environment=environment)
    assert refused.exit_code == 5, refused.stderr
    assert "would lose vector_feed__vector_prices (3 rows)" in sentence_of(refused)
    assert superuser.execute(f"SELECT * FROM {VERSIONS}").fetchall() == [("0002",)]


def test_types_of_old_revisions_are_known_to_new_ones(
    feed: Project, environment: Mapping[str, str], superuser: Connection
) -> None:
    ran = feed.migrate("upgrade", "head", environment=environment)
    assert ran.exit_code == 0, ran.stderr
    move(feed)
    widen = 'op.alter_column("vector_feed__source", "kind", type_=sa.String(32))'
    versions = feed.folder / "vector_feed_migrations/versions/vector_feed"
    text = REVISION.format(revision="0015", parent="0014", upgrade=widen, downgrade="pass")
    (versions / "0015_wider.py").write_text(text, encoding="utf-8")
    ran = feed.migrate("upgrade", "head", environment=environment)
    assert ran.exit_code == 0, ran.stderr
    assert superuser.execute(f"SELECT * FROM {VERSIONS}").fetchall() == [("0015",)]


def test_a_name_that_the_catalog_does_not_have_is_refused(
    populated: Project, environment: Mapping[str, str], superuser: Connection
) -> None:
    before = superuser.execute(RESOURCES).fetchall()
    known = OTHER["identifier"]
    for name, table, identifier, provider in (
        ("provider", VERSIONS, known, "elsewhere"),
        ("identifier", VERSIONS, "elsewhere", "vector_feed_connector"),
        ("version_table", "elsewhere", known, "vector_feed_connector"),
    ):
        move(populated, **{name: "elsewhere"})
        refused = populated.migrate("upgrade", "head", environment=environment)
        assert refused.exit_code == 1
        assert sentence_of(refused) == sentence(
            OtherHistoryError,
            there=VERSIONS,
            known=known,
            owner="vector_feed_connector:vector-feed",
            package="vector_feed_connector",
            namespace="vector-feed",
            table=table,
            identifier=identifier,
            key=f"{provider}:vector-feed",
        )
    assert superuser.execute(RESOURCES).fetchall() == before
