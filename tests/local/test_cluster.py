"""The embedded PostgreSQL and its ports."""

import dataclasses
import subprocess
from pathlib import Path

import psycopg
import pytest

from msm_local import placement
from msm_local.cluster import SUPERUSER, Cluster
from msm_local.errors import ClusterError
from msm_local.initdb import PLATFORM_ROLE
from msm_local.ports import bind_first_free, is_free


def test_a_port_is_taken_from_the_moment_it_is_chosen() -> None:
    with bind_first_free() as first:
        port = first.getsockname()[1]
        assert not is_free(port)
        with bind_first_free(port) as second:
            assert second.getsockname()[1] != port
    assert is_free(port)


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
            assert again.has_database("data")
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
    monkeypatch.setattr(placement, "_can_traverse", lambda *_: False)
    account = dataclasses.replace(placement.postgres_account(), switched=True)
    program = placement.binaries_folder(account) / "initdb"
    assert ".venv" not in program.parts
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    assert told.stdout.startswith("initdb (PostgreSQL) 18")
