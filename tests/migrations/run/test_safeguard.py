"""What would lose data is refused before any DDL, by upgrade and by downgrade."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from psycopg import Connection

from migrations.errors import (
    DowngradeLossError,
    EditedRevisionError,
    IrreversibleRevisionError,
    MigrationError,
    UnacknowledgedLossError,
    UnreadableChangeError,
)
from tests.support.forked import run_forked
from tests.support.generation import only_metatables
from tests.support.history import HEAD, NEXT
from tests.support.migrating import migrate, reason_for, sentence_of, unload_ours, write_revision
from tests.support.refusals import remedy_of_edit, sentence
from tests.support.schema import describe

ASSETS = """
    INSERT INTO ms_markets__asset (unique_identifier, asset_type) VALUES ('a', 'x'), ('b', 'x')
"""
DELETE = 'op.execute(sa.table("ms_markets__asset").delete())'
ADD = 'op.add_column("ms_markets__asset", sa.Column("note", sa.Text()))'
DROP = 'op.drop_column("ms_markets__asset", "note")'
BODIES = {
    "delete-rows": (DELETE, "All rows of the table ms_markets__asset are deleted"),
    "rewrite-rows": (
        "op.execute(\"UPDATE ms_markets__asset SET asset_type = ''\")",
        "Values of ms_markets__asset are overwritten, in asset_type",
    ),
    "drop-column": (
        'op.drop_column("ms_markets__asset", "asset_type")',
        "The column ms_markets__asset.asset_type is dropped with its values",
    ),
    "drop-table": (
        'op.execute("DROP TABLE ms_markets__asset CASCADE")',
        "The table ms_markets__asset is dropped with its rows",
    ),
}
REMEDIES = {
    "delete-rows": "make sure that nobody needs these rows",
    "rewrite-rows": "make sure that nobody needs the old values",
    "drop-column": "keep the column until nothing reads it",
    "drop-table": "keep the table until nothing reads it",
}


def state(database: Connection) -> list[object]:
    found: list[object] = [
        describe(database),
        database.execute("SELECT version_num FROM ms_markets__alembic_version").fetchall(),
        database.execute("SELECT unique_identifier, asset_type FROM ms_markets__asset").fetchall(),
    ]
    database.commit()
    return found


@pytest.fixture
def filled(head_database: Connection) -> Connection:
    """The database at head, with two assets."""
    head_database.execute(ASSETS)
    head_database.commit()
    return head_database


@pytest.mark.parametrize("rule", BODIES)
def test_upgrade_refuses_a_loss_without_a_reason(
    rule: str, environment: Mapping[str, str], filled: Connection, checkout: Path
) -> None:
    body, why = BODIES[rule]
    # Also where data may be lost: it is the author who is asked.
    careless = {**environment, "MSM_ALLOW_DATA_LOSS": "1"}
    file = write_revision(checkout, f"{ADD}\n{body}", DROP)
    before = state(filled)
    result = migrate("upgrade", "head", environment=careless, folder=checkout)
    assert result.exit_code == 3, result.stderr
    assert sentence_of(result) == sentence(
        UnacknowledgedLossError,
        why=why,
        revision=NEXT,
        file=file,
        line=14,
        more="",
        rule=rule,
        remedy=f'{REMEDIES[rule]}, then give the reason in acknowledged = {{"{rule}": "..."}}.',
    )
    assert state(filled) == before


def test_upgrade_runs_a_loss_that_has_a_reason(
    environment: Mapping[str, str], filled: Connection, checkout: Path
) -> None:
    write_revision(checkout, DELETE, acknowledged="delete-rows")
    result = migrate("upgrade", "head", environment=environment, folder=checkout)
    assert result.exit_code == 0, result.stderr
    assert state(filled)[2] == []


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("op.get_bind()", "asks for a connection"),
        pytest.param(
            "op.get_context().connection.execute(sa.text('SELECT 1'))",
            "asks for a connection",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "with op.batch_alter_table('ms_markets__asset') as batch:\n    pass",
            "uses batch_alter_table",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "op.get_context().impl", "bypasses Alembic's operations", marks=pytest.mark.slow
        ),
        (
            f"if not op.get_context().as_sql:\n    {DELETE}",
            "asks whether it has a database",
        ),
    ],
)
def test_upgrade_refuses_what_cannot_be_read(
    body: str, fault: str, environment: Mapping[str, str], filled: Connection, checkout: Path
) -> None:
    file = write_revision(checkout, f"{ADD}\n{body}", DROP)
    before = state(filled)
    result = migrate("upgrade", "head", environment=environment, folder=checkout)
    assert result.exit_code == 3, result.stderr
    assert sentence_of(result) == sentence(
        UnreadableChangeError,
        revision=NEXT,
        fault=fault,
        file=file,
        line=14,
        remedy="write it as operations",
    )
    assert state(filled) == before
    allowed = {**environment, "MSM_ALLOW_DATA_LOSS": "1"}
    assert migrate("upgrade", "head", environment=allowed, folder=checkout).exit_code == 0


@pytest.mark.parametrize("direction", ["upgrade", "downgrade"])
def test_what_raises_only_without_a_database_is_refused(
    direction: str, environment: Mapping[str, str], filled: Connection, checkout: Path
) -> None:
    raising = "from alembic import context; context.execute('DELETE FROM ms_markets__asset')"
    allowed = {**environment, "MSM_ALLOW_DATA_LOSS": "1"}
    target, bodies = "head", (f"{ADD}\n{raising}", DROP)
    if direction == "downgrade":
        target, bodies = HEAD, (ADD, f"{DROP}\n{raising}")
    file = write_revision(checkout, *bodies)
    if direction == "downgrade":
        done = migrate("upgrade", "head", environment=allowed, folder=checkout)
        assert done.exit_code == 0, done.stderr
    before = state(filled)
    result = migrate(direction, target, environment=environment, folder=checkout)
    assert result.exit_code == 3, result.stderr
    assert sentence_of(result) == sentence(
        UnreadableChangeError,
        revision=NEXT,
        fault="raises AssertionError",
        file=file,
        line=file.read_text(encoding="utf-8").splitlines().index(f"    {raising}") + 1,
        remedy="correct it so that it runs without a database",
    )
    assert state(filled) == before
    done = migrate(direction, target, environment=allowed, folder=checkout)
    assert done.exit_code == 0, done.stderr
    assert state(filled)[2] == []


def test_downgrade_stops_before_what_cannot_be_taken_back(
    environment: Mapping[str, str], filled: Connection, checkout: Path
) -> None:
    """And not between it and the revisions after it, which have a downgrade."""
    irreversible = "raise NotImplementedError('The codes are gone.')"
    file = write_revision(checkout, ADD, irreversible)
    later = str(int(NEXT) + 1)
    write_revision(checkout, ADD.replace("note", "later"), revision=later, parent=NEXT)
    upgraded = migrate("upgrade", "head", environment=environment, folder=checkout)
    assert upgraded.exit_code == 0, upgraded.stderr
    before = state(filled)
    result = migrate("downgrade", HEAD, environment=environment, folder=checkout)
    assert result.exit_code == 5, result.stderr
    line = file.read_text(encoding="utf-8").splitlines().index(f"    {irreversible}") + 1
    assert sentence_of(result) == sentence(
        IrreversibleRevisionError, revision=NEXT, said="The codes are gone", file=file, line=line
    )
    assert state(filled) == before


@pytest.mark.parametrize("pending", [True, False])
def test_upgrade_refuses_an_edited_revision(
    pending: bool, environment: Mapping[str, str], filled: Connection, checkout: Path
) -> None:
    (file,) = (checkout / "migrations/versions/mainsequence_markets").glob("1003_*.py")
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("sa.Text()", "sa.String()", 1), encoding="utf-8")
    if pending:
        write_revision(checkout, ADD, DROP)
    before = state(filled)
    result = migrate("upgrade", "head", environment=environment, folder=checkout)
    assert result.exit_code == 4, result.stderr
    assert sentence_of(result) == sentence(
        EditedRevisionError, revision="1003", file=file, remedy=remedy_of_edit("1002")
    )
    assert state(filled) == before


def test_a_reason_may_be_added_to_an_applied_revision(
    environment: Mapping[str, str], head_database: Connection, checkout: Path
) -> None:
    (file,) = (checkout / "migrations/versions/mainsequence_markets").glob("1003_*.py")
    file.write_text(file.read_text(encoding="utf-8") + reason_for("drop-table"), encoding="utf-8")
    result = migrate("upgrade", "head", environment=environment, folder=checkout)
    assert result.exit_code == 0, result.stderr
    assert describe(head_database)


def test_downgrade_refuses_to_lose_rows(environment: Mapping[str, str], filled: Connection) -> None:
    before = state(filled)
    result = migrate("downgrade", "base", environment=environment)
    assert result.exit_code == 5, result.stderr
    assert sentence_of(result) == sentence(DowngradeLossError, losses="ms_markets__asset (2 rows)")
    assert state(filled) == before


def test_allowed_downgrade_says_what_was_lost(
    environment: Mapping[str, str], filled: Connection
) -> None:
    allowed = {**environment, "MSM_ALLOW_DATA_LOSS": "1"}
    result = migrate("downgrade", "base", environment=allowed)
    assert result.exit_code == 0, result.stderr
    assert result.stderr.count("this downgrade lost ms_markets__asset (2 rows)\n") == 1
    assert describe(filled) == {}


@pytest.mark.parametrize(
    "rename",
    [
        'op.rename_table("ms_markets__memory", "ms_markets__memo")',
        'op.execute("ALTER TABLE ms_markets__memory RENAME TO ms_markets__memo")',
    ],
)
def test_downgrade_counts_values_under_their_old_names(
    rename: str,
    environment: Mapping[str, str],
    filled: Connection,
    superuser: Connection,
    checkout: Path,
) -> None:
    write_revision(
        checkout,
        f"{ADD}\n"
        'op.create_table("ms_markets__memo", sa.Column("x", sa.Text()))\n'
        'op.rename_table("ms_markets__memo", "ms_markets__memory")\n'
        'op.add_column("ms_markets__asset", sa.Column("empty", sa.Text()))',
        f"{rename}\n"
        'op.drop_table("ms_markets__memo")\n'
        'op.drop_column("ms_markets__asset", "empty")\n'
        f"{DROP}",
    )
    result = migrate("upgrade", "head", environment=environment, folder=checkout)
    assert result.exit_code == 0, result.stderr
    superuser.execute("INSERT INTO ms_markets__memory VALUES ('a'), ('b'), ('c')")
    superuser.execute("UPDATE ms_markets__asset SET note = 'x' WHERE unique_identifier = 'a'")
    before = state(filled)
    result = migrate("downgrade", HEAD, environment=environment, folder=checkout)
    assert result.exit_code == 5, result.stderr
    assert sentence_of(result) == sentence(
        DowngradeLossError, losses="ms_markets__memory (3 rows), ms_markets__asset.note (1 row)"
    )
    assert state(filled) == before


@pytest.mark.parametrize("value", ["yes", "2"])
def test_permission_is_one_or_nothing(value: str, environment: Mapping[str, str]) -> None:
    result = migrate("upgrade", "head", environment={**environment, "MSM_ALLOW_DATA_LOSS": value})
    assert result.exit_code == 1
    assert sentence_of(result).startswith(f"MSM_ALLOW_DATA_LOSS='{value}' is not 0 or 1;")


def refused_in_a_program() -> tuple[str, int]:
    unload_ours()
    from metatables import upgrade_application

    try:
        upgrade_application("migrations:migration")
    except SystemExit as error:
        return type(error).__name__, int(error.exit_code)  # type: ignore[attr-defined]
    return "", 0


@only_metatables
def test_a_program_catches_the_same_refusal(
    environment: Mapping[str, str], filled: Connection, checkout: Path
) -> None:
    write_revision(checkout, DELETE)
    before = state(filled)
    result = run_forked(refused_in_a_program, environment=environment, folder=checkout)
    assert tuple(result.value) == (UnacknowledgedLossError.__name__, 3), result.stderr
    assert issubclass(UnacknowledgedLossError, MigrationError)
    assert state(filled) == before
