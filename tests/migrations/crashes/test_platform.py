"""The platform fails an upgrade: it says 503, or the credential that it issued expires."""

import json
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from msm_local.services import credentials
from tests.conftest import environment_of
from tests.support.crashing import Clean, read_state, run_traced
from tests.support.gateway import Gateway
from tests.support.migrating import migrate, write_revision
from tests.support.tracing import ddl_of

# The SDK asks four times, for three seconds.
pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("refused", "changed"),
    [
        ("/api/v1/meta-tables/", False),
        ("/migration-connection/", False),
        ("/finalize-managed/", True),
    ],
    ids=["reserve", "credential", "finalize"],
)
def test_a_platform_that_is_unavailable_is_no_harm(
    refused: str, changed: bool, fresh_platform: LocalPlatform, empty_url: str, clean: Clean
) -> None:
    """Case 7: the first two change nothing, the third is case 2."""

    def meet(method: str, path: str) -> int | None:
        return 503 if method == "POST" and path.endswith(refused) else None

    environment = environment_of(fresh_platform)
    before = read_state(empty_url)
    with Gateway(fresh_platform, meet) as gateway:
        through = {**environment, "MAINSEQUENCE_ENDPOINT": gateway.endpoint}
        result = migrate("upgrade", "head", environment=through)
    assert result.exit_code == 1
    assert "503" in result.stderr
    left, expected = read_state(empty_url), clean.after if changed else before
    assert (left.versions, left.tables) == (expected.versions, expected.tables)
    assert not any(row["provisioning_status"] == "active" for row in left.catalog)
    assert bool(ddl_of(run_traced(environment))) is not changed
    assert read_state(empty_url) == clean.after


def test_a_credential_that_expires_ends_the_run_and_is_nowhere_to_be_read(
    fresh_platform: LocalPlatform,
    empty_url: str,
    cluster: Cluster,
    checkout: Path,
    clean: Clean,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Case 8: the SDK asks for a minute at least, of which the platform here grants six seconds."""
    # Beyond the credential's end, so that it is the platform that ends the session.
    environment = {**environment_of(fresh_platform), "MSM_MIGRATION_STATEMENT_TIMEOUT": "60"}
    assert migrate("upgrade", "1002", environment=environment).exit_code == 0
    before = read_state(empty_url)
    write_revision(checkout, 'op.execute("SELECT pg_sleep(30)")')
    with monkeypatch.context() as patch, Gateway(fresh_platform, lambda _method, _path: None) as by:
        patch.setattr(credentials, "timedelta", lambda seconds: timedelta(seconds=seconds - 894))
        through = {**environment, "MAINSEQUENCE_ENDPOINT": by.endpoint}
        result = migrate("upgrade", "head", environment=through, folder=checkout)
    assert result.exit_code == 1
    assert "terminating connection due to administrator command" in result.stderr
    assert "nothing of this run was kept" in result.stderr
    (issued,) = [json.loads(said) for path, said in by.answers if "migration-connection" in path]
    password = make_url(issued["uri"]).password
    assert password is not None
    written = (result.stdout, result.stderr, caplog.text, cluster.log_path.read_text())
    assert not any(password in text for text in written)
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        psycopg.connect(issued["uri"])
    assert read_state(empty_url) == before
    assert migrate("upgrade", "head", environment=environment).exit_code == 0
    assert read_state(empty_url) == clean.after
