"""The state folder of another user, on a read-only disk, on a full disk.

Each is one sentence, with its code and what was and was not changed.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import insert

import msm
from msm.errors import DiskFullError
from msm.models import Asset
from msm_local.errors import ResetFailedError, StartFailedError, StateFolderError
from tests.local.shell import NAME, Shell
from tests.support.forked import run_forked, value_of
from tests.support.migrating import migrate, sentence_of

# Many processes or databases: together they would take too long for the default suite.
pytestmark = pytest.mark.slow

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")


@pytest.fixture
def disk() -> Iterator[Path]:
    """A disk of 90 MB, with room for a platform and little more, mounted as a checkout.

    It is mounted where PostgreSQL's user can reach it, so that the data is on it too.
    """
    folder = Path(tempfile.mkdtemp())
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=90m,mode=0755", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode != 0:
        folder.rmdir()
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.strip()}")
    (folder / "pyproject.toml").touch()
    try:
        yield folder
        Shell(folder)("stop")
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


def fill(disk: Path, *, leave: int) -> Path:
    """Fill a disk except for ``leave`` bytes."""
    filler = disk / "filler"
    # PostgreSQL may take some of the space in between.
    with suppress(OSError):
        filler.write_bytes(bytes(shutil.disk_usage(disk).free - leave))
    return filler


def remount(disk: Path, mode: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{mode}", str(disk)], check=True)


@ROOT_ONLY
def test_root_does_not_use_anothers_state_folder(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    shell.state.mkdir(parents=True)
    os.chown(shell.state, 65534, 65534)
    for command in (["start"], ["stop"], ["exec", "true"]):
        sentence = shell.refused(StateFolderError, *command)
        for fact in (str(shell.state), "65534", "--state-dir"):
            assert fact in sentence
    assert list(shell.state.iterdir()) == []


@ROOT_ONLY
def test_a_user_cannot_use_roots_state_folder(shell: Shell) -> None:
    state = shell.start()
    for command in ("status --provider acme:migration", "stop", "env", "destroy"):
        printed = as_nobody(*command.split(), folder=shell.folder)
        assert "(Permission denied)" in printed
        assert printed.splitlines()[1:] == ["[state-folder] No data was changed."]
    # The providers that the project names cannot be read either.
    printed = as_nobody("start", folder=shell.folder)
    assert "pyproject.toml cannot be read (Permission denied); give this user" in printed
    assert printed.splitlines()[1:] == ["[project-settings] Nothing was changed."]
    assert "FAIL  state folder" in as_nobody("doctor", folder=shell.folder)
    assert shell.status()["pid"] == state["pid"]


def test_a_read_only_project_is_refused() -> None:
    """The golden test of this sentence; not below pytest's folder, which others may not enter."""
    folder = Path(tempfile.mkdtemp())
    (folder / "pyproject.toml").touch()
    if os.geteuid() == 0:
        os.chown(folder, 65534, 65534)
    folder.chmod(0o500)
    try:
        state = folder / ".msm-local"
        assert as_nobody("start", folder=folder) == (
            f"Error: {state} cannot be used (Permission denied); give this user write access to "
            "it, or name another folder with --state-dir.\n[state-folder] No data was changed.\n"
        )
        found = as_nobody("doctor", folder=folder)
        assert re.search(rf"FAIL +state folder +{re.escape(str(folder))} cannot be written", found)
    finally:
        folder.chmod(0o700)
        shutil.rmtree(folder)


def as_nobody(*arguments: str, folder: Path) -> str:
    """The output of msm-local for an ordinary user: nobody, if root runs the tests.

    In a fork, because that user cannot start root's Python.
    """
    nowhere = {"MAINSEQUENCE_ENDPOINT": "http://127.0.0.1:1", "PATH": os.environ["PATH"]}
    finished = run_forked(_as_nobody, arguments, environment=nowhere, folder=folder)
    assert finished.exit_code == 1, finished.stdout
    return finished.stderr + finished.stdout


def _as_nobody(arguments: tuple[str, ...]) -> None:
    from msm_local.cli import main

    if os.geteuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    main(["--name", NAME, *arguments])


def test_a_read_only_disk_is_refused(disk: Path) -> None:
    shell = Shell(disk)
    remount(disk, "ro")
    assert "(Read-only file system)" in shell.refused(StateFolderError, "start")
    remount(disk, "rw")
    shell.start()
    shell("stop")
    remount(disk, "ro")
    for command in (["start"], ["stop"], ["exec", "true"]):
        sentence = shell.refused(StateFolderError, *command)
        for fact in (str(shell.state), "(Read-only file system)", "--state-dir"):
            assert fact in sentence
    assert shell.status(code=3)["status"] == "stopped"
    remount(disk, "rw")


def test_a_full_disk_is_refused_before_a_start(disk: Path) -> None:
    shell = Shell(disk)
    filler = fill(disk, leave=0)
    assert "(No space left on device); free some space" in shell.refused(StateFolderError, "start")
    filler.unlink()
    filler = fill(disk, leave=20 << 20)
    assert "64 MB are needed" in shell("doctor", code=1).stdout
    sentence = shell.refused(StartFailedError, "start")
    for fact in ("64 MB", str(disk / ".msm-local")):
        assert fact in sentence
    filler.unlink()
    shell.start()
    assert (disk / ".msm-local" / ".gitignore").read_text() == "*\n"


def test_a_reset_on_a_full_disk_loses_nothing(disk: Path) -> None:
    shell = Shell(disk)
    (disk / "migrations" / "versions").mkdir(parents=True)
    shell.start()
    shell.write_row()
    filler = fill(disk, leave=3 << 20)
    command = ("reset", "--to", "base", "--provider", "migrations:m")
    sentence = shell.refused(ResetFailedError, *command)
    for fact in ("No space left on device", "16 MB", str(disk / ".msm-local"), "free some space"):
        assert fact in sentence
    filler.unlink()
    assert shell.count_rows() == 1
    assert shell.status()["status"] == "healthy"


def write_on_a_full_disk() -> str:
    # Few enough for the write-ahead log, whose files exist already.
    rows = [{"unique_identifier": f"{number:0255}"} for number in range(1000)]
    runtime = msm.start_engine([Asset])
    with pytest.raises(DiskFullError) as caught:
        runtime.execute(insert(Asset).values(rows))
    return str(caught.value)


def test_a_disk_that_fills_up_is_one_sentence(disk: Path) -> None:
    shell = Shell(disk)
    shell.start()
    environment = json.loads(shell("env", "--json").stdout)
    upgraded = migrate("upgrade", "1002", environment=environment)
    assert upgraded.exit_code == 0, upgraded.stderr
    filler = fill(disk, leave=0)
    failed = migrate("upgrade", "head", environment=environment)
    assert failed.exit_code == 1
    sentence = sentence_of(failed)
    assert "No space left on device" in sentence
    assert sentence.endswith("free some space on the server and run this again.")
    filler.unlink()
    assert migrate("upgrade", "head", environment=environment).exit_code == 0
    fill(disk, leave=0)
    assert value_of(write_on_a_full_disk, environment=environment) == (
        "The insert over Asset needs disk space that PostgreSQL does not have, and nothing was "
        "written; free some space on the server and run it again."
    )


def test_a_full_disk_under_a_platform_loses_nothing(disk: Path) -> None:
    shell = Shell(disk)
    shell.start()
    shell.write_row()
    filler = fill(disk, leave=0)
    shell("status")
    shell("stop")
    assert "free some space" in shell.refused(StartFailedError, "start")
    filler.unlink()
    shell.start()
    assert shell.count_rows() == 1
