"""One embedded PostgreSQL a session; databases are cloned from templates that migrations built."""

import os
import signal
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg
import pytest
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict
from pytest_postgresql.executors import NoopExecutor
from pytest_postgresql.factories import postgresql, postgresql_noproc

from msm_local.cluster import PLATFORM_ROLE, Cluster
from msm_local.git_context import make_stand_in
from msm_local.platform import LocalPlatform
from tests.support.alembic import url_of
from tests.support.forked import run_sdk_cli
from tests.support.wheels import build

ROOT = Path(__file__).parents[1]
# Copies of one database keep its roles, and so their platforms share the runtime role's password.
RUNTIME_PASSWORD = "shared-by-the-platforms-of-a-test-run"  # noqa: S105
PROVIDER = "migrations:migration"

# A shell has what it puts into the background ignore Ctrl-C, and so would every process of a test.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """An embedded PostgreSQL of this session."""
    with Cluster.temporary() as running:
        yield running


@pytest.fixture(scope="session")
def embedded_server(cluster: Cluster) -> NoopExecutor:
    """The embedded PostgreSQL as pytest-postgresql sees a server, with an empty template."""
    login = conninfo_to_dict(cluster.platform_url("postgres"))
    executor = NoopExecutor(
        host="127.0.0.1",
        port=str(login["port"]),
        user=PLATFORM_ROLE,
        password=str(login["password"]),
        dbname="base",
        options="",
        maintenance_dbname="postgres",
    )
    cluster.create_database(executor.template_dbname)
    with psycopg.connect(cluster.admin_url(), autocommit=True) as connection:
        connection.execute(f"ALTER ROLE {PLATFORM_ROLE} CREATEDB".encode())
        # pytest-postgresql ends every session of a database that it drops, autovacuum's included.
        connection.execute(f"GRANT pg_signal_autovacuum_worker TO {PLATFORM_ROLE}".encode())
    return executor


def migrate_to_head(
    host: str, port: int, user: str, dbname: str, password: str, **_: object
) -> None:
    """Load a template database: catalog, roles, and every table, by the SDK's own CLI."""
    url = f"postgresql://{user}:{password}@{host}:{port}/{dbname}"
    with LocalPlatform(url, runtime_password=RUNTIME_PASSWORD) as platform:
        arguments = ("migrations", "upgrade", "--provider", PROVIDER, "head", "--json")
        upgraded = run_sdk_cli(*arguments, environment=environment_of(platform), folder=ROOT)
    assert upgraded.exit_code == 0, upgraded.stderr
    with psycopg.connect(url, autocommit=True) as connection:
        # pytest-postgresql ends every session of a database that it copies or drops; those of the
        # platform that has just been closed may still be leaving.
        connection.execute(f"GRANT {dbname}_runtime TO {PLATFORM_ROLE} WITH SET FALSE".encode())


def environment_of(platform: LocalPlatform) -> dict[str, str]:
    """What a forked SDK process needs: the platform, its token, a Git context, a log folder."""
    return platform.environment() | _session_environment


_session_environment: dict[str, str] = {}


@pytest.fixture(scope="session", autouse=True)
def _git_context(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("sdk")
    make_stand_in(folder / "stand-in", ROOT)
    _session_environment["GIT_DIR"] = str(folder / "stand-in")
    _session_environment["TDAG_ROOT_PATH"] = str(folder / "logs")


empty_server = postgresql_noproc(dbname="empty", depends_on="embedded_server")
empty_database = postgresql("empty_server")
second_empty_database = postgresql("empty_server", dbname="second_empty")

head_server = postgresql_noproc(dbname="head", depends_on="embedded_server", load=[migrate_to_head])
head_database = postgresql("head_server")


@pytest.fixture
def platform(head_database: Connection) -> Iterator[LocalPlatform]:
    """A platform whose database is at head, and empty."""
    with platform_on(head_database) as running:
        yield running


@pytest.fixture
def fresh_platform(empty_database: Connection) -> Iterator[LocalPlatform]:
    """A platform whose database has never been migrated."""
    with platform_on(empty_database) as running:
        yield running


def platform_on(database: Connection) -> LocalPlatform:
    """A platform on the database of an open connection."""
    url = url_of(database).render_as_string(hide_password=False)
    return LocalPlatform(url, runtime_password=RUNTIME_PASSWORD)


@pytest.fixture
def environment(platform: LocalPlatform) -> Mapping[str, str]:
    """What a forked SDK process needs to use ``platform``."""
    return environment_of(platform)


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every wheel of this checkout, by distribution, in one folder."""
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that lets callers wait: its queue is full, and nobody takes calls."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        callers = [socket.socket() for _ in range(4)]
        for caller in callers:
            caller.setblocking(False)
            caller.connect_ex(server.getsockname())
        yield int(server.getsockname()[1])
        for caller in callers:
            caller.close()


@pytest.fixture(scope="session", autouse=True)
def _no_settings_from_outside(tmp_path_factory: pytest.TempPathFactory) -> None:
    # Where the instances that tests start are listed.
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))
    for name in list(os.environ):
        if name.startswith(("MAINSEQUENCE_", "MSM_", "GIT_")):
            del os.environ[name]
