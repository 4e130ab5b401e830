"""A fresh database and a platform for each test, and a client that calls it."""

import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from tests.local.shell import Shell
from tests.support.janitor import new_database

DATABASES = count()
PROVIDER = "example:markets"


class Client:
    """Calls of a platform over real HTTP, with its token."""

    def __init__(self, platform: LocalPlatform, database_url: str, admin_url: str) -> None:
        self.platform = platform
        self.database_url = database_url
        self.admin_url = admin_url
        self.http = httpx.Client(
            base_url=f"{platform.endpoint}/api/v1",
            headers={"Authorization": f"Bearer {platform.token}"},
            timeout=30,
        )
        self.data_source_uid = self.get("/data-sources/")["results"][0]["uid"]

    def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        answer = self.http.get(path, params=parameters)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def row(self, name: str, *, key: str = PROVIDER, **changes: Any) -> dict[str, Any]:
        package, namespace = key.split(":")
        return {
            "data_source_uid": self.data_source_uid,
            "identifier": name,
            "namespace": namespace,
            "migration_package": package,
            "migration_namespace": namespace,
            "migration_provider_key": key,
            "physical_schema": "public",
            "physical_table_name": name,
            "table_contract": {
                "version": "relational-table.v1",
                "physical": {"schema": "public", "table_name": name},
                "columns": [{"name": "uid", "data_type": "uuid", "label": "Uid"}],
            },
            **changes,
        }

    def reserve(self, *names: str, resource: str = "meta-tables", **changes: Any) -> list[str]:
        rows = [self.row(name, **changes) for name in names]
        answer = self.http.post(f"/{resource}/", json=rows)
        assert answer.status_code == 201, answer.text
        return [row["uid"] for row in answer.json()]

    def credential(self, uid: str, ttl_seconds: int = 900) -> dict[str, Any]:
        answer = self.http.post(
            f"/meta-tables/{uid}/migration-connection/", json={"ttl_seconds": ttl_seconds}
        )
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def migrate(self, uid: str, *statements: str) -> None:
        with psycopg.connect(self.credential(uid)["uri"]) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def finalize(
        self, *uids: str, revision: str | None = "head", **more: Any
    ) -> tuple[int, dict[str, Any]]:
        body = {"meta_table_uids": list(uids), "alembic_revision": revision, **more}
        answer = self.http.post("/meta-tables/finalize-managed/", json=body)
        return answer.status_code, answer.json()

    def active(self, name: str, *statements: str) -> str:
        """Reserve a table, create it with the statements, and activate it."""
        [uid] = self.reserve(name)
        self.migrate(uid, *statements)
        status, answer = self.finalize(uid)
        assert status == 200, answer
        return uid

    def execute(
        self,
        operation: str,
        sql: str,
        uids: list[str],
        parameters: dict[str, Any] | None = None,
        *,
        access: str = "write",
        types: dict[str, str] | None = None,
        limits: dict[str, int] | None = None,
    ) -> httpx.Response:
        body: dict[str, Any] = {
            "operation": operation,
            "statement": {
                "sql": sql,
                "parameters": parameters or {},
                "parameter_types": types,
            },
            "scope": {"tables": [{"meta_table_uid": uid, "access": access} for uid in uids]},
        }
        if limits is not None:
            body["limits"] = limits
        return self.http.post("/meta-tables/execute-operation/", json=body)


def next_name() -> str:
    """A name that no other database of this session has."""
    return f"local_{next(DATABASES)}"


@contextmanager
def new_client(cluster: Cluster, database: str) -> Iterator[Client]:
    with LocalPlatform(cluster.platform_url(database)) as running:
        made = Client(running, cluster.platform_url(database), cluster.admin_url(database))
        with closing(made.http):
            yield made


@pytest.fixture
def database(cluster: Cluster) -> Iterator[str]:
    with new_database(cluster, next_name()) as name:
        yield name


@pytest.fixture
def client(cluster: Cluster, database: str) -> Iterator[Client]:
    with new_client(cluster, database) as made:
        yield made


@pytest.fixture(scope="module")
def shared_client(cluster: Cluster) -> Iterator[Client]:
    """One platform for all tests of a module, which must leave nothing behind."""
    with new_database(cluster, next_name()) as name, new_client(cluster, name) as made:
        yield made


@pytest.fixture
def platform(client: Client) -> LocalPlatform:
    return client.platform


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A Git checkout that the SDK accepts: a branch, a commit, a remote."""
    folder = tmp_path / "checkout"
    git(tmp_path, "init", "--quiet", "--initial-branch=main", str(folder))
    git(folder, "remote", "add", "origin", "https://example.invalid/team/checkout.git")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", "First")
    return folder


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "a project é"
    folder.mkdir()
    (folder / "pyproject.toml").touch()
    return folder


@pytest.fixture(scope="module")
def _instance(project: Path) -> Iterator[Shell]:
    made = Shell(project)
    yield made
    made("destroy", "--force")


@pytest.fixture
def shell(_instance: Shell) -> Shell:
    """The shell of one instance, which each test finds stopped."""
    _instance("stop")
    _instance.environment = Shell(_instance.folder).environment
    return _instance


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.invalid")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)
