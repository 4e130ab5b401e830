"""A project with its own history, which must not change our tables."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from psycopg import Connection

from migrations.errors import DatabaseAheadError, ForeignTableChangedError, MissingReferenceError
from msm_local.platform import LocalPlatform
from tests.conftest import environment_of
from tests.downstream.conftest import Project
from tests.support.migrating import migrate, sentence_of
from tests.support.refusals import KEPT, NOTHING_KEPT, sentence
from tests.support.schema import describe

pytestmark = pytest.mark.slow

ASSET = "ms_markets__asset"


def tables_of(database: Connection) -> set[str]:
    found = database.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '__'")
    tables = {name for (name,) in found}
    database.rollback()
    return tables


def test_migration_begins_only_where_our_tables_exist(
    globex: Project, fresh_platform: LocalPlatform, empty_database: Connection
) -> None:
    environment = environment_of(fresh_platform)
    made = globex.migrate("revision", "-m", "create", environment=environment)
    assert made.exit_code == 0, made.stderr
    result = globex.migrate("upgrade", "head", environment=environment)
    assert result.exit_code == 1
    assert sentence_of(result) == sentence(
        MissingReferenceError,
        columns="ms_markets__asset.uid, ms_markets__asset.unique_identifier",
        project="globex",
    )
    # Alembic's own table, which autogenerate created.
    assert tables_of(empty_database) == {"globex__alembic_version"}


def test_up_and_down_at_any_revision_of_ours(
    globex: Project, fresh_platform: LocalPlatform, empty_database: Connection
) -> None:
    environment = environment_of(fresh_platform)
    assert migrate("upgrade", "1003", environment=environment).exit_code == 0
    made = globex.migrate("revision", "-m", "create", environment=environment)
    assert made.exit_code == 0, made.stderr
    first = globex.revision("0001")
    assert len(re.findall(r'create_table\(\s*"globex__', first)) == 2
    assert first.count("op.create_index(") == 2
    assert first.count('"ms_markets__') == 2 == first.count('["ms_markets__asset.u')
    ran = globex.migrate("upgrade", "head", environment=environment)
    assert ran.exit_code == 0, ran.stderr

    moved_on = migrate("upgrade", "head", environment=environment)
    assert moved_on.exit_code == 0, moved_on.stderr
    made = globex.migrate("revision", "-m", "nothing", environment=environment)
    assert made.exit_code == 0, made.stderr
    assert "op." not in globex.revision("0002").partition("def upgrade")[2]

    before = describe(empty_database)
    empty_database.rollback()
    back = globex.migrate("downgrade", "base", environment=environment)
    assert back.exit_code == 0, back.stderr
    after = describe(empty_database)
    assert set(before) - set(after) == {"globex__rating", "globex__rating_scores"}
    assert after == {name: before[name] for name in after}


@pytest.mark.parametrize(
    ("body", "table"),
    [
        ('op.drop_table("ms_markets__assetsnapshotsts")', "ms_markets__assetsnapshotsts"),
        ('op.execute("DROP TABLE ms_markets__portfolio CASCADE")', "ms_markets__portfolio"),
        ('op.drop_index("ix__ms_markets__asset__asset_type")', "ms_markets__asset"),
        ('op.execute("ALTER TABLE ms_markets__asset ADD CHECK (true)")', "ms_markets__asset"),
        ('op.alter_column("ms_markets__asset", "asset_type", nullable=False)', "ms_markets__asset"),
        ('op.drop_table("ms_markets__alembic_version")', "ms_markets__alembic_version"),
        # This code does not know the table: a newer version or another namespace would create it.
        ('op.create_table("ms_markets__later", sa.Column("uid", sa.Uuid()))', "ms_markets__later"),
    ],
)
def test_revision_that_changes_our_tables_is_rolled_back(
    globex: Project,
    environment: Mapping[str, str],
    head_database: Connection,
    body: str,
    table: str,
) -> None:
    before = describe(head_database)
    head_database.rollback()
    losing = {"drop_table": "drop-table", "DROP TABLE": "drop-table", "False": "set-not-null"}
    reason = next((rule for word, rule in losing.items() if word in body), None)
    globex.write("0001", None, body, acknowledged=reason)
    result = globex.migrate("upgrade", "head", environment=environment)
    assert result.exit_code == 1
    # CASCADE changes tables that refer to the dropped one, too.
    tables = sentence_of(result).partition(":")[0]
    assert tables.split(", ")[0] == table
    assert sentence_of(result) == sentence(
        ForeignTableChangedError, tables=tables, project="globex", outcome=NOTHING_KEPT
    )
    assert describe(head_database) == before


def test_what_an_autocommit_block_changed_is_reported(
    globex: Project, environment: Mapping[str, str], head_database: Connection
) -> None:
    drop = "DROP INDEX CONCURRENTLY ix__ms_markets__asset__asset_type"
    body = f'with op.get_context().autocommit_block():\n        op.execute("{drop}")'
    globex.write("0001", None, body)
    result = globex.migrate("upgrade", "head", environment=environment)
    assert result.exit_code == 1
    assert sentence_of(result) == sentence(
        ForeignTableChangedError, tables=ASSET, project="globex", outcome=KEPT
    )
    assert "ix__ms_markets__asset__asset_type" not in describe(head_database)[ASSET].indexes
    assert head_database.execute("SELECT * FROM globex__alembic_version").fetchall() == []


def test_revision_that_creates_our_table_is_rolled_back(
    globex: Project, fresh_platform: LocalPlatform, empty_database: Connection
) -> None:
    environment = environment_of(fresh_platform)
    assert migrate("upgrade", "1001", environment=environment).exit_code == 0
    absent = "ms_markets__portfoliometadata"
    assert absent not in tables_of(empty_database)
    globex.write("0001", None, f'op.create_table("{absent}", sa.Column("uid", sa.Uuid()))')
    result = globex.migrate("upgrade", "head", environment=environment)
    assert result.exit_code == 1
    assert sentence_of(result) == sentence(
        ForeignTableChangedError, tables=absent, project="globex", outcome=NOTHING_KEPT
    )
    assert absent not in tables_of(empty_database)


def test_unknown_row_of_a_project_is_not_published(
    globex: Project, environment: Mapping[str, str]
) -> None:
    files: list[Path] = [globex.write("0001", None, "pass"), globex.write("0002", "0001", "pass")]
    globex.write("0003", "0002", 'op.execute("SELECT 1")')
    # The revisions run, and finalize fails because the models' tables do not exist.
    globex.migrate("upgrade", "0002", environment=environment)
    files[1].unlink()
    (globex.versions / "0003_by_hand.py").unlink()
    result = globex.migrate("upgrade", "head", environment=environment)
    assert sentence_of(result) == sentence(
        DatabaseAheadError,
        row="0002",
        head="0001",
        origin="globex_migrations",
        provider="globex_migrations:migration",
    )
