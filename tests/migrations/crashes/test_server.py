"""PostgreSQL stops during an upgrade: one sentence, nothing is kept, the next one works."""

import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from migrations.errors import ConnectionLostError
from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from tests.conftest import environment_of
from tests.support.crashing import Clean, read_state
from tests.support.janitor import new_database
from tests.support.migrating import Background, migrate, write_revision
from tests.support.refusals import NOTHING_KEPT, sentence

pytestmark = pytest.mark.slow


@pytest.fixture
def server() -> Iterator[Cluster]:
    """A PostgreSQL that a test may break."""
    with Cluster.temporary() as running, new_database(running, "broken"):
        yield running


def test_server_restart_during_an_upgrade_is_one_sentence(
    server: Cluster, checkout: Path, clean: Clean
) -> None:
    """As ``pg_ctl restart -m immediate`` does, on a server of the test's own."""
    url = server.platform_url("broken")
    with LocalPlatform(url) as platform:
        environment = environment_of(platform)
        assert migrate("upgrade", "1002", environment=environment).exit_code == 0
        before = read_state(url)
        write_revision(checkout, 'op.execute("SELECT pg_sleep(30)")')
        admin = server.admin_url("broken")
        with psycopg.connect(admin, autocommit=True) as watcher, Background(watcher) as background:
            run = background.start("upgrade", "head", environment=environment, folder=checkout)
            background.wait_for("pg_sleep")
            server.process.send_signal(signal.SIGQUIT)
            server.process.wait()
            server.start()
            result = run.result()
        assert result.exit_code == 1
        # What PostgreSQL says last depends on how far it got.
        (line,) = [line for line in result.stderr.splitlines() if "PostgreSQL at" in line]
        reason = line.partition("(")[2].partition("); nothing")[0]
        port = make_url(url).port
        assert line == sentence(
            ConnectionLostError,
            server=f"127.0.0.1:{port}",
            reason=reason,
            outcome=NOTHING_KEPT,
        )
        assert "Traceback" not in result.stderr
        assert read_state(url) == before
        again = migrate("upgrade", "head", environment=environment)
        assert again.exit_code == 0, again.stderr
        assert read_state(url) == clean.after
