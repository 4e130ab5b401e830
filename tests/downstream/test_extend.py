"""A project that extends the provider: its revisions are a branch of our revision graph."""

import re
from collections.abc import Mapping

import pytest
from psycopg import Connection

from migrations.errors import DatabaseAheadError, MissingExtensionError
from msm.errors.commands import migration_command
from tests.conftest import PROVIDER
from tests.downstream.conftest import Project
from tests.support.forked import Finished
from tests.support.history import HEAD, NEXT, REVISIONS
from tests.support.migrating import migrate, sentence_of, write_revision, wrong_provider_code
from tests.support.refusals import sentence
from tests.support.schema import describe

pytestmark = pytest.mark.slow

SECOND = ("--head", "acme@head", "--rev-id", "acme0002")
ADD_COLUMN = 'op.add_column("ms_markets__asset", sa.Column("later", sa.String(), nullable=True))'
DROP_COLUMN = 'op.drop_column("ms_markets__asset", "later")'


REVISION = migration_command("revision", "acme_migrations:migration", "-m", '"say what changes"')


def text_of(result: Finished) -> str:
    """Standard error without the box that the SDK prints around a provider's error."""
    return " ".join(result.stderr.replace("│", " ").split())


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


def test_branch_is_applied_next_to_ours_and_removed(
    extended: Project, environment: Mapping[str, str], head_database: Connection
) -> None:
    first = extended.revision("acme0001")
    assert "down_revision: str | None = None" in first
    assert 'branch_labels: str | None = "acme"' in first
    assert f'depends_on: str | None = "{HEAD}"' in first
    assert len(re.findall(r'create_table\(\s*"acme__', first)) == 2
    assert first.count('"ms_markets__') == 2 == first.count('["ms_markets__asset.u')
    # Alembic keeps no row for our newest revision while acme0001 depends on it.
    assert rows_of(head_database) == ["acme0001"]
    assert fingerprinted(head_database) == [*REVISIONS, "acme0001"]

    write_revision(extended.folder, ADD_COLUMN, DROP_COLUMN)
    ran = extended.migrate("upgrade", "heads", environment=environment)
    assert ran.exit_code == 0, ran.stderr
    assert rows_of(head_database) == [NEXT, "acme0001"]

    # The model of the asset does not have the new column, but the project does not own that table.
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


def test_model_without_a_revision_fails_at_the_end_of_every_branch(
    acme: Project, environment: Mapping[str, str], head_database: Connection
) -> None:
    file = acme.write("acme0001", None, "pass")
    text = file.read_text(encoding="utf-8")
    text = text.replace("branch_labels: str | None = None", "branch_labels: str | None = 'acme'")
    text = text.replace("depends_on: str | None = None", f"depends_on: str | None = {HEAD!r}")
    file.write_text(text, encoding="utf-8")
    ran = acme.migrate("upgrade", "heads", environment=environment)
    assert ran.exit_code == 1
    assert "acme__quote" in ran.stderr + ran.stdout
    assert rows_of(head_database) == ["acme0001"]


def test_table_that_was_dropped_by_hand_is_missed(
    extended: Project, environment: Mapping[str, str], superuser: Connection
) -> None:
    superuser.execute("DROP TABLE acme__quote")
    for command in (("upgrade", "heads"), ("downgrade", "acme@base")):
        result = extended.migrate(*command, environment=environment)
        assert result.exit_code == 1
        lost = "acme__quote is gone from the database, though it is at acme0001, and nothing was"
        assert sentence_of(result).startswith(lost)


def test_without_the_project_its_rows_are_explained(
    extended: Project, environment: Mapping[str, str], head_database: Connection
) -> None:
    for command in (("upgrade", "head"), ("current",), ("revision", "-m", "later")):
        result = migrate(*command, environment=environment, folder=extended.folder)
        assert result.exit_code == 1
        assert sentence_of(result) == sentence(
            MissingExtensionError, row="acme0001", provider=PROVIDER
        )
    assert rows_of(head_database) == ["acme0001"]


def test_older_project_finds_the_database_ahead(
    extended: Project, environment: Mapping[str, str]
) -> None:
    for file in extended.versions.glob("acme0001_*"):
        file.unlink()
    result = extended.migrate("upgrade", "heads", environment=environment)
    assert result.exit_code == 1
    assert sentence_of(result) == sentence(
        DatabaseAheadError,
        row="acme0001",
        head="acme@base",
        origin="acme_migrations",
        provider="acme_migrations:migration",
    )


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ((), "Without --rev-id the revision would get the next id of msm"),
        (("--no-autogenerate",), "Without --rev-id the revision would get the next id of msm"),
        (("--rev-id", "acme0001"), "With --head head the revision would not follow base"),
        (
            ("--head", "base", "--rev-id", NEXT),
            (
                f"The id '{NEXT}' is not one of the branch acme, whose ids are acme and four "
                "digits or more"
            ),
        ),
    ],
)
def test_revision_outside_the_branch_is_refused(
    acme: Project, environment: Mapping[str, str], options: tuple[str, ...], fault: str
) -> None:
    result = acme.migrate("revision", "-m", "create", *options, environment=environment)
    assert result.exit_code == 2
    assert f"{fault}; run `{REVISION} --head base --rev-id acme0001`." in text_of(result)
    assert not acme.versions.exists()


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (
            ("--head", "acme@head", "--rev-id", "acme0001"),
            "Revision acme0001 exists already, in {file}",
        ),
        (
            ("--head", "base", "--rev-id", "acme0002"),
            "With --head base the revision would not follow acme@head",
        ),
    ],
)
def test_id_or_parent_that_is_taken_is_refused(
    acme: Project, environment: Mapping[str, str], options: tuple[str, ...], fault: str
) -> None:
    first = acme.write("acme0001", None, "pass")
    text = first.read_text(encoding="utf-8").replace(
        "branch_labels: str | None = None", "branch_labels: str | None = 'acme'"
    )
    first.write_text(text, encoding="utf-8")
    result = acme.migrate("revision", "-m", "by hand", *options, environment=environment)
    assert result.exit_code == 2
    said = fault.format(file=first)
    command = f"{REVISION} --head acme@head --rev-id acme0002"
    # Without spaces: the SDK's box breaks a path into lines.
    assert f"{said}; run `{command}`.".replace(" ", "") in text_of(result).replace(" ", "")
    assert list(acme.versions.iterdir()) == [first]
    assert first.read_text(encoding="utf-8") == text


def test_file_with_one_of_our_ids_is_refused(acme: Project, environment: Mapping[str, str]) -> None:
    file = acme.write(NEXT, HEAD, "pass")
    result = acme.migrate("current", environment=environment)
    assert result.exit_code == wrong_provider_code("current")
    said = (
        f"The id of revision {NEXT} in {file} does not begin with acme, so msm may use it too; "
        f"delete that file and generate it again with `{REVISION} --head acme@head --rev-id "
        "acme0001`."
    )
    assert said.replace(" ", "") in text_of(result).replace(" ", "")
