"""Where the state folder lies: of another user, on a read-only disk, on a full one.

Requirement 14: each is one sentence, with its code and what was and was not changed.
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
from tests.local.shell import NAME, Shell
from tests.support.forked import run_forked, value_of
from tests.support.migrating import migrate, sentence_of

# Many processes or databases: together they would take the default suite over its limit.
pytestmark = pytest.mark.slow

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")


@pytest.fixture
def disk() -> Iterator[Path]:
    """A disk of 90 MB, which holds a platform and not much more, mounted as a checkout.

    It is mounted where PostgreSQL's user can get to, so that the data lie on it, too.
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
    """Fill a disk up to the last so many bytes."""
    filler = disk / "filler"
    # PostgreSQL may take some of the space in between.
    with suppress(OSError):
        filler.write_bytes(bytes(shutil.disk_usage(disk).free - leave))
    return filler


def remount(disk: Path, mode: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{mode}", str(disk)], check=True)


@ROOT_ONLY
def test_the_state_folder_of_an_ordinary_user_is_not_roots_to_use(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    shell.state.mkdir(parents=True)
    os.chown(shell.state, 65534, 65534)
    for command in (["start"], ["stop"], ["exec", "true"]):
        told = shell.complaint(*command)
        assert f"The folder {shell.state} belongs to another user (uid 65534, not 0)" in told
        assert "run this as that user, or name a folder of your own with --state-dir" in told
    assert list(shell.state.iterdir()) == []


@ROOT_ONLY
def test_the_state_folder_of_root_is_not_an_ordinary_users_to_use(shell: Shell) -> None:
    state = shell.start()
    for command in ("status", "start", "stop", "env", "destroy"):
        told = as_nobody(command, folder=shell.folder)
        assert "cannot be used (Permission denied); make it yours and writable" in told
        assert told.count("\n") == 2
    assert "FAIL  state folder" in as_nobody("doctor", folder=shell.folder)
    assert shell.status()["pid"] == state["pid"]


def test_a_project_in_which_nothing_may_be_made_is_named() -> None:
    """Not below pytest's folder, which only its own user may enter."""
    folder = Path(tempfile.mkdtemp())
    (folder / "pyproject.toml").touch()
    if os.geteuid() == 0:
        os.chown(folder, 65534, 65534)
    folder.chmod(0o500)
    try:
        state = folder / ".msm-local"
        assert as_nobody("start", folder=folder) == (
            f"Error: {state} cannot be used (Permission denied); make it yours and writable, or "
            "name another folder with --state-dir.\n[state-folder] No data was changed.\n"
        )
        found = as_nobody("doctor", folder=folder)
        assert re.search(rf"FAIL +state folder +{re.escape(str(folder))} cannot be written", found)
    finally:
        folder.chmod(0o700)
        shutil.rmtree(folder)


def as_nobody(*arguments: str, folder: Path) -> str:
    """What msm-local says to an ordinary user: nobody, where root runs this.

    No other process could be started for that one, whom root's Python is closed to.
    """
    nowhere = {"MAINSEQUENCE_ENDPOINT": "http://127.0.0.1:1", "PATH": os.environ["PATH"]}
    told = run_forked(_as_nobody, arguments, environment=nowhere, folder=folder)
    assert told.exit_code == 1, told.stdout
    return told.stderr + told.stdout


def _as_nobody(arguments: tuple[str, ...]) -> None:
    from msm_local.cli import main

    if os.geteuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    main(["--name", NAME, *arguments])


def test_a_read_only_disk_is_named(disk: Path) -> None:
    shell = Shell(disk)
    remount(disk, "ro")
    assert "(Read-only file system)" in shell.complaint("start")
    remount(disk, "rw")
    shell.start()
    shell("stop")
    remount(disk, "ro")
    for command in (["start"], ["stop"], ["exec", "true"]):
        told = shell.complaint(*command)
        assert f"{shell.state} cannot be used (Read-only file system)" in told
        assert "or name another folder with --state-dir" in told
    assert shell.status(code=3)["status"] == "stopped"
    remount(disk, "rw")


def test_a_full_disk_is_named_before_anything_is_made(disk: Path) -> None:
    shell = Shell(disk)
    filler = fill(disk, leave=0)
    assert "(No space left on device); free some space, or" in shell.complaint("start")
    filler.unlink()
    filler = fill(disk, leave=20 << 20)
    assert "free some space, 64 MB are needed" in shell("doctor", code=1).stdout
    told = shell.complaint("start")
    assert f"A new PostgreSQL takes 64 MB, and {disk / '.msm-local'} has only" in told
    filler.unlink()
    shell.start()
    assert (disk / ".msm-local" / ".gitignore").read_text() == "*\n"


def test_a_reset_on_a_full_disk_is_one_sentence_and_loses_nothing(disk: Path) -> None:
    shell = Shell(disk)
    (disk / "migrations" / "versions").mkdir(parents=True)
    shell.start()
    shell.write_row()
    filler = fill(disk, leave=3 << 20)
    told = shell.complaint("reset", "--to", "base", "--provider", "migrations:m")
    assert "PostgreSQL refused a step of the reset: " in told
    assert "No space left on device" in told
    filler.unlink()
    assert shell.count_rows() == 1
    assert shell.status()["status"] == "healthy"


def write_in_vain() -> str:
    # Little enough for the write-ahead log, whose files are there already.
    rows = [{"unique_identifier": f"{number:0255}"} for number in range(1000)]
    runtime = msm.start_engine([Asset])
    with pytest.raises(DiskFullError) as caught:
        runtime.execute(insert(Asset).values(rows))
    return str(caught.value)


def test_a_disk_that_fills_up_under_work_is_one_sentence(disk: Path) -> None:
    shell = Shell(disk)
    shell.start()
    environment = json.loads(shell("env", "--json").stdout)
    upgraded = migrate("upgrade", "1002", environment=environment)
    assert upgraded.exit_code == 0, upgraded.stderr
    filler = fill(disk, leave=0)
    told = migrate("upgrade", "head", environment=environment)
    assert told.exit_code == 1
    sentence = sentence_of(told)
    assert "No space left on device" in sentence
    assert sentence.endswith("free some space on the server and run this again.")
    filler.unlink()
    assert migrate("upgrade", "head", environment=environment).exit_code == 0
    fill(disk, leave=0)
    assert value_of(write_in_vain, environment=environment) == (
        "The insert over Asset needs disk space that PostgreSQL does not have, and nothing was "
        "written; free some space on the server and run it again."
    )


def test_a_disk_that_fills_up_under_the_platform_loses_nothing(disk: Path) -> None:
    shell = Shell(disk)
    shell.start()
    shell.write_row()
    filler = fill(disk, leave=0)
    shell("status")
    shell("stop")
    told = shell.complaint("start")
    assert "did not start" in told
    assert "free some" in told
    filler.unlink()
    shell.start()
    assert shell.count_rows() == 1
