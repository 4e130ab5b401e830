"""The embedded PostgreSQL and its ports."""

import dataclasses
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest

from msm_local.errors import ClusterError
from msm_local.postgres import paths, temporary
from msm_local.postgres.cluster import SUPERUSER, Cluster
from msm_local.postgres.initdb import PLATFORM_ROLE
from msm_local.system import ports
from msm_local.system.ports import bind_first_free, bind_usual, is_free
from tests.local.shell import lives


def test_a_chosen_port_is_taken_at_once() -> None:
    with bind_first_free() as first:
        port = first.getsockname()[1]
        assert not is_free(port)
        with bind_first_free(port) as second:
            assert second.getsockname()[1] != port
    assert is_free(port)


def test_the_usual_port_or_the_next_is_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert ports.DEFAULT_PORT == 8765
    usual = next(port for port in range(20_000, 30_000) if is_free(port) and is_free(port + 1))
    monkeypatch.setattr(ports, "DEFAULT_PORT", usual)
    with bind_usual(None) as first, bind_usual(None) as second, bind_first_free() as other:
        assert [bound.getsockname()[1] for bound in (first, second)] == [usual, usual + 1]
        remembered = other.getsockname()[1]
        other.close()
        with bind_usual(remembered) as again:
            assert again.getsockname()[1] == remembered


def test_no_login_without_the_right_password(cluster: Cluster) -> None:
    for role in (SUPERUSER, PLATFORM_ROLE):
        for password in (None, "wrong"):
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(
                    host="127.0.0.1", port=cluster.port, user=role, password=password,
                    dbname="postgres", passfile="/dev/null",
                )  # fmt: skip


def test_the_platform_role_is_not_a_superuser(cluster: Cluster) -> None:
    with psycopg.connect(cluster.admin_url()) as connection:
        query = "SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = %s"
        assert connection.execute(query, [PLATFORM_ROLE]).fetchone() == (False, True)


def test_a_cluster_avoids_a_busy_port(cluster: Cluster) -> None:
    with bind_first_free() as taken:
        port = taken.getsockname()[1]
        other = Cluster(cluster.home.parent / "other", port=port, durable=False)
        try:
            with other:
                assert other.port != port
                psycopg.connect(other.admin_url()).close()
        finally:
            other.destroy()


def test_data_survives_a_restart_and_needs_its_passwords(tmp_path: Path) -> None:
    home = tmp_path / "kept"
    kept = Cluster(home, durable=False)
    try:
        with kept:
            kept.create_database("data")
        (kept.data / "postmaster.pid").write_text("999999999\n")
        with Cluster(home, durable=False) as again:
            assert "data" in again.databases()
        (home / "cluster.json").unlink()
        with pytest.raises(ClusterError, match=r"cluster\.json"):
            kept.start()
    finally:
        kept.destroy()
    assert not kept.data.exists()


def test_copied_binaries_find_their_libraries(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Root copies the binaries if the unprivileged user cannot reach the environment."""
    monkeypatch.setattr(paths, "_can_traverse", lambda *_: False)
    account = dataclasses.replace(paths.postgres_account(), switched=True)
    program = paths.binaries_folder(account) / "initdb"
    assert ".venv" not in program.parts
    result = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    assert result.stdout.startswith("initdb (PostgreSQL) 18")


HELD = """
import sys, time
from pathlib import Path
from msm_local.postgres.cluster import Cluster
with Cluster.temporary(Path(sys.argv[1])) as cluster:
    print(cluster.home, cluster.data, cluster.process.pid, flush=True)
    time.sleep(60)
"""


def test_a_temporary_cluster_deletes_abandoned_ones(cluster: Cluster) -> None:
    """But not the cluster of this session, or one whose process is running."""
    place = cluster.home.parent.parent
    command = [sys.executable, "-c", HELD, str(place)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as held:
        assert held.stdout is not None
        home, data, pid = held.stdout.readline().split()
        postmaster = psutil.Process(int(pid))
        with Cluster.temporary(place) as other:
            assert Path(home).exists()
            assert Path(data, "PG_VERSION").exists()
            places = (other.home, other.data)
        assert not any(place.exists() for place in places)
        held.kill()
    assert Path(data).exists()
    with Cluster.temporary(place):
        assert not Path(home).exists()
        assert not Path(data).exists()
        assert not lives(postmaster)
    assert list(Path(home).parent.glob(f"*{Path(home).name}*")) == []
    assert "postgres" in cluster.databases()


def test_a_temporary_cluster_is_where_it_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with Cluster.temporary(tmp_path) as there:
        assert there.home.parent == paths.shared_folder(tmp_path)
    assert not there.home.exists()
    assert not there.data.exists()


def test_clusters_of_tests_are_in_memory_with_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert temporary.place_for_data(tmp_path / "missing") == paths.LASTING
    monkeypatch.setattr(temporary, "ROOM", 1)
    assert temporary.place_for_data(tmp_path) == tmp_path
    monkeypatch.setattr(temporary, "ROOM", 1 << 60)
    assert temporary.place_for_data(tmp_path) == paths.LASTING
