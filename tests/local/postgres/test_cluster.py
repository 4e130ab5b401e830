"""The embedded PostgreSQL and its ports."""

import dataclasses
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest

from msm_local.errors import ClusterError
from msm_local.postgres import paths
from msm_local.postgres.cluster import SUPERUSER, Cluster
from msm_local.postgres.initdb import PLATFORM_ROLE
from msm_local.system import ports
from msm_local.system.ports import bind_first_free, bind_usual, is_free
from tests.local.shell import lives


def test_a_port_is_taken_from_the_moment_it_is_chosen() -> None:
    with bind_first_free() as first:
        port = first.getsockname()[1]
        assert not is_free(port)
        with bind_first_free(port) as second:
            assert second.getsockname()[1] != port
    assert is_free(port)


def test_the_usual_port_is_preferred_and_the_next_free_one_taken_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Requirement 4."""
    assert ports.DEFAULT_PORT == 8765
    usual = next(port for port in range(20_000, 30_000) if is_free(port) and is_free(port + 1))
    monkeypatch.setattr(ports, "DEFAULT_PORT", usual)
    with bind_usual(None) as first, bind_usual(None) as second, bind_first_free() as other:
        assert [bound.getsockname()[1] for bound in (first, second)] == [usual, usual + 1]
        remembered = other.getsockname()[1]
        other.close()
        with bind_usual(remembered) as again:
            assert again.getsockname()[1] == remembered


def test_a_wrong_password_or_none_lets_nobody_in(cluster: Cluster) -> None:
    for role in (SUPERUSER, PLATFORM_ROLE):
        for password in (None, "wrong"):
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(
                    host="127.0.0.1", port=cluster.port, user=role, password=password,
                    dbname="postgres", passfile="/dev/null",
                )  # fmt: skip


def test_the_platform_role_is_no_superuser(cluster: Cluster) -> None:
    with psycopg.connect(cluster.admin_url()) as connection:
        query = "SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = %s"
        assert connection.execute(query, [PLATFORM_ROLE]).fetchone() == (False, True)


def test_another_port_is_taken_where_the_preferred_one_is_busy(cluster: Cluster) -> None:
    with bind_first_free() as taken:
        port = taken.getsockname()[1]
        other = Cluster(cluster.home.parent / "other", port=port, durable=False)
        try:
            with other:
                assert other.port != port
                psycopg.connect(other.admin_url()).close()
        finally:
            other.destroy()


def test_data_survives_a_restart_and_a_lost_password_file_is_named(tmp_path: Path) -> None:
    home = tmp_path / "kept"
    kept = Cluster(home, durable=False)
    try:
        with kept:
            kept.create_database("data")
        (kept.data / "postmaster.pid").write_text("999999999\n")
        with Cluster(home, durable=False) as again:
            assert "data" in again.databases()
        (home / "cluster.json").unlink()
        with pytest.raises(ClusterError, match="does not hold the passwords"):
            kept.start()
    finally:
        kept.destroy()
    assert not kept.data.exists()


def test_copied_binaries_run_with_the_libraries_they_look_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the unprivileged user cannot enter the environment, root copies the binaries."""
    monkeypatch.setattr(paths, "_can_traverse", lambda *_: False)
    account = dataclasses.replace(paths.postgres_account(), switched=True)
    program = paths.binaries_folder(account) / "initdb"
    assert ".venv" not in program.parts
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    assert told.stdout.startswith("initdb (PostgreSQL) 18")


HELD = """
import sys, time
from msm_local.postgres.cluster import Cluster
with Cluster.temporary() as cluster:
    print(cluster.home, cluster.data, cluster.process.pid, flush=True)
    time.sleep(60)
"""


def test_the_next_temporary_cluster_deletes_what_a_killed_process_left(cluster: Cluster) -> None:
    """And only that: the cluster of this session lives on."""
    with subprocess.Popen([sys.executable, "-c", HELD], stdout=subprocess.PIPE, text=True) as held:
        assert held.stdout is not None
        home, data, pid = held.stdout.readline().split()
        postmaster = psutil.Process(int(pid))
        with Cluster.temporary() as other:
            assert Path(home).exists()
            assert Path(data, "PG_VERSION").exists()
            places = (other.home, other.data)
        assert not any(place.exists() for place in places)
        held.kill()
    assert Path(data).exists()
    with Cluster.temporary():
        assert not Path(home).exists()
        assert not Path(data).exists()
        assert not lives(postmaster)
    assert list(Path(home).parent.glob(f"*{Path(home).name}*")) == []
    assert "postgres" in cluster.databases()
