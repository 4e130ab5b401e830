"""Runs ``./dev demo`` and ``./dev test`` in every kind of checkout, and prints one table.

Needs Linux and root, because it makes an ordinary user and a namespace without a network:
``./dev run python -m tests.checkouts [WORDS ...]`` runs the situations whose names contain one of
the words. It removes everything that it makes. pytest does not collect it: it takes minutes. It
runs only some tests, which need a server, the platform and the SDK; CI runs the whole suite. Rows
of SDK 8 use the second environment of a checkout, and `./dev docs` runs under each.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.history import REVISIONS
from tests.support.workshop import ROOT, SYSTEM_PATH, Workshop, git, make_workshop

WITHOUT_NETWORK = ("unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")
NOTE = re.compile(r"^(?:\./dev|msm-local): .*|^\d+ passed.*|.*\b(?:failed|error)\b.*", re.MULTILINE)
FRESH = f"ran {', '.join(REVISIONS)}"
AGAIN = "was at head already"
SDK_8 = {"MSM_SDK": "mainsequence8"}
USES_8 = "using the SDK mainsequence8, in .venv-mainsequence8"
SITE = "the site is in dist/site"
TESTS = ("test", "-q", "-x", "tests/models", "tests/core/test_start_engine.py")
# It stops the platform itself: from outside its network namespace the platform cannot be reached.
SCRIPT = """
cd "$1" && out=$2 && shift 2
: >"$out/status"
sh ./dev "$@" >"$out/stdout" 2>"$out/stderr"; code=$?
[ -d .venv ] || [ -d .venv-mainsequence8 ] || exit $code
sh ./dev run msm-local status --json >"$out/status" 2>/dev/null
sh ./dev run msm-local stop >/dev/null 2>&1
exit $code
"""


@dataclass(frozen=True)
class Situation:
    """One row of the table.

    Attributes:
        name: what is special about it.
        make: makes the checkout; the parent folder exists already.
        folder: the folder of the checkout, below the folder of all checkouts.
        variables: differences in the environment; None removes a variable.
        task: the task of ``./dev`` and its arguments.
        wrapper: a command that runs it.
        ordinary: whether the temporary user runs it and owns the checkout.
        code: the expected exit code.
        expected: texts that must appear in the output.
    """

    name: str
    make: Callable[[Workshop, Path], None]
    folder: str
    variables: Mapping[str, str | None] = field(default_factory=dict)
    task: tuple[str, ...] = ("demo",)
    wrapper: tuple[str, ...] = ()
    ordinary: bool = False
    code: int = 0
    expected: tuple[str, ...] = (FRESH,)


def plain(workshop: Workshop, folder: Path) -> None:
    """Copy the sources without Git."""
    shutil.copytree(workshop.sources, folder, ignore=shutil.ignore_patterns(".git"), symlinks=True)


def without_remote(workshop: Workshop, folder: Path) -> None:
    """Clone, and remove the remote."""
    workshop.clone(folder)
    git(folder, "remote", "remove", "origin")


def detached(workshop: Workshop, folder: Path) -> None:
    """Clone, and detach HEAD."""
    workshop.clone(folder)
    git(folder, "checkout", "--quiet", "--detach")


def detached_without_remote(workshop: Workshop, folder: Path) -> None:
    """Clone, detach HEAD, and remove the remote."""
    detached(workshop, folder)
    git(folder, "remote", "remove", "origin")


def inside_another(workshop: Workshop, folder: Path) -> None:
    """Copy the sources into a folder inside another repository."""
    git(folder.parent, "init", "--quiet")
    plain(workshop, folder)


def private(workshop: Workshop, folder: Path) -> None:
    """Clone into a folder that only the owner can enter."""
    folder.parent.chmod(0o700)
    workshop.clone(folder)


def with_everything(workshop: Workshop, folder: Path) -> None:
    """Copy a used checkout, with its environment and the state of its platform."""
    shutil.copytree(workshop.checkouts / "clone", folder, symlinks=True)


def of_root(workshop: Workshop, folder: Path) -> None:
    """Clone as root, for a user who can only read it."""
    workshop.clone(folder)


def existing(_workshop: Workshop, folder: Path) -> None:
    """Use a checkout of an earlier situation."""
    if not folder.is_dir():
        sys.exit(f"{folder} is missing: also run the situation that makes it.")


def situations(workshop: Workshop) -> list[Situation]:
    """All rows; later ones may use the checkouts of earlier ones."""
    clone = Workshop.clone
    no_python = {"PATH": f"{workshop.uv}:{workshop.without_python}"}
    pyenv = {"PYENV_ROOT": str(workshop.folder / "pyenv")}
    from_uv = no_python | {"UV_PYTHON_INSTALL_DIR": str(workshop.folder / "uv-pythons")}
    as_it_is = {name: os.environ.get(name) for name in ("HOME", "PYENV_ROOT")}
    as_it_is["PATH"] = os.environ["PATH"].replace(f"{ROOT}/.venv/bin:", "")
    cold = {"UV_CACHE_DIR": None, "HOME": str(workshop.folder / "user")}
    umlauts = "it's a folder é with späces"
    return [
        Situation("clone, as root; uv and Python on PATH", clone, "clone"),
        Situation("the same again, no network", existing, "clone",
                  wrapper=WITHOUT_NETWORK, expected=(AGAIN,)),
        Situation("the clone copied with its environment", with_everything, "copied",
                  expected=(AGAIN, "creating it again")),
        Situation("another clone, no network, warm cache", clone, "offline",
                  wrapper=WITHOUT_NETWORK),
        Situation("plain copy without .git", plain, "plain",
                  expected=(FRESH, "this folder has no repository")),
        Situation("plain copy inside another repository", inside_another, "other/plain",
                  expected=(FRESH, "this folder has no commit")),
        Situation("clone without a remote", without_remote, "no-remote",
                  expected=(FRESH, "this folder has no remote")),
        Situation("detached HEAD", detached, "detached",
                  expected=(FRESH, "this folder has no checked-out branch")),
        Situation("spaces and non-ASCII letters", clone, umlauts),
        Situation("root, below a private folder", private, "private/clone"),
        Situation("this machine's own PATH", clone, "as-it-is", as_it_is),
        Situation("without uv; Python from pyenv, not selected", clone, "pyenv",
                  pyenv | {"PATH": SYSTEM_PATH}),
        Situation("Python from uv", clone, "from-uv", from_uv),
        Situation("no home folder", clone, "homeless", {"HOME": "/nonexistent"}),
        Situation("ordinary user, cold cache, without uv", clone, "ordinary",
                  cold | {"PATH": f"{workshop.python}/bin:{SYSTEM_PATH}"}, ordinary=True),
        Situation("no Python at all", clone, "no-python", no_python,
                  wrapper=WITHOUT_NETWORK, code=1, expected=("there is no Python 3.14 or 3.13,",)),
        Situation("a checkout of root's, as ordinary user", of_root, "of-root",
                  cold, ordinary=True, code=1, expected=("cannot write to",)),
        Situation("./dev test as ordinary user, path with spaces", clone, f"ordinary {umlauts}",
                  cold, task=TESTS, ordinary=True, expected=(" passed",)),
        Situation("./dev test; plain copy, Python from pyenv", plain, "plain-pyenv",
                  no_python | pyenv, task=TESTS, expected=(" passed",)),
        Situation("./dev test; detached, no remote, Python from uv", detached_without_remote,
                  "test-from-uv", from_uv, task=TESTS, expected=(" passed",)),
        Situation("./dev test; the same again, no network", existing, "test-from-uv",
                  from_uv, task=TESTS, wrapper=WITHOUT_NETWORK, expected=(" passed",)),
        Situation("./dev docs", existing, "clone", task=("docs",), expected=(SITE,)),
        # Beside the environment and the platform that metatables has used in this checkout.
        Situation("SDK 8, in the first clone", existing, "clone", SDK_8, expected=(AGAIN, USES_8)),
        Situation("SDK 8, the same again, no network", existing, "clone", SDK_8,
                  wrapper=WITHOUT_NETWORK, expected=(AGAIN, USES_8)),
        Situation("SDK 8, in a clone that has neither environment", clone, "sdk-8", SDK_8,
                  expected=(FRESH, USES_8)),
        Situation("SDK 8, plain copy, path with spaces", plain, f"sdk-8 {umlauts}", SDK_8,
                  expected=(FRESH, USES_8)),
        Situation("SDK 8, without uv; Python from pyenv", clone, "sdk-8-pyenv",
                  SDK_8 | pyenv | {"PATH": SYSTEM_PATH}, expected=(FRESH, USES_8)),
        Situation("SDK 8, ./dev test", existing, "sdk-8", SDK_8, task=TESTS,
                  expected=(" passed", USES_8)),
        Situation("SDK 8, ./dev docs", existing, "sdk-8", SDK_8, task=("docs",),
                  expected=(SITE, USES_8)),
        Situation("metatables, after SDK 8", existing, "sdk-8", expected=(AGAIN,)),
    ]  # fmt: skip


def run(situation: Situation, workshop: Workshop) -> bool:
    """Make the situation, run its task, and print its row."""
    folder = workshop.checkouts / situation.folder
    folder.parent.mkdir(exist_ok=True, parents=True)
    situation.make(workshop, folder)
    out = Path(tempfile.mkdtemp(dir=workshop.folder))
    wrapper: tuple[str | Path, ...] = situation.wrapper
    if situation.ordinary:
        wrapper += ("runuser", "-u", workshop.user, "--")
        shutil.chown(out, workshop.user)
        if situation.make is not of_root:
            subprocess.run(["chown", "-R", workshop.user, folder], check=True)
    changed = {**workshop.environment(), **situation.variables}
    variables = [f"{name}={value}" for name, value in changed.items() if value is not None]
    command = [*wrapper, "env", "-i", *variables, "sh", "-c", SCRIPT, "sh", folder, out]
    started = time.monotonic()
    code = subprocess.run([*command, *situation.task], check=False).returncode
    seconds = time.monotonic() - started
    printed = (out / "stderr").read_text() + (out / "stdout").read_text()
    good = code == situation.code and all(text in printed for text in situation.expected)
    row = f"{situation.name:<48} {'ok' if good else 'FAILED':<7} {seconds:5.0f} s  exit {code}"
    notes = NOTE.findall(printed) if good else printed.splitlines()[-200:]
    lines = [row, *(note.replace(str(workshop.folder), "...") for note in notes)]
    sys.stdout.write("\n    ".join(lines) + "\n")
    sys.stdout.flush()
    remove_data_elsewhere(out / "status", workshop.folder)
    return good


def remove_data_elsewhere(status: Path, folder: Path) -> None:
    """Remove the data of a platform outside ``folder``: root's may be there."""
    text = status.read_text()
    data = Path(json.loads(text).get("data_folder", folder)) if text else folder
    if data.is_absolute() and not data.is_relative_to(folder):
        shutil.rmtree(data)


def main() -> int:
    """Run the chosen situations; 0 if every one ended as expected."""
    if os.geteuid() != 0:
        sys.exit("tests.checkouts makes another user and a network namespace; run it as root.")
    with make_workshop() as workshop:
        chosen = [
            situation
            for situation in situations(workshop)
            if not sys.argv[1:] or any(word in situation.name for word in sys.argv[1:])
        ]
        good = [run(situation, workshop) for situation in chosen]
        left = workshop.left_running()
    sys.stdout.write(f"{sum(good)} of {len(good)} as expected; left running: {left}\n")
    return 0 if all(good) and not left else 1


if __name__ == "__main__":
    sys.exit(main())
