"""One embedded PostgreSQL per session; databases are copies of templates that migrations made."""

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Protocol

import psycopg
import pytest
from psycopg import Connection

from examples.demo.upgrade import COLOURING
from msm_local.client.git_context import make_stand_in
from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from msm_local.postgres.temporary import place_for_data
from tests.support import timescale
from tests.support.forked import run_sdk_cli
from tests.support.janitor import new_database
from tests.support.urls import url_of
from tests.support.wheels import build

ROOT = Path(__file__).parents[1]
# Copies of one database keep its roles, and so their platforms share the runtime role's password.
RUNTIME_PASSWORD = "shared-by-the-platforms-of-a-test-run"  # noqa: S105
PROVIDER = "migrations:migration"
# Of the whole suite, with the slow tests. If one of them started last, it would run alone.
LONGEST_FILES = (
    "docs/test_code_blocks.py",
    "workspace/test_wheels.py",
    "workspace/test_benchmarks.py",
    "workspace/test_pip.py",
)

# Without bytecode of our sources, each of thousands of processes compiles them again. Where pytest
# runs without `./dev`, it has read the variable already.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# A shell starts background jobs with Ctrl-C ignored; processes of the tests would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first, in the order of their list; the others stay in theirs."""
    places = {ROOT / "tests" / name: place for place, name in enumerate(LONGEST_FILES)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The PostgreSQL of this session: embedded, in memory if there is room; or a TimescaleDB."""
    if timescale.URL:
        with timescale.TimescaleServer(timescale.URL) as server:
            yield server
        return
    with Cluster.temporary(place_for_data()) as running:
        yield running


@contextmanager
def database(cluster: Cluster, name: str, *, template: str = "template0") -> Iterator[Connection]:
    """The platform role's connection to a new database, empty or a copy; both end here."""
    with (
        new_database(cluster, name, template=template),
        closing(psycopg.connect(cluster.platform_url(name))) as connection,
    ):
        yield connection


class Platform(Protocol):
    """A running platform, of either API."""

    def environment(self) -> dict[str, str]:
        """What an SDK reads to find it."""


def environment_of(platform: Platform) -> dict[str, str]:
    """The variables of a forked SDK process: platform, token, Git context, log folder."""
    return platform.environment() | _session_environment


_session_environment: dict[str, str] = {}


@pytest.fixture(scope="session", autouse=True)
def _git_context(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("sdk")
    make_stand_in(folder / "stand-in", ROOT)
    _session_environment["GIT_DIR"] = str(folder / "stand-in")
    _session_environment["TDAG_ROOT_PATH"] = str(folder / "logs")


@pytest.fixture
def empty_database(cluster: Cluster) -> Iterator[Connection]:
    """A database that has never been migrated."""
    with database(cluster, "empty") as connection:
        yield connection


@pytest.fixture
def second_empty_database(cluster: Cluster) -> Iterator[Connection]:
    """A second one."""
    with database(cluster, "second_empty") as connection:
        yield connection


@pytest.fixture(scope="session")
def head_template(cluster: Cluster) -> Iterator[str]:
    """A database to copy: catalog, roles, and every table, by the SDK's own CLI."""
    with new_database(cluster, "head_template") as name:
        url = cluster.platform_url(name)
        with LocalPlatform(url, runtime_password=RUNTIME_PASSWORD) as platform:
            arguments = ("migrations", "upgrade", "--provider", PROVIDER, "head", "--json")
            upgraded = run_sdk_cli(*arguments, environment=environment_of(platform), folder=ROOT)
        assert upgraded.exit_code == 0, upgraded.stderr
        if timescale.URL:
            # Every test of a database at head then has hypertables.
            from tests.support.hypertables import convert_database

            convert_database(cluster.admin_url(name))
        yield name


@pytest.fixture
def head_database(cluster: Cluster, head_template: str) -> Iterator[Connection]:
    """A database at head, without rows."""
    with database(cluster, "head", template=head_template) as connection:
        yield connection


@pytest.fixture
def superuser(cluster: Cluster, head_database: Connection) -> Iterator[Connection]:
    """A superuser's connection to the database at head, in autocommit mode."""
    url = cluster.admin_url(head_database.info.dbname)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


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


def platform_on(connection: Connection) -> LocalPlatform:
    """A platform on the database of an open connection."""
    url = url_of(connection).render_as_string(hide_password=False)
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
def answering_port() -> Iterator[int]:
    """A port at which every request is answered."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port without a listener that no other process gets."""
    # Bound but not listening: the kernel refuses connections, and gives the port to nobody else.
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield int(taken.getsockname()[1])


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that lets callers wait: its queue is full, and no process accepts connections."""
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
    # Instances that tests start are listed there, not in the list of the user.
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))
    for name in list(os.environ):
        if name.startswith(("MAINSEQUENCE_", "METATABLES_", "MSM_", "GIT_")) or name in COLOURING:
            del os.environ[name]
