"""What review warns about and refuses nothing for: possible renames, and deployed code."""

import json
from pathlib import Path

import pytest

from migrations import migration
from migrations.review import read_history
from migrations.review.__main__ import main
from migrations.review.hazards import sql_type
from migrations.review.schema import TableShape
from migrations.review.squawk import Squawk
from tests.data.revisions import acknowledge, revision
from tests.migrations.tools.test_review import NAMESPACE, marked, rejected, reviewed, write
from tests.support.history import NEXT

ADD = 'op.add_column("ms_markets__asset", sa.Column("isin", sa.String(12)))'
DROP = 'op.drop_column("ms_markets__asset", "asset_type")'
KIND = 'op.add_column("ms_markets__asset", sa.Column("kind", sa.String(64)))'
HERE = "  # HERE"


@pytest.fixture(autouse=True)
def _no_squawk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Squawk, "installed", classmethod(lambda _: None))


@pytest.fixture
def versions(tmp_path: Path) -> Path:
    """A folder with a copy of our revisions."""
    folder = tmp_path / "versions"
    (folder / NAMESPACE).mkdir(parents=True)
    for file in migration.folder.glob("[0-9]*.py"):
        (folder / NAMESPACE / file.name).write_bytes(file.read_bytes())
    return folder


def warned(versions: Path, text: str, rule: str) -> set[int]:
    write(versions / NAMESPACE, text)
    found = reviewed(versions, [NEXT]).warnings
    return {warning.location.line for warning in found if warning.rule == rule}


def alter(arguments: str, column: str = "asset_type") -> str:
    return f'op.alter_column("ms_markets__asset", "{column}", {arguments})'


BREAKS = {
    "a dropped table": 'op.drop_table("ms_markets__issuer")',
    "a dropped column": DROP,
    "a renamed table": 'op.rename_table("ms_markets__issuer", "ms_markets__emitter")',
    "a renamed column": alter('new_column_name="kind"'),
    "a narrowed type": alter("type_=sa.String(32)"),
    "NOT NULL without a default": alter("nullable=False"),
    "a required column": ADD.replace("String(12)", "String(12), nullable=False"),
    "a dropped default": 'op.alter_column("ms_markets__calendar", "timezone", server_default=None)',
    "a new CHECK": 'op.create_check_constraint("x", "ms_markets__asset", "asset_type > \'\'")',
}
HOLDS = {
    "a column": ADD,
    "a column with a default": ADD.replace("(12)", "(12), nullable=False, server_default='x'"),
    "a wider type": alter("type_=sa.Text()"),
    "NULL": alter("nullable=True", "unique_identifier"),
    "NOT NULL with a default": alter("nullable=False, server_default='x'"),
    "a CHECK of a new column": (
        f'{ADD}\nop.create_check_constraint("x", "ms_markets__asset", "length(isin) = 12")'
    ),
    "what it made itself": f'{ADD}\nop.drop_column("ms_markets__asset", "isin")',
}


@pytest.mark.parametrize("statement", BREAKS.values(), ids=BREAKS.keys())
def test_change_that_breaks_deployed_code_is_warned(versions: Path, statement: str) -> None:
    text = revision(statement + HERE)
    assert warned(versions, text, "breaks-deployed-release") == marked(text)
    (warning,) = reviewed(versions, [NEXT]).warnings
    assert "two releases" in warning.to_do
    reason = acknowledge("breaks-deployed-release")
    assert warned(versions, revision(statement, head=reason), "breaks-deployed-release") == set()
    assert "idle-acknowledgement" not in rejected(reviewed(versions, [NEXT]))


@pytest.mark.parametrize("statements", HOLDS.values(), ids=HOLDS.keys())
def test_change_that_deployed_code_survives_is_silent(versions: Path, statements: str) -> None:
    assert warned(versions, revision(statements), "breaks-deployed-release") == set()


def test_reason_for_a_loss_answers_for_deployed_code(versions: Path) -> None:
    text = revision(DROP, head=acknowledge("drop-column"))
    assert warned(versions, text, "breaks-deployed-release") == set()


def test_dropped_and_added_column_may_be_a_rename(
    versions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(versions / NAMESPACE, revision(f"{KIND}\n{DROP}"))
    assert main([NEXT], versions=versions) == 1
    text = capsys.readouterr().out
    assert "Is this a rename of the column ms_markets__asset.asset_type to kind?" in text
    assert '\n        new_column_name="kind",\n' in text
    main(["--json", NEXT], versions=versions)
    warnings = json.loads(capsys.readouterr().out)["warnings"]
    assert "def downgrade() -> None:" in warnings[0]["lines"]
    assert all(list(each)[:6] == list(warnings[0])[:6] for each in warnings)


@pytest.mark.parametrize(
    "text",
    [
        revision(f"{ADD}\n{DROP}"),
        revision(f"{KIND}\n{DROP}", head=acknowledge("drop-column")),
        revision(f"{KIND}\n{DROP}", head=acknowledge("possible-rename")),
    ],
    ids=["another type", "a reason for the drop", "an answer"],
)
def test_drop_is_not_always_a_rename(versions: Path, text: str) -> None:
    assert warned(versions, text, "possible-rename") == set()


def test_names_of_renamed_parts_are_followed(versions: Path) -> None:
    rename = (
        'op.rename_table("ms_markets__issuer", "ms_markets__emitter")\n'
        'op.execute("ALTER TABLE ms_markets__emitter RENAME CONSTRAINT pk__ms_markets__issuer'
        ' TO pk__ms_markets__emitter")\n'
        'op.execute("ALTER INDEX uix__ms_markets__issuer__unique_identifier RENAME TO uix_code")'
    )
    write(versions / NAMESPACE, revision(rename))
    # No model has the new name here.
    assert set(rejected(reviewed(versions, [NEXT]))) == {"unknown-table"}
    schema = read_history(migration, versions / NAMESPACE)[-1].before
    for operation in read_history(migration, versions / NAMESPACE)[-1].upgrade.operations:
        schema.apply(operation.op)
    parts = schema.tables["ms_markets__emitter"].parts
    assert {"pk__ms_markets__emitter", "uix_code"} <= set(parts)
    bonds = schema.tables["ms_markets__bondassetdetails"].parts.values()
    assert "ms_markets__emitter" in {part.target for part in bonds}


def test_history_makes_what_the_models_say() -> None:
    last = read_history(migration, migration.folder)[-1]
    schema = last.before.copy()
    for operation in last.upgrade.operations:
        schema.apply(operation.op)
    assert schema.tables.keys() == last.models.keys()
    for name, wanted in last.models.items():
        table = schema.tables[name]
        assert (table.comment, table.parts) == (wanted.comment, wanted.parts)
        assert facts(table) == facts(wanted)


def facts(table: TableShape) -> dict[str, tuple[object, ...]]:
    return {
        name: (sql_type(column.type), column.nullable, column.default, column.comment)
        for name, column in table.columns.items()
    }


def test_rows_of_a_renamed_table_are_not_new(versions: Path) -> None:
    text = revision(
        'op.rename_table("ms_markets__issuer", "ms_markets__emitter")\n'
        'op.execute("DELETE FROM ms_markets__emitter")  # HERE'
    )
    write(versions / NAMESPACE, text)
    assert rejected(reviewed(versions, [NEXT]))["delete-rows"] == marked(text)


def test_value_without_a_type_is_told_to_have_one(versions: Path) -> None:
    untyped = (
        "import uuid\n"
        'table = sa.table("ms_markets__asset", sa.column("uid"))\n'
        "op.execute(table.insert().values(uid=uuid.UUID(int=1)))"
    )
    write(versions / NAMESPACE, revision(untyped))
    (finding,) = reviewed(versions, [NEXT]).rejections
    assert finding.rule == "upgrade-raises"
    assert "Give each column of sa.table() the type" in finding.to_do


def test_backfill_in_slices_is_reported_once(versions: Path) -> None:
    loop = "for _ in range(9):\n    op.execute(\"UPDATE ms_markets__asset SET asset_type = 'x'\")"
    write(versions / NAMESPACE, revision(loop))
    (finding,) = reviewed(versions, [NEXT]).rejections
    assert finding.rule == "rewrite-rows"


def test_empty_revision_is_told_of_a_changed_check(versions: Path) -> None:
    write(versions / NAMESPACE, revision("pass"))
    (finding,) = [f for f in reviewed(versions, [NEXT]).rejections if f.rule == "empty-upgrade"]
    assert "op.drop_constraint() and op.create_check_constraint()" in finding.to_do


def test_drop_that_may_be_a_rename_points_there(versions: Path) -> None:
    """The first thing that an author reads must not be how to acknowledge the loss."""
    write(versions / NAMESPACE, revision(f"{KIND}\n{DROP}"))
    (finding,) = [f for f in reviewed(versions, [NEXT]).rejections if f.rule == "drop-column"]
    assert finding.why == (
        "The column ms_markets__asset.asset_type is dropped with its values; if it is a rename to "
        f"kind, `python -m migrations.review {NEXT}` prints the lines that rename it and keep all."
    )


@pytest.mark.parametrize(
    "again",
    [
        'op.alter_column("ms_markets__asset", "kind", new_column_name="sort")',
        'op.drop_column("ms_markets__asset", "kind")',
        'op.drop_table("ms_markets__asset")',
    ],
)
def test_column_that_does_not_stay_is_no_rename(versions: Path, again: str) -> None:
    text = revision(f"{KIND}\n{DROP}\n{again}")
    assert warned(versions, text, "possible-rename") == set()
