"""A project that stands beside the provider: a graph of its own, and our tables are not its."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from psycopg import Connection

from msm_local.platform import LocalPlatform
from tests.conftest import environment_of
from tests.downstream.conftest import Project
from tests.support.migrating import migrate
from tests.support.schema import describe

pytestmark = pytest.mark.slow

ASSET = "ms_markets__asset"


def tables_of(database: Connection) -> set[str]:
    found = database.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '__'")
    tables = {name for (name,) in found}
    database.rollback()
    return tables


def test_it_begins_only_where_our_tables_are(
    globex: Project, fresh_platform: LocalPlatform, empty_database: Connection
) -> None:
    environment = environment_of(fresh_platform)
    made = globex.migrate("revision", "-m", "create", environment=environment)
    assert made.exit_code == 0, made.stderr
    result = globex.migrate("upgrade", "head", environment=environment)
    assert result.exit_code == 1
    sentence = result.stderr.splitlines()[-1]
    assert sentence.startswith("ms_markets__asset.uid, ms_markets__asset.unique_identifier: not in")
    assert "mainsequence migrations upgrade --provider migrations:migration head" in sentence
    # Alembic's own table, which autogenerate made.
    assert tables_of(empty_database) == {"globex__alembic_version"}


def test_it_is_made_and_taken_back_whatever_our_revision_is(
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
        # No code of ours knows this one: it is of a newer version, or of another namespace.
        ('op.create_table("ms_markets__later", sa.Column("uid", sa.Uuid()))', "ms_markets__later"),
    ],
)
def test_a_revision_that_touches_our_tables_is_rolled_back(
    globex: Project,
    environment: Mapping[str, str],
    head_database: Connection,
    body: str,
    table: str,
) -> None:
    before = describe(head_database)
    head_database.rollback()
    globex.write("0001", None, body)
    result = globex.migrate("upgrade", "head", environment=environment)
    assert result.exit_code == 1
    sentence = result.stderr.splitlines()[-1]
    assert sentence.startswith(table)
    assert "created, changed or dropped while globex was migrated" in sentence
    assert "; nothing of this run was kept; " in sentence
    assert sentence.endswith("or, where another migration did it meanwhile, run this again.")
    assert describe(head_database) == before


def test_what_ran_in_an_autocommit_block_is_reported_and_stays(
    globex: Project, environment: Mapping[str, str], head_database: Connection
) -> None:
    drop = "DROP INDEX CONCURRENTLY ix__ms_markets__asset__asset_type"
    body = f'with op.get_context().autocommit_block():\n        op.execute("{drop}")'
    globex.write("0001", None, body)
    result = globex.migrate("upgrade", "head", environment=environment)
    assert result.exit_code == 1
    sentence = result.stderr.splitlines()[-1]
    assert sentence.startswith("ms_markets__asset: created, changed or dropped")
    assert "; what ran outside of a transaction was kept" in sentence
    assert "ix__ms_markets__asset__asset_type" not in describe(head_database)[ASSET].indexes
    assert head_database.execute("SELECT * FROM globex__alembic_version").fetchall() == []


def test_a_revision_that_makes_one_of_our_tables_is_rolled_back(
    globex: Project, fresh_platform: LocalPlatform, empty_database: Connection
) -> None:
    environment = environment_of(fresh_platform)
    assert migrate("upgrade", "1001", environment=environment).exit_code == 0
    absent = "ms_markets__portfoliometadata"
    assert absent not in tables_of(empty_database)
    globex.write("0001", None, f'op.create_table("{absent}", sa.Column("uid", sa.Uuid()))')
    result = globex.migrate("upgrade", "head", environment=environment)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].startswith(f"{absent}: created, changed or dropped")
    assert absent not in tables_of(empty_database)


def test_a_later_row_of_its_own_is_not_taken_for_the_published_history(
    globex: Project, environment: Mapping[str, str]
) -> None:
    files: list[Path] = [globex.write("0001", None, "pass"), globex.write("0002", "0001", "pass")]
    globex.write("0003", "0002", 'op.execute("SELECT 1")')
    # The models' tables are not made, so that finalize says so; the revisions ran.
    globex.migrate("upgrade", "0002", environment=environment)
    files[1].unlink()
    (globex.versions / "0003_by_hand.py").unlink()
    result = globex.migrate("upgrade", "head", environment=environment)
    sentence = result.stderr.splitlines()[-1]
    assert "it is at 0002 and this code ends at 0001" in sentence
    assert "run this with the version of globex_migrations that has 0002" in sentence
