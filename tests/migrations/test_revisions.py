"""Revision files that are not one history: each fault has its error, which names the files."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from migrations.errors import (
    DuplicateRevisionError,
    MissingParentError,
    RevisionCycleError,
    RevisionFilesError,
    SeveralHeadsError,
    UnknownDependencyError,
    UnreadableRevisionError,
)
from migrations.history.files import Revisions, load_revisions, read_revisions
from tests.support.refusals import sentence

type Files = Mapping[str, str]


def revision(name: str, parents: object = None, **facts: object) -> str:
    lines = {"revision": name, "down_revision": parents} | facts
    return "\n".join(f"{key} = {value!r}" for key, value in lines.items()) + (
        "\n\n\ndef upgrade():\n    pass\n"
    )


def directory(folder: Path, files: Files) -> ScriptDirectory:
    """The files, each in the folder that its name begins with."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    folders = sorted({str((folder / name).parent) for name in files})
    return ScriptDirectory(str(folder), version_locations=folders)


def read(folder: Path, files: Files) -> Revisions:
    return read_revisions(directory(folder, files))


BOTH_HEADS = {"first": "2", "second": "3", "first_file": "{}/a/2.py", "second_file": "{}/a/3.py"}
ORDERED = {"a/1.py": revision("1"), "a/2.py": revision("2", "1")}


@pytest.mark.parametrize(
    ("kind", "files", "facts"),
    [
        (
            DuplicateRevisionError,
            {"a/1.py": revision("1"), "b/x.py": revision("1")},
            {"revision": "1", "first": "{}/a/1.py", "second": "{}/b/x.py"},
        ),
        (
            MissingParentError,
            {**ORDERED, "a/3.py": revision("3", "9")},
            {"revision": "3", "file": "{}/a/3.py", "parent": "9"},
        ),
        (
            UnknownDependencyError,
            {**ORDERED, "a/3.py": revision("3", "2", depends_on=["9"])},
            {"revision": "3", "file": "{}/a/3.py", "needed": "9"},
        ),
        (
            RevisionCycleError,
            {"a/1.py": revision("1", "2"), "a/2.py": revision("2", "1")},
            {"circle": "1 -> 2 -> 1", "files": "{}/a/1.py, {}/a/2.py"},
        ),
        (
            SeveralHeadsError,
            {**ORDERED, "a/3.py": revision("3", "1")},
            BOTH_HEADS | {"branch": "one branch"},
        ),
        (
            SeveralHeadsError,
            {
                "a/1.py": revision("1", branch_labels=("acme",)),
                "a/2.py": revision("2", "1"),
                "a/3.py": revision("3", "1"),
            },
            BOTH_HEADS | {"branch": "branch acme"},
        ),
        (
            UnreadableRevisionError,
            {"a/1.py": "revision = ['1', 2]\n"},
            {"file": "{}/a/1.py", "reason": "ValueError: ['1', 2] does not name a revision"},
        ),
        (
            UnreadableRevisionError,
            {"a/1.py": "down_revision = None\n"},
            {"file": "{}/a/1.py", "reason": "KeyError: 'revision'"},
        ),
    ],
)
def test_a_fault_is_one_sentence(
    kind: type[RevisionFilesError], files: Files, facts: Mapping[str, str], tmp_path: Path
) -> None:
    with pytest.raises(kind) as caught:
        read(tmp_path, files)
    assert type(caught.value) is kind
    expected = {name: fact.replace("{}", str(tmp_path)) for name, fact in facts.items()}
    assert str(caught.value) == sentence(kind, **expected)
    assert caught.value.paths == tuple(
        tmp_path / name for name in sorted(files) if str(tmp_path / name) in str(caught.value)
    )


@pytest.mark.parametrize(
    "above",
    [
        '"""Keep each\ndefault of the calendars.\n"""\n',
        '"""Add the\nclass to which an asset belongs.\n"""\n',
        '"""Call what\ndef upgrade() calls.\n\n@ once.\n"""\n',
        "def key():\n    return 1\n\n\n",
    ],
)
def test_what_looks_like_a_function_above_the_ids_hides_none(tmp_path: Path, above: str) -> None:
    found = read(tmp_path, {**ORDERED, "a/3.py": above + revision("3", "2")})
    assert found.heads == ["3"]


def test_an_id_that_is_computed_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableRevisionError) as caught:
        read(tmp_path, {"a/1.py": "revision = '1'.strip()\n"})
    assert caught.value.paths == (tmp_path / "a" / "1.py",)


def test_a_file_that_python_refuses_is_named(tmp_path: Path) -> None:
    script = directory(tmp_path, {"a/1.py": revision("1") + "\n1 / 0\n"})
    with pytest.raises(UnreadableRevisionError) as caught:
        load_revisions(script)
    assert str(caught.value) == (
        f"{tmp_path}/a/1.py cannot be loaded (ZeroDivisionError at line 8: division by zero); fix "
        "it, or move it out of that folder."
    )


def test_branches_of_several_projects_have_a_head_each(tmp_path: Path) -> None:
    """One extends our history, the other has its own and depends on a revision of ours."""
    found = read(
        tmp_path,
        {
            **ORDERED,
            "b/a.py": revision("acme0001", "2", branch_labels=("acme",)),
            "b/b.py": revision("acme0002", "acme0001"),
            "c/a.py": revision("beta0001", branch_labels="beta", depends_on="1"),
            "a/3.py": revision("3", "2"),
        },
    )
    assert found.heads == ["3", "acme0002", "beta0001"]
    assert found.files["beta0001"] == tmp_path / "c" / "a.py"


def test_branches_that_were_merged_have_one_head(tmp_path: Path) -> None:
    merged = {"a/3.py": revision("3", "1"), "a/4.py": revision("4", ("2", "3"))}
    assert read(tmp_path, {**ORDERED, **merged}).heads == ["4"]


def test_a_folder_that_does_not_exist_holds_none(tmp_path: Path) -> None:
    script = ScriptDirectory(str(tmp_path), version_locations=[str(tmp_path / "none")])
    assert read_revisions(script) == Revisions({}, [])
