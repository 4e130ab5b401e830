"""However a run ends, no process, database or file of it is left."""

import os
import signal
import subprocess
import time
from pathlib import Path

import psycopg
import pytest

from msm_local.postgres.cluster import Cluster
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


def test_last_of_several_runs_drops_their_templates(tmp_path: Path, cluster: Cluster) -> None:
    sample = make_sample(tmp_path / "project")
    before = set(cluster.databases())
    settings = PluginSettings(
        root=sample.folder,
        providers=(Provider("migrations:migration"),),
        models=(),
        reset="clone",
        keep=False,
        rebuild=False,
        database_url=cluster.admin_url(),
    )
    first, second = Server(settings), Server(settings)
    template = first.template("base")
    assert second.template("base") == template
    first.close()
    assert template in cluster.databases()
    second.close()
    assert set(cluster.databases()) == before
