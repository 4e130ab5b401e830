"""A project that extends the provider: its revisions are a branch of our graph."""

import re
from collections.abc import Mapping

import pytest
from psycopg import Connection

from tests.downstream.conftest import Project
from tests.support.history import HEAD, NEXT, REVISIONS
from tests.support.migrating import migrate, write_revision
from tests.support.schema import describe

pytestmark = pytest.mark.slow

SECOND = ("--head", "acme@head", "--rev-id", "acme0002")
ADD_COLUMN = 'op.add_column("ms_markets__asset", sa.Column("later", sa.String(), nullable=True))'
DROP_COLUMN = 'op.drop_column("ms_markets__asset", "later")'


def rows_of(database: Connection) -> list[str]:
    """The rows of the version table."""
    found = database.execute("SELECT version_num FROM ms_markets__alembic_version ORDER BY 1")
    rows = [name for (name,) in found]
    database.rollback()
    return rows


def fingerprinted(database: Connection) -> list[str]:
    """The revisions whose fingerprints the version table carries."""
    query = "SELECT obj_description('ms_markets__alembic_version'::regclass)"
    row = database.execute(query).fetchone()
    database.rollback()
    assert row is not None
    return sorted(re.findall(r"(\w+)=", row[0]))


def test_the_branch_lives_beside_ours_and_goes_again(
    extended: Project, environment: Mapping[str, str], head_database: Connection
) -> None:
    first = extended.revision("acme0001")
    assert "down_revision: str | None = None" in first
    assert 'branch_labels: str | None = "acme"' in first
    assert f'depends_on: str | None = "{HEAD}"' in first
    assert len(re.findall(r'create_table\(\s*"acme__', first)) == 2
    assert first.count('"ms_markets__') == 2 == first.count('["ms_markets__asset.u')
    # Our newest has no row of its own while acme0001, which depends on it, is there.
    assert rows_of(head_database) == ["acme0001"]
    assert fingerprinted(head_database) == [*REVISIONS, "acme0001"]

    write_revision(extended.folder, ADD_COLUMN, DROP_COLUMN)
    ran = extended.migrate("upgrade", "heads", environment=environment)
    assert ran.exit_code == 0, ran.stderr
    assert rows_of(head_database) == [NEXT, "acme0001"]

    # The model of the asset lacks the column that was added; that is not the project's affair.
    made = extended.migrate("revision", "-m", "nothing", *SECOND, environment=environment)
    assert made.exit_code == 0, made.stderr
    second = extended.revision("acme0002")
    assert 'down_revision: str | None = "acme0001"' in second
    assert "branch_labels: str | None = None" in second
    assert f'depends_on: str | None = "{NEXT}"' in second
    assert "op." not in second.partition("def upgrade")[2]

    before = describe(head_database)
    head_database.rollback()
    back = extended.migrate("downgrade", "acme@base", environment=environment)
    assert back.exit_code == 0, back.stderr
    assert rows_of(head_database) == [NEXT]
    after = describe(head_database)
    assert set(before) - set(after) == {"acme__quote", "acme__quote_ticks"}
    assert after == {name: before[name] for name in after}


def test_without_the_project_its_rows_are_explained(
    extended: Project, environment: Mapping[str, str], head_database: Connection
) -> None:
    for command in (("upgrade", "head"), ("current",), ("revision", "-m", "later")):
        result = migrate(*command, environment=environment, folder=extended.folder)
        assert result.exit_code == 1
        sentence = result.stderr.splitlines()[-1]
        assert sentence.startswith("The database is at acme0001, and acme0001 comes from a project")
        assert "migrations:migration does not carry" in sentence
        assert "install that project" in sentence
    assert rows_of(head_database) == ["acme0001"]


def test_an_older_project_is_told_that_the_database_is_ahead(
    extended: Project, environment: Mapping[str, str]
) -> None:
    for file in extended.versions.glob("acme0001_*"):
        file.unlink()
    result = extended.migrate("upgrade", "heads", environment=environment)
    assert result.exit_code == 1
    sentence = result.stderr.splitlines()[-1]
    assert "it is at acme0001 and this code ends at acme@base" in sentence
    assert "run this with the version of acme_migrations that has acme0001" in sentence
    assert "downgrade --provider acme_migrations:migration acme@base" in sentence


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ((), "Without --rev-id the revision would get the next number of msm's own; run"),
        (("--no-autogenerate",), "Without --rev-id the revision would get the next number"),
        (("--rev-id", "acme0001"), "With --head head the revision would not follow base; run"),
        (("--head", "base", "--rev-id", NEXT), f"The id '{NEXT}' is not one of the branch acme, "),
    ],
)
def test_a_revision_that_would_be_among_ours_is_refused(
    acme: Project, environment: Mapping[str, str], options: tuple[str, ...], fault: str
) -> None:
    result = acme.migrate("revision", "-m", "create", *options, environment=environment)
    assert result.exit_code == 2
    said = " ".join(result.stderr.replace("│", " ").split())
    assert fault in said
    assert '-m "say what changes" --head base --rev-id acme0001`' in said
    assert not acme.versions.exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--head", "acme@head", "--rev-id", "acme0001"), "Revision acme0001 is there already, in"),
        (
            ("--head", "base", "--rev-id", "acme0002"),
            "With --head base the revision would not follow acme@head; run",
        ),
    ],
)
def test_a_place_that_is_taken_is_refused(
    acme: Project, environment: Mapping[str, str], options: tuple[str, ...], said: str
) -> None:
    first = acme.write("acme0001", None, "pass")
    text = first.read_text(encoding="utf-8").replace(
        "branch_labels: str | None = None", "branch_labels: str | None = 'acme'"
    )
    first.write_text(text, encoding="utf-8")
    result = acme.migrate("revision", "-m", "by hand", *options, environment=environment)
    assert result.exit_code == 2
    sentence = " ".join(result.stderr.replace("│", " ").split())
    assert said in sentence
    assert '-m "say what changes" --head acme@head --rev-id acme0002`' in sentence
    assert list(acme.versions.iterdir()) == [first]
    assert first.read_text(encoding="utf-8") == text


def test_a_file_that_has_one_of_our_ids_is_refused(
    acme: Project, environment: Mapping[str, str]
) -> None:
    acme.write(NEXT, HEAD, "pass")
    result = acme.migrate("current", environment=environment)
    assert result.exit_code == 2
    said = " ".join(result.stderr.replace("│", " ").split())
    assert f"Revision {NEXT} in " in said
    assert "is not named for the branch acme" in said
