"""The pages followed to the letter: every block, in order, in a fresh clone."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.markdown import Block, blocks_of
from tests.support.workshop import copy_sources

pytestmark = pytest.mark.slow

DOCS = ROOT / "docs"
# Followed here, block by block.
FOLLOWED = ("index.md", "services.md", "adoption.md", "add-a-table.md")
# What these pages show needs revisions, faults or projects that tests of their own set up.
ELSEWHERE = {
    "authoring.md": "tests/migrations",
    "downstream.md": "tests/downstream",
    "local.md": "tests/local",
    "operations.md": "tests/migrations",
    "parity.md": "tests/local",
}
SECONDS = 300


@pytest.fixture(scope="module")
def shared_clone() -> Iterator[Path]:
    """A clone as a reader has it; what its environment takes comes from uv's cache."""
    with tempfile.TemporaryDirectory(prefix="msm-docs-") as parent:
        # PostgreSQL's user enters it too, so that all of a platform lies in the clone.
        Path(parent).chmod(0o755)
        origin, folder = (Path(parent, name) for name in ("origin", "msm"))
        copy_sources(origin)
        subprocess.run(["git", "clone", "--quiet", origin, folder], check=True)
        yield folder


@pytest.fixture
def clone(shared_clone: Path) -> Iterator[Path]:
    """The clone without what the page before has left, but for the environment."""
    yield shared_clone
    shell(shared_clone, "./dev run msm-local stop")
    shell(shared_clone, "git reset --quiet --hard && git clean -qfdx --exclude=.venv")


def shell(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Run a script as a reader's shell does, outside of the environment of the tests."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MSM_", "MAINSEQUENCE_", "GIT_", "VIRTUAL_ENV", "PYTHON", "PYTEST"))
    }
    search = [part for part in os.environ["PATH"].split(os.pathsep) if ".venv" not in part]
    return subprocess.run(
        ["bash", "-euc", script],
        cwd=folder,
        env=inherited | {"PATH": os.pathsep.join(search)},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


@pytest.mark.parametrize("name", FOLLOWED)
def test_a_page_works_to_the_letter(name: str, clone: Path) -> None:
    printed = ""
    for block in blocks_of(DOCS / name):
        if not block.is_hosted:
            printed = follow(block, clone, printed)


def follow(block: Block, clone: Path, printed: str) -> str:
    """Do what a block says; a text block is what the block before it prints."""
    match block.language:
        case "sh":
            told = shell(clone, block.text)
            assert told.returncode == 0, f"{block}: {told.stdout}{told.stderr}"
            return told.stdout
        case "python":
            assert block.title is not None, f"{block} does not say what file it is"
            (clone / block.title).write_text(block.text, encoding="utf-8")
            return ""
        case "diff":
            subprocess.run(
                ["patch", "--strip=1", "--silent"],
                cwd=clone,
                input=block.text,
                text=True,
                check=True,
            )
            return ""
        case "text":
            assert printed == block.text, f"{block} prints something else"
            return ""
    raise AssertionError(f"{block}: nobody can follow a block of {block.language}")


def test_every_page_with_code_is_followed_or_tested_elsewhere() -> None:
    pages = {page.name for page in DOCS.glob("*.md") if blocks_of(page)}
    assert pages - {*FOLLOWED, *ELSEWHERE} == set()
    for page in pages & ELSEWHERE.keys():
        assert list((ROOT / ELSEWHERE[page]).rglob("test_*.py")) != []
