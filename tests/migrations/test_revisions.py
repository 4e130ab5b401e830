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


ORDERED = {"a/1.py": revision("1"), "a/2.py": revision("2", "1")}


@pytest.mark.parametrize(
    ("kind", "files", "sentence"),
    [
        (
            DuplicateRevisionError,
            {"a/1.py": revision("1"), "b/x.py": revision("1")},
            (
                "Revision 1 is in {}/a/1.py and in {}/b/x.py; give one of them another id, and "
                "have "
                "what follows it say so."
            ),
        ),
        (
            MissingParentError,
            {**ORDERED, "a/3.py": revision("3", "9")},
            (
                "Revision 3 in {}/a/3.py follows 9, which no file carries; restore that file, or "
                "correct down_revision."
            ),
        ),
        (
            UnknownDependencyError,
            {**ORDERED, "a/3.py": revision("3", "2", depends_on=["9"])},
            (
                "Revision 3 in {}/a/3.py depends on 9, which no file carries; restore that file, "
                "or "
                "correct depends_on."
            ),
        ),
        (
            RevisionCycleError,
            {"a/1.py": revision("1", "2"), "a/2.py": revision("2", "1")},
            (
                "Revisions 1 -> 2 -> 1 follow each other in a circle, in {}/a/1.py, {}/a/2.py; "
                "correct "
                "down_revision or depends_on of one."
            ),
        ),
        (
            SeveralHeadsError,
            {**ORDERED, "a/3.py": revision("3", "1")},
            (
                "Revisions 2 and 3 are both heads of one branch, in {}/a/2.py and {}/a/3.py; let "
                "the "
                "one that is not deployed yet follow the other in its down_revision."
            ),
        ),
        (
            SeveralHeadsError,
            {
                "a/1.py": revision("1", branch_labels=("acme",)),
                "a/2.py": revision("2", "1"),
                "a/3.py": revision("3", "1"),
            },
            (
                "Revisions 2 and 3 are both heads of branch acme, in {}/a/2.py and {}/a/3.py; "
                "let the "
                "one that is not deployed yet follow the other in its down_revision."
            ),
        ),
        (
            UnreadableRevisionError,
            {"a/1.py": "revision = '1'.strip()\n"},
            (
                "{}/a/1.py does not say as literals which revision it is and what it follows "
                "(ValueError: malformed node or string on line 1"
            ),
        ),
        (
            UnreadableRevisionError,
            {"a/1.py": "down_revision = None\n"},
            (
                "{}/a/1.py does not say as literals which revision it is and what it follows "
                "(KeyError: 'revision'); mend it, or move it out of that folder."
            ),
        ),
    ],
)
def test_a_fault_is_one_sentence(
    kind: type[RevisionFilesError], files: Files, sentence: str, tmp_path: Path
) -> None:
    """Case 22."""
    with pytest.raises(kind) as caught:
        read(tmp_path, files)
    assert type(caught.value) is kind
    expected = sentence.replace("{}", str(tmp_path))
    assert str(caught.value)[: len(expected)] == expected
    assert str(caught.value).endswith((".", "that folder."))
    assert caught.value.paths == tuple(
        tmp_path / name for name in sorted(files) if str(tmp_path / name) in str(caught.value)
    )


def test_a_file_that_python_refuses_is_named(tmp_path: Path) -> None:
    script = directory(tmp_path, {"a/1.py": revision("1") + "\n1 / 0\n"})
    with pytest.raises(UnreadableRevisionError) as caught:
        load_revisions(script)
    assert str(caught.value) == (
        f"{tmp_path}/a/1.py cannot be loaded (ZeroDivisionError at line 8: division by zero); mend "
        "it, or move it out of that folder."
    )


def test_branches_of_several_projects_have_a_head_each(tmp_path: Path) -> None:
    """One extends our history, another stands beside it and needs a revision of it."""
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
