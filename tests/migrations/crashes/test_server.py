"""PostgreSQL goes away under an upgrade: one sentence, nothing kept, and the next one works."""

import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from tests.conftest import environment_of
from tests.support.crashing import Clean, read_state
from tests.support.janitor import new_database
from tests.support.migrating import Background, migrate, write_revision

pytestmark = pytest.mark.slow


@pytest.fixture
def server() -> Iterator[Cluster]:
    """A PostgreSQL that a test may break."""
    with Cluster.temporary() as running, new_database(running, "broken"):
        yield running


def test_a_server_restarted_under_an_upgrade_is_one_sentence(
    server: Cluster, checkout: Path, clean: Clean
) -> None:
    """Case 6: what ``pg_ctl restart -m immediate`` does, to a server of its own."""
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
        (sentence,) = [line for line in result.stderr.splitlines() if "PostgreSQL at" in line]
        assert "cannot be reached, or ended the session" in sentence
        assert "nothing of this run was kept; run this again when it is back" in sentence
        assert "Traceback" not in result.stderr
        assert read_state(url) == before
        again = migrate("upgrade", "head", environment=environment)
        assert again.exit_code == 0, again.stderr
        assert read_state(url) == clean.after
