"""When a checkout's own Git context is used, and that the SDK accepts the stand-in."""

import os
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from msm_local.client.git_context import (
    git_environment,
    has_context,
    make_stand_in,
    missing_context,
)
from tests.local.conftest import git

CLEAN = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}


def test_a_complete_checkout_needs_no_stand_in(checkout: Path, tmp_path: Path) -> None:
    assert git_environment(checkout, checkout, tmp_path / "git", CLEAN) == {}
    inside = checkout / "deep"
    inside.mkdir()
    assert has_context(inside, CLEAN)


def _detach(folder: Path) -> None:
    git(folder, "checkout", "--quiet", "--detach")


def _two_remotes(folder: Path) -> None:
    git(folder, "remote", "rename", "origin", "first")
    git(folder, "remote", "add", "second", "https://example.invalid/other.git")


def _no_remote(folder: Path) -> None:
    git(folder, "remote", "remove", "origin")


def _no_commit(folder: Path) -> None:
    git(folder, "checkout", "--quiet", "--orphan", "empty")


def _foreign_owner(folder: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a repository away")
    os.chown(folder, 65534, 65534)
    os.chown(folder / ".git", 65534, 65534)


@pytest.mark.parametrize(
    ("spoil", "missing"),
    [
        (_detach, "no checked-out branch"),
        (_two_remotes, "no remote, or several and none named origin"),
        (_no_remote, "no remote, or several and none named origin"),
        (_no_commit, "no commit"),
        (_foreign_owner, "no repository that Git trusts"),
    ],
)
def test_an_incomplete_checkout_gets_a_working_stand_in(
    checkout: Path, tmp_path: Path, spoil: Callable[[Path], None], missing: str
) -> None:
    spoil(checkout)
    assert missing_context(checkout, CLEAN) == missing
    variables = git_environment(checkout, checkout, tmp_path / "git", CLEAN)
    assert variables["GIT_WORK_TREE"] == str(checkout)
    assert has_context(checkout, CLEAN | variables)
    # The second time it is the same folder.
    assert git_environment(checkout, checkout, tmp_path / "git", CLEAN) == variables


def test_one_remote_of_any_name_is_enough(checkout: Path) -> None:
    git(checkout, "remote", "rename", "origin", "upstream")
    assert has_context(checkout, CLEAN)


def test_a_folder_without_repository_gets_a_stand_in(tmp_path: Path) -> None:
    root = tmp_path / "no repository é"
    (root / "inner").mkdir(parents=True)
    variables = git_environment(root / "inner", root, tmp_path / "state" / "git", CLEAN)
    environment = CLEAN | variables
    assert has_context(root / "inner", environment)
    top = subprocess.run(
        ["git", "rev-parse", "--show-toplevel"],
        cwd=root / "inner", env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert top.stdout.strip() == str(root)
    url = subprocess.run(
        ["git", "remote", "get-url", "origin"],
        cwd=root, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert url.stdout.startswith("https://local.invalid/msm-local/no%20repository")


def test_commands_at_the_same_time_make_one_stand_in(tmp_path: Path) -> None:
    folder = tmp_path / "instance" / "git"
    with ThreadPoolExecutor(4) as executor:
        made = list(executor.map(lambda _number: make_stand_in(folder, tmp_path), range(4)))
    assert made == [None] * 4
    assert has_context(tmp_path, CLEAN | {"GIT_DIR": str(folder), "GIT_WORK_TREE": str(tmp_path)})
    assert list(folder.parent.iterdir()) == [folder]
