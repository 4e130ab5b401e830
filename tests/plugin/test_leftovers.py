"""However a run ends, no process, database or file of it is left."""

import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from msm_local.postgres.cluster import Cluster
from msm_local.services.credentials import create_login
from msm_local.status.providers import Provider
from msm_local.testing.server import Server
from msm_local.testing.settings import PluginSettings
from tests.plugin.conftest import Sample, make_sample

pytestmark = pytest.mark.slow

ROWS = """
@pytest.mark.parametrize("time", range(6))
def test_rows(msm_runtime, time):
    assert msm_runtime.scalar(COUNT) == 0
    msm_runtime.insert(AssetType, [BOND])
    note()
"""
CRASH = """
@pytest.mark.parametrize("time", range(6))
def test_rows(msm_runtime, time):
    assert msm_runtime.scalar(COUNT) == 0
    msm_runtime.insert(AssetType, [BOND])
    note()
    if time == 1:
        os.abort()
"""
LONG = """
def test_rows(msm_runtime):
    note()
    import time
    time.sleep(60)
"""


def left(folder: Path) -> list[str]:
    """What a run left in the project."""
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


def test_workers_share_one_postgresql(sample: Sample) -> None:
    sample.write(ROWS)
    sample.passes(6, "-n", "2")
    [data] = sample.data_folders()
    assert sample.has_ended()
    assert not data.exists()
    assert not data.parent.exists() or data.parent.name.startswith("msm-local")
    assert left(sample.folder) == []


@pytest.mark.parametrize(
    "number", [signal.SIGINT, pytest.param(signal.SIGKILL, marks=pytest.mark.long)]
)
def test_interrupted_run_leaves_no_process(sample: Sample, number: signal.Signals) -> None:
    sample.write(LONG)
    (sample.folder / "processes.json").unlink(missing_ok=True)
    with subprocess.Popen(
        sample.command("-n", "2"),
        cwd=sample.folder,
        env=sample.environment,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        deadline = time.monotonic() + 90
        while not (sample.folder / "processes.json").exists():
            assert time.monotonic() < deadline, "the test did not begin"
            time.sleep(0.05)
        # As a terminal does with Ctrl-C: to every process of the run.
        os.killpg(running.pid, number)
        running.communicate(timeout=60)
    assert sample.has_ended()
    [data] = sample.data_folders()
    # Files of a process that was killed are deleted by the next run.
    if number == signal.SIGKILL:
        sample.write(ROWS)
        sample.passes(6)
    assert not data.exists()


def test_crash_of_a_worker_leaves_nothing(sample: Sample) -> None:
    sample.write(CRASH)
    finished = sample.run("-n", "2")
    assert finished.outcomes == {"passed": 5, "failed": 1}, finished.text
    [data] = sample.data_folders()
    assert sample.has_ended()
    assert not data.exists()


def test_given_server_is_left_as_it_was(tmp_path: Path, cluster: Cluster) -> None:
    sample = make_sample(tmp_path / "project")
    with psycopg.connect(cluster.admin_url(), autocommit=True) as connection:
        connection.execute("CREATE ROLE tester LOGIN CREATEDB CREATEROLE PASSWORD 'a b@c'")
        before = set(cluster.databases())
        roles = "SELECT rolname FROM pg_roles WHERE rolname LIKE 'msm_test%'"
        try:
            url = f"postgresql://tester:a%20b%40c@127.0.0.1:{cluster.port}/postgres"
            sample.write(ROWS)
            sample.passes(6, MSM_PYTEST_DATABASE_URL=url)
            assert set(cluster.databases()) == before
            assert connection.execute(roles).fetchall() == []
            # The second run uses the template of the first one.
            sample.passes(6, "--msm-keep", MSM_PYTEST_DATABASE_URL=url)
            kept = set(cluster.databases()) - before
            assert [name.rpartition("_")[0] for name in sorted(kept)] == ["msm_template", "msm"]
        finally:
            for name in set(cluster.databases()) - before:
                cluster.drop_database(name)
            for (role,) in connection.execute(roles).fetchall():
                connection.execute(f"DROP ROLE {role}".encode())
            connection.execute("DROP ROLE tester")


def given(url: str, folder: Path, *, keep: bool = False) -> Server:
    """What a run of pytest uses of a given server."""
    return Server(
        PluginSettings(
            root=folder,
            providers=(Provider("migrations:migration"),),
            models=(),
            reset="clone",
            keep=keep,
            rebuild=False,
            database_url=url,
        )
    )


def test_last_of_several_runs_drops_their_templates(tmp_path: Path, cluster: Cluster) -> None:
    sample = make_sample(tmp_path / "project")
    before = set(cluster.databases())
    first, second = (given(cluster.admin_url(), sample.folder) for _ in range(2))
    # At the same time, on a server that has nothing yet.
    with ThreadPoolExecutor(2) as executor:
        asked = [executor.submit(each.template, "base") for each in (first, second)]
        template = asked[0].result()
    assert asked[1].result() == template
    place = second.place()
    place.create(f"{place.prefix}left", template)
    first.close()
    assert template in cluster.databases()
    # One of a run that was killed.
    cluster.create_database("msm_test_1_dead_1")
    second.close()
    assert set(cluster.databases()) == before


def test_kept_template_is_used_by_a_run_that_keeps_nothing(
    tmp_path: Path, cluster: Cluster
) -> None:
    sample = make_sample(tmp_path / "project")
    before = set(cluster.databases())
    kept: set[str] = set()
    for keep in (True, False, True):
        run = given(cluster.admin_url(), sample.folder, keep=keep)
        kept.add(run.template("base"))
        run.close()
    try:
        (template,) = kept
        assert set(cluster.databases()) - before == {template, "msm_test"}
    finally:
        for name in set(cluster.databases()) - before:
            cluster.drop_database(name)


def test_databases_of_tests_leave_no_login(tmp_path: Path, cluster: Cluster) -> None:
    sample = make_sample(tmp_path / "project")
    logins = "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'msm_migrate_%'"
    server = given(cluster.admin_url(), sample.folder)
    with psycopg.connect(cluster.admin_url(), autocommit=True) as connection:
        before = connection.execute(logins).fetchone()
        place = server.place()
        name = f"{place.prefix}1"
        place.create(name, server.template("base"))
        with psycopg.connect(cluster.admin_url(name)) as database:
            # For any table: none is looked at.
            database.execute("SET session_replication_role = replica")
            create_login(database, place.settings, UUID(int=1), 900)
        assert connection.execute(logins).fetchone() != before
        server.close()
        assert connection.execute(logins).fetchone() == before


@pytest.mark.parametrize(
    ("url", "said"),
    [
        pytest.param("postgresql://127.0.0.1:5/x", "names no user", marks=pytest.mark.long),
        ("postgresql://somebody@127.0.0.1:5/x", "cannot be used: connection failed"),
    ],
)
def test_given_server_that_cannot_be_used_is_said_to_workers(
    sample: Sample, url: str, said: str
) -> None:
    sample.write(ROWS)
    finished = sample.run("-n", "2", MSM_PYTEST_DATABASE_URL=url)
    assert said in finished.text
    assert "EOFError" not in finished.text
    assert "Traceback" not in finished.text


def test_variables_of_libpq_do_not_reach_the_databases_of_tests(sample: Sample) -> None:
    sample.write(ROWS)
    sample.passes(6, PGSSLMODE="require", PGOPTIONS="-c default_transaction_read_only=on")
