"""Each rule of the review refuses a revision that breaks it, at the right line."""

import ast
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

from migrations import migration
from migrations.errors import RevisionFilesError
from migrations.review import RULES, HistoryError, Review, UnknownRevisionError, record
from migrations.review.__main__ import main, review_folder
from migrations.review.hazards import widens
from migrations.review.rules import WARNINGS
from migrations.review.squawk import Squawk
from tests.conftest import ROOT
from tests.data.revisions import BAD, DESTRUCTIVE_DDL, GOOD, execute, revision
from tests.support.generation import PROGRAM
from tests.support.history import AFTER, HEAD, NEXT, REVISIONS

VERSIONS = ROOT / "migrations" / "versions"
NAMESPACE = "mainsequence_markets"


@pytest.fixture
def versions(tmp_path: Path) -> Path:
    """A copy of our revisions, to write bad ones into."""
    folder = tmp_path / "versions"
    shutil.copytree(VERSIONS, folder)
    return folder


@pytest.fixture
def _no_squawk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Squawk, "installed", classmethod(lambda _: None))


def write(folder: Path, text: str, name: str = f"{NEXT}_hand_made.py") -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    ast.parse(text)
    return file


def reviewed(versions: Path, ids: Sequence[str] = ()) -> Review:
    """The review of the default namespace's folder."""
    return review_folder(migration, versions / NAMESPACE, ids)


def rejected(found: Review) -> dict[str, set[int]]:
    """The lines that each rule refuses."""
    lines: dict[str, set[int]] = {}
    for finding in found.rejections:
        assert finding.why.endswith((".", "...")) or ":" in finding.why
        lines.setdefault(finding.rule, set()).add(finding.location.line)
    return lines


def marked(text: str) -> set[int]:
    lines = text.splitlines()
    return {number for number, line in enumerate(lines, 1) if line.endswith("# HERE")}


def test_our_revisions_pass() -> None:
    found = reviewed(VERSIONS)
    assert found.rejections == []
    assert found.revisions == REVISIONS


@pytest.mark.usefixtures("_no_squawk")
@pytest.mark.parametrize(("rule", "text"), BAD)
def test_bad_revision_breaks_only_its_rule(versions: Path, rule: str, text: str) -> None:
    write(versions / NAMESPACE, text)
    found = reviewed(versions, [NEXT])
    assert rejected(found) == {rule: marked(text) or {1}}


@pytest.mark.usefixtures("_no_squawk")
@pytest.mark.parametrize("text", GOOD)
def test_a_good_revision_passes(versions: Path, text: str) -> None:
    write(versions / NAMESPACE, text)
    assert rejected(reviewed(versions, [NEXT])) == {}


@pytest.mark.usefixtures("_no_squawk")
@pytest.mark.parametrize(("rule", "statement"), DESTRUCTIVE_DDL)
def test_ddl_as_text_is_destructive_too(versions: Path, rule: str, statement: str) -> None:
    text = revision(execute(statement))
    write(versions / NAMESPACE, text)
    assert rejected(reviewed(versions, [NEXT])) == {rule: marked(text), "raw-ddl": marked(text)}


@pytest.mark.usefixtures("_no_squawk")
def test_value_without_a_type_hides_nothing_after_it(versions: Path) -> None:
    untyped = (
        "import datetime\n"
        'table = sa.table("ms_markets__asset", sa.column("isin"))\n'
        "op.execute(table.update().values(isin=datetime.timedelta(1)))\n"
    )
    write(versions / NAMESPACE, revision(untyped + execute("DELETE FROM ms_markets__asset")))
    assert set(rejected(reviewed(versions, [NEXT]))) == {
        "upgrade-raises",
        "rewrite-rows",
        "delete-rows",
    }


def test_every_rule_has_a_bad_revision() -> None:
    tried = {str(case.values[0]) for case in BAD} | {"outside-namespace-folder"}
    assert tried == {rule.name for rule in RULES}


def test_the_page_for_authors_lists_every_rule() -> None:
    page = (ROOT / "docs" / "authoring.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `([a-z-]+)` \|", page.partition("## 5.")[0], re.MULTILINE)
    assert listed == [rule.name for rule in (*RULES, *WARNINGS)]


@pytest.mark.usefixtures("_no_squawk")
@pytest.mark.parametrize(
    ("name", "revision", "parent"),
    [
        (f"{NEXT}_astray.py", NEXT, HEAD),
        (f"{NAMESPACE}/deeper/{NEXT}_astray.py", NEXT, HEAD),
        (f"acme_research/{NEXT}_astray.py", NEXT, HEAD),
        (f"acme_research/{NEXT}_astray.py", NEXT, ["1003", HEAD]),
    ],
)
def test_a_revision_outside_its_folder_is_refused(
    versions: Path, name: str, revision: str, parent: str | list[str]
) -> None:
    write(versions, f'revision = "{revision}"\ndown_revision = {parent!r}\n', name)
    found = reviewed(versions)
    assert rejected(found) == {"outside-namespace-folder": {1}}
    assert found.rejections[0].location.file == versions / name


@pytest.mark.usefixtures("_no_squawk")
def test_history_of_another_namespace_is_ignored(versions: Path) -> None:
    shutil.copytree(versions / NAMESPACE, versions / "acme_research")
    assert rejected(reviewed(versions)) == {}


@pytest.mark.usefixtures("_no_squawk")
def test_a_reason_acknowledges_a_destructive_operation(
    versions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dropping = next(str(case.values[1]) for case in BAD if case.values[0] == "drop-column")
    write(versions / NAMESPACE, dropping + 'acknowledged = {"drop-column": "Nobody reads it."}\n')
    assert main(["--json", NEXT], versions=versions) == 0
    (finding,) = json.loads(capsys.readouterr().out)["acknowledged"]
    assert (finding["rule"], finding["reason"]) == ("drop-column", "Nobody reads it.")

    write(versions / NAMESPACE, dropping + 'acknowledged = {"drop-column": " "}\n')
    assert set(rejected(reviewed(versions))) == {
        "drop-column",
        "idle-acknowledgement",
    }


@pytest.mark.usefixtures("_no_squawk")
def test_table_that_a_later_revision_drops_is_known(versions: Path) -> None:
    creating = next(str(case.values[1]) for case in BAD if case.values[0] == "unknown-table")
    write(versions / NAMESPACE, creating)
    assert set(rejected(reviewed(versions))) == {"unknown-table"}
    dropping = next(str(case.values[1]) for case in BAD if case.values[0] == "drop-table")
    dropping = dropping.replace(NEXT, AFTER).replace(HEAD, NEXT)
    dropping = dropping.replace("ms_markets__issuer", "ms_markets__nobodys")
    write(versions / NAMESPACE, dropping, f"{AFTER}_hand_made.py")
    assert set(rejected(reviewed(versions))) == {"drop-table"}


@pytest.mark.usefixtures("_no_squawk")
def test_a_merge_may_be_empty(versions: Path) -> None:
    template = next(str(case.values[1]) for case in BAD if case.values[0] == "empty-upgrade")
    for number in (NEXT, AFTER):
        filled = template.replace(NEXT, number).replace(
            "    pass", '    op.create_table_comment("ms_markets__asset", "One asset.")'
        )
        write(versions / NAMESPACE, filled, f"{number}_branch.py")
    merge = template.replace(NEXT, "9999").replace(f'"{HEAD}"', f'("{NEXT}", "{AFTER}")')
    write(versions / NAMESPACE, merge, "9999_merge.py")
    assert rejected(reviewed(versions)) == {}


@pytest.mark.usefixtures("_no_squawk")
def test_the_command_says_what_it_found(versions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], versions=versions) == 0
    assert f"{len(REVISIONS)} revisions read: 0 rejections" in capsys.readouterr().out

    text = next(str(case.values[1]) for case in BAD if case.values[0] == "schema-public")
    file = write(versions / NAMESPACE, text)
    assert main([], versions=versions) == 1
    result = capsys.readouterr().out
    line = min(marked(text))
    head, row, *_ = result.splitlines()
    assert head.split() == ["REJECTED", "RULE", "PLACE"]
    assert row.split() == [NEXT, "schema-public", f"{file}:{line}"]
    assert "why:" in result
    assert "to do:" in result

    assert main(["--json"], versions=versions) == 1
    answer = json.loads(capsys.readouterr().out)
    assert list(answer) == [
        "ok",
        "revisions",
        "rejections",
        "acknowledged",
        "warnings",
        "squawk",
    ]
    assert (answer["ok"], answer["squawk"]) == (False, None)
    finding = answer["rejections"][0]
    assert list(finding) == ["revision", "rule", "file", "line", "why", "to_do"]
    assert (finding["file"], finding["line"]) == (str(file), line)

    assert main(["1001"], versions=versions) == 0


@pytest.mark.usefixtures("_no_squawk")
def test_unreadable_revisions_are_one_sentence_and_exit_2(
    versions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = versions / NAMESPACE
    with pytest.raises(UnknownRevisionError) as error:
        reviewed(versions, ["9999"])
    assert (error.value.revision, error.value.folder) == ("9999", folder)
    assert str(error.value) == (
        f"There is no revision '9999' in {folder}, which contains {', '.join(REVISIONS)}; run "
        "`python -m migrations.review` to review all."
    )
    assert main(["9999"], versions=versions) == 2

    assert main([], versions=tmp_path / "nowhere") == 2
    nowhere = tmp_path / "nowhere" / NAMESPACE
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"There is no folder {nowhere}; generate the namespace's first revision with `{first()}`."
    )
    assert main(["--json"], versions=tmp_path / "nowhere") == 2
    good = str(GOOD[0].values[0])
    for broken in (
        good.replace(HEAD, "0999"),
        good + "1 / 0\n",
        good.replace(HEAD, "1003").replace(NEXT, HEAD),
        good + "acknowledged = ['drop-table']\n",
    ):
        write(folder, broken)
        with pytest.raises((HistoryError, RevisionFilesError)):
            reviewed(versions)
    result = capsys.readouterr()
    (line,) = result.err.splitlines()
    assert json.loads(result.out) == {"ok": False, "error": "HistoryError", "message": line}


def first() -> str:
    """The documented command, in the namespace of this process."""
    page = (ROOT / "docs" / "authoring.md").read_text(encoding="utf-8")
    (line,) = re.findall(rf"exec -- ({PROGRAM} migrations revision .*--rev-id 1001.*)", page)
    return str(line).replace("acme.research", "mainsequence.markets")


@pytest.mark.parametrize(
    ("old", "new", "fits"),
    [
        (sa.SmallInteger(), sa.BigInteger(), True),
        (sa.BigInteger(), sa.Integer(), False),
        (sa.String(), sa.Text(), True),
        (sa.Text(), sa.String(255), False),
        (sa.Enum("a", name="e"), sa.Text(), True),
        (sa.Text(), sa.Enum("a", name="e"), False),
        (sa.REAL(), sa.Float(), True),
        (sa.Float(), sa.Float(24), False),
        (sa.Float(), sa.Numeric(), False),
        (sa.Numeric(10, 2), sa.Numeric(12, 4), True),
        (sa.Numeric(10, 2), sa.Numeric(10, 4), False),
        (sa.Numeric(10, 2), sa.Numeric(), True),
        (sa.Numeric(), sa.Numeric(30, 10), False),
        (sa.DateTime(timezone=True), sa.Date(), False),
        (sa.JSON(), sa.JSON(), True),
    ],
)
def test_a_type_is_wider_where_every_value_fits(
    old: TypeEngine[Any], new: TypeEngine[Any], fits: bool
) -> None:
    assert widens(old, new) is fits


def test_squawk_warns_at_the_line_of_the_operation(versions: Path) -> None:
    text = next(str(case.values[0]) for case in GOOD if case.id == "index")
    write(versions / NAMESPACE, text)
    found = reviewed(versions, [NEXT])
    assert found.rejections == []
    (warning,) = found.warnings
    assert warning.rule == "require-concurrent-index-creation"
    line = text.splitlines()[warning.location.line - 1]
    assert "op.create_index(" in line
    assert found.squawk is not None


def test_squawk_sees_a_block_outside_a_transaction(versions: Path) -> None:
    def warned(text: str) -> set[str]:
        write(versions / NAMESPACE, text)
        return {warning.rule for warning in reviewed(versions, [NEXT]).warnings}

    inside = next(str(case.values[0]) for case in GOOD if case.id == "autocommit")
    outside = inside.replace("with op.get_context().autocommit_block():", "if True:")
    refused = "ban-concurrent-index-creation-in-transaction"
    assert refused in warned(outside)
    assert refused not in warned(inside)


@pytest.mark.slow
def test_the_command_runs_under_both_names(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "migrations", tmp_path / "msm_migrations")
    for package, folder in (("migrations", ROOT), ("msm_migrations", tmp_path)):
        result = subprocess.run(
            [sys.executable, "-m", f"{package}.review", "--json"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stderr
        assert json.loads(result.stdout)["ok"] is True
    usage = subprocess.run(
        [sys.executable, "-m", "msm_migrations.review", "--help"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "usage: python -m msm_migrations.review" in usage.stdout


def test_sql_for_squawk_keeps_a_percent_sign() -> None:
    run = record(lambda: op.execute("UPDATE t SET a = '5%'"), Path(__file__))
    assert run.sql == "UPDATE t SET a = '5%';\n\n"
