"""One platform with its window, a catalog with tables, and browsers without a browser."""

import time
from collections.abc import Iterator
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import httpx
import pytest

from msm_local.instances.instance import Instance, State
from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from msm_local.window.door import Door
from tests.local.conftest import Client, next_name
from tests.local.shell import like_a_server
from tests.support.janitor import new_database

PROJECT = '[tool.msm]\nproviders = ["acme_migrations:migration"]\n'
REVISIONS = (("0001", "Create the shops.", None), ("0002", "Add their areas.", "0001"))


@pytest.fixture(scope="package")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with two revisions, and without commands."""
    root = tmp_path_factory.mktemp("window")
    _write_project(root)
    return root


@pytest.fixture(scope="package")
def window(cluster: Cluster, project: Path) -> Iterator[Client]:
    """A platform with the window of an instance of that project."""
    instance = Instance(project, "window", project / ".msm-local" / "window")
    instance.prepare()
    with new_database(cluster, next_name()) as name:
        url = cluster.platform_url(name)
        with LocalPlatform(url, window=Door(instance)) as running:
            made = Client(running, url, cluster.admin_url(name))
            with like_a_server(instance.folder) as process, closing(made.http):
                instance.write_state(_state(process.pid, running, url, instance.log_path))
                yield made


@pytest.fixture
def browser(window: Client) -> Iterator[httpx.Client]:
    """A client that is logged in by its cookie alone."""
    with new_browser(window) as made:
        answer = made.get(login_link(window))
        assert answer.status_code == 200
        yield made


def new_browser(window: Client) -> httpx.Client:
    return httpx.Client(base_url=window.platform.endpoint, timeout=30)


def login_link(window: Client) -> str:
    platform = window.platform
    headers = {"Authorization": f"Bearer {platform.token}"}
    answer = httpx.post(f"{platform.endpoint}/ui/login/", headers=headers)
    return str(answer.json()["path"])


def _write_project(root: Path) -> None:
    (root / "pyproject.toml").write_text(PROJECT)
    versions = root / "acme_migrations" / "versions" / "markets"
    versions.mkdir(parents=True)
    for name, title, parent in REVISIONS:
        text = f'"""{title}"""\n\nrevision = {name!r}\ndown_revision = {parent!r}\n'
        (versions / f"{name}_{title.split()[0].lower()}.py").write_text(text)


def _state(pid: int, platform: LocalPlatform, database_url: str, log_path: Path) -> State:
    return State(
        pid=pid,
        started=time.time(),
        phase="ready",
        steps={},
        port=platform.port,
        endpoint=platform.endpoint,
        token=platform.token,
        database_url=database_url,
        embedded=True,
        data_folder="",
        postgres_port=0,
        log_path=str(log_path),
        version=version("msm-local"),
        api="msm-local",
    )
