"""A stand-in Git context for checkouts without one: the SDK resolves one before every command.

The SDK requires a repository, a checked-out branch, a commit and a remote. If a checkout lacks one
of them, a stand-in Git folder replaces its own: GIT_DIR names it, and GIT_WORK_TREE the checkout.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from msm_local.errors import GitUnavailableError

__all__ = ["git_environment", "has_context", "make_stand_in", "missing_context"]

GIT_TIMEOUT = 5
BRANCH = "main"
COMMIT = re.compile(r"[0-9a-f]{40}")


def git_environment(
    directory: Path, root: Path, folder: Path, environment: Mapping[str, str]
) -> dict[str, str]:
    """The variables of a stand-in; none if the Git context of ``directory`` is sufficient.

    Args:
        directory: where the command will run.
        root: the project, which becomes the work tree of the stand-in.
        folder: the stand-in Git folder; it is made if it is needed.
        environment: the environment that the command will have.

    Raises:
        GitUnavailableError: there is no ``git``, or it cannot make the stand-in.
    """
    if shutil.which("git", path=environment.get("PATH")) is None:
        raise GitUnavailableError(
            "The SDK asks Git for a repository, and there is no git on PATH; install git."
        )
    if has_context(directory, environment):
        return {}
    make_stand_in(folder, root)
    return {"GIT_DIR": str(folder), "GIT_WORK_TREE": str(root)}


def has_context(directory: Path, environment: Mapping[str, str]) -> bool:
    """Whether the SDK would accept the Git context of ``directory``."""
    return not missing_context(directory, environment)


def missing_context(directory: Path, environment: Mapping[str, str]) -> str:
    """What the Git context of ``directory`` lacks for the SDK, as in "no remote"; else empty."""
    # The same questions to Git as the SDK asks, so that the answers are the same.
    top = _ask(directory, environment, "rev-parse", "--show-toplevel")
    if not top:
        return "no repository that Git trusts"
    root = Path(top)
    reference = _ask(root, environment, "symbolic-ref", "--quiet", "HEAD")
    commit = _ask(root, environment, "rev-parse", "--verify", "HEAD^{commit}")
    if not reference.startswith("refs/heads/"):
        return "no checked-out branch"
    if COMMIT.fullmatch(commit) is None:
        return "no commit"
    branch = reference.removeprefix("refs/heads/")
    remote = _ask(root, environment, "config", "--get", f"branch.{branch}.remote")
    if remote in {"", "."}:
        remotes = _ask(root, environment, "remote").splitlines()
        remote = "origin" if "origin" in remotes else remotes[0] if len(remotes) == 1 else ""
    known = remote and _ask(root, environment, "remote", "get-url", remote)
    return "" if known else "no remote, or several and none named origin"


def make_stand_in(folder: Path, root: Path) -> None:
    """Make the stand-in Git folder unless it exists: one empty commit and a remote.

    Raises:
        GitUnavailableError: Git fails.
    """
    if folder.exists():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Renamed when it is complete: commands at the same time make one each, and use the first.
    with tempfile.TemporaryDirectory(prefix=f"{folder.name}-", dir=folder.parent) as scratch:
        made = Path(scratch) / "made"
        _make(made, root)
        try:
            made.rename(folder)
        except OSError:
            if not folder.exists():
                raise


def _make(folder: Path, root: Path) -> None:
    # Without the user's Git configuration: its hooks, templates or signing could make this fail.
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_DIR": str(folder),
        "LC_ALL": "C",
    }
    name = quote(root.name or "root", safe="")
    for arguments in (
        ("init", "--quiet", f"--initial-branch={BRANCH}", "--template="),
        # Git takes a folder that is not called .git for a bare repository, without a work tree.
        ("config", "core.bare", "false"),
        # In its own configuration: `git remote get-url` does not read the environment.
        ("config", "remote.origin.url", f"https://local.invalid/msm-local/{name}.git"),
        (
            *("-c", "user.name=msm-local", "-c", "user.email=msm-local@local.invalid"),
            *("-c", "commit.gpgsign=false", "--work-tree", str(folder.parent)),
            *("commit", "--quiet", "--allow-empty", "--no-verify", "-m", "Stand-in"),
        ),
    ):
        _run(folder.parent, environment, *arguments)


def _ask(directory: Path, environment: Mapping[str, str], *arguments: str) -> str:
    """The output of ``git``; empty if it fails, or if there is no git."""
    try:
        result = subprocess.run(
            ["git", *arguments],
            cwd=directory,
            env=dict(environment),
            capture_output=True,
            text=True,
            timeout=GIT_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return result.stdout.strip() if result.returncode == 0 else ""


def _run(directory: Path, environment: Mapping[str, str], *arguments: str) -> None:
    try:
        subprocess.run(
            ["git", *arguments],
            cwd=directory,
            env=dict(environment),
            capture_output=True,
            text=True,
            timeout=GIT_TIMEOUT,
            check=True,
        )
    except subprocess.SubprocessError as error:
        detail = error.stderr if isinstance(error, subprocess.CalledProcessError) else str(error)
        raise GitUnavailableError(
            f"A stand-in for a Git folder cannot be made in {directory.parent}: {detail.strip()}; "
            "try again, or make a commit and a remote in this checkout."
        ) from error
