"""The platform fails during an upgrade: it answers 503, or its credential expires."""

import json
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from migrations.errors import ConnectionLostError, ReservationError
from msm_local.instances.variables import ENDPOINT, METATABLES_URL
from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from msm_local.services import credentials
from tests.conftest import environment_of
from tests.support.crashing import Clean, read_state, run_traced
from tests.support.gateway import Gateway
from tests.support.generation import GENERATION
from tests.support.migrating import migrate, sentence_of, write_revision
from tests.support.refusals import NOTHING_KEPT, sentence
from tests.support.tracing import ddl_of

# The SDK asks four times, for three seconds.
pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("refused", "changed"),
    [
        ("/meta-tables/", False),
        ("/migration-connection/", False),
        ("/finalize-managed/", True),
    ],
    ids=["reserve", "credential", "finalize"],
)
def test_unavailable_platform_does_no_harm(
    refused: str, changed: bool, fresh_platform: LocalPlatform, empty_url: str, clean: Clean
) -> None:
    """Before the migration nothing changes; after it only finalize is missing."""

    def meet(method: str, path: str) -> int | None:
        return 503 if method == "POST" and path.endswith(refused) else None

    environment = environment_of(fresh_platform)
    before = read_state(empty_url)
    with Gateway(fresh_platform, meet) as gateway:
        through = {**environment, **gateway.environment()}
        result = migrate("upgrade", "head", environment=through)
    assert result.exit_code == 1
    assert "503" in result.stderr
    left, expected = read_state(empty_url), clean.after if changed else before
    assert (left.versions, left.tables) == (expected.versions, expected.tables)
    assert not any(row["provisioning_status"] == "active" for row in left.catalog)
    assert bool(ddl_of(run_traced(environment))) is not changed
    assert read_state(empty_url) == clean.after


def test_platform_that_fails_after_the_lock_changes_nothing(
    fresh_platform: LocalPlatform, empty_url: str
) -> None:
    """The tables are reserved again then, while the SDK still has what it reserved before."""
    seen: list[str] = []

    def meet(_method: str, path: str) -> int | None:
        seen.append(path)
        after = any("migration-connection" in known for known in seen)
        return 503 if after and path.endswith("/filter/") else None

    with Gateway(fresh_platform, meet) as gateway:
        through = {**environment_of(fresh_platform), **gateway.environment()}
        result = migrate("upgrade", "head", environment=through)
        named = platform_url(gateway)
    assert result.exit_code == 1
    reason = "(503): The gateway says no"
    assert sentence_of(result) == sentence(ReservationError, url=named, reason=reason)
    assert read_state(empty_url).versions is None


def platform_url(gateway: Gateway) -> str:
    """Where a process of the installed SDK sends its requests, through the gateway."""
    variables = gateway.environment()
    return variables[METATABLES_URL if GENERATION == "metatables" else ENDPOINT]


def test_expired_credential_ends_the_run_and_stays_secret(
    fresh_platform: LocalPlatform,
    empty_url: str,
    cluster: Cluster,
    checkout: Path,
    clean: Clean,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The SDK asks for at least a minute, but the platform here grants six seconds."""
    # Longer than the credential lasts, so that the platform ends the session.
    environment = {**environment_of(fresh_platform), "MSM_MIGRATION_STATEMENT_TIMEOUT": "60"}
    assert migrate("upgrade", "1002", environment=environment).exit_code == 0
    before = read_state(empty_url)
    write_revision(checkout, 'op.execute("SELECT pg_sleep(30)")')
    with monkeypatch.context() as patch, Gateway(fresh_platform, lambda _method, _path: None) as by:
        patch.setattr(credentials, "timedelta", lambda seconds: timedelta(seconds=seconds - 894))
        through = {**environment, **by.environment()}
        result = migrate("upgrade", "head", environment=through, folder=checkout)
    assert result.exit_code == 1
    port = make_url(empty_url).port
    assert sentence_of(result) == sentence(
        ConnectionLostError,
        server=f"127.0.0.1:{port}",
        reason="terminating connection due to administrator command",
        outcome=NOTHING_KEPT,
    )
    (issued,) = [json.loads(said) for path, said in by.answers if "migration-connection" in path]
    password = make_url(issued["uri"]).password
    assert password is not None
    written = (result.stdout, result.stderr, caplog.text, cluster.log_path.read_text())
    assert not any(password in text for text in written)
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        psycopg.connect(conninfo_of(issued["uri"]))
    assert read_state(empty_url) == before
    assert migrate("upgrade", "head", environment=environment).exit_code == 0
    assert read_state(empty_url) == clean.after


def conninfo_of(uri: str) -> str:
    """A URL of SQLAlchemy, which may name a driver, as libpq takes it."""
    return make_url(uri).set(drivername="postgresql").render_as_string(hide_password=False)
