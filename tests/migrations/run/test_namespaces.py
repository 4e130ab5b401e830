"""Two namespaces in one database: each has its tables, version table, folder and catalog rows."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from tests.conftest import PROVIDER, ROOT, RUNTIME_PASSWORD, environment_of
from tests.support.crashing import read_catalog
from tests.support.generation import PROGRAM
from tests.support.history import HEAD, RESOURCES, TABLES
from tests.support.janitor import new_database
from tests.support.migrating import migrate
from tests.support.schema import TableShape, describe

# Models get their namespace when they are imported, so each command is a new process.
pytestmark = pytest.mark.slow

SUFFIX = "__acme_research"
# Prints the table that each model was attached to, and reads from each.
ATTACH = """
import json
import msm
from sqlalchemy import func, select
runtime = msm.start_engine()
for model in runtime.meta_tables:
    runtime.execute(select(func.count()).select_from(model)).one()
print(json.dumps({
    model.__metatable_identifier__: [table.physical_table_name, table.namespace]
    for model, table in runtime.meta_tables.items()
}))
"""


@dataclass(frozen=True, slots=True)
class Shared:
    """A checkout and a database that the default namespace and acme.research share."""

    checkout: Path
    environment: Mapping[str, str]
    url: str

    def research(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the environment's programs in the namespace acme.research."""
        return self.run("acme.research", *command)

    def run(self, namespace: str, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the environment's programs in a namespace."""
        variables = {**self.environment, "MSM_AUTO_REGISTER_NAMESPACE": namespace}
        finished = subprocess.run(
            [Path(sys.executable).with_name(command[0]), *command[1:]],
            env={**os.environ, **variables, "GIT_WORK_TREE": str(self.checkout)},
            cwd=self.checkout,
            capture_output=True,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, finished.stderr + finished.stdout
        return finished

    def default(self, *command: str) -> None:
        """Run a migration in the default namespace."""
        finished = migrate(*command, environment=self.environment, folder=self.checkout)
        assert finished.exit_code == 0, finished.stderr

    def look(self) -> tuple["Side", "Side"]:
        """What each namespace has: the default one, and acme.research."""
        with psycopg.connect(self.url) as connection:
            shapes, catalog = describe(connection), read_catalog(connection)
            versions = [
                connection.execute(f"SELECT version_num FROM {table}").fetchall()
                for table in ("ms_markets__alembic_version", f"ms_markets__alembic_version{SUFFIX}")
            ]
        ours = {name: shape for name, shape in shapes.items() if not name.endswith(SUFFIX)}
        theirs = {name: shape for name, shape in shapes.items() if name.endswith(SUFFIX)}
        rows = [
            [row for row in catalog if row["namespace"] == namespace]
            for namespace in ("mainsequence.markets", "acme.research")
        ]
        return Side(ours, versions[0], rows[0]), Side(theirs, versions[1], rows[1])


@dataclass(frozen=True, slots=True)
class Side:
    """What one namespace has of the database."""

    tables: Mapping[str, TableShape]
    versions: list[tuple[str]]
    catalog: list[dict[str, Any]]

    @property
    def active(self) -> list[str]:
        """The active tables of its catalog."""
        return [row["physical_table_name"] for row in self.catalog if row["deleted_at"] is None]


@pytest.fixture(scope="module")
def shared(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    """Both namespaces at head, acme.research by the documented command."""
    checkout = tmp_path_factory.mktemp("namespaces")
    shutil.copytree(ROOT / "migrations", checkout / "migrations")
    with (
        new_database(cluster, "namespaces") as name,
        LocalPlatform(cluster.platform_url(name), runtime_password=RUNTIME_PASSWORD) as platform,
    ):
        both = Shared(checkout, environment_of(platform), cluster.platform_url(name))
        both.default("upgrade", "head")
        both.research(*documented_command())
        both.research(PROGRAM, "migrations", "upgrade", "--provider", PROVIDER, "head")
        yield both


def documented_command() -> list[str]:
    """How docs/authoring.md makes the first revision of a namespace."""
    page = (ROOT / "docs" / "authoring.md").read_text(encoding="utf-8")
    (line,) = re.findall(rf"exec -- ({PROGRAM} migrations revision .*--rev-id 1001.*)", page)
    return shlex.split(line)


def test_tables_version_table_and_folder_move_together(shared: Shared) -> None:
    ours, theirs = shared.look()
    assert set(theirs.tables) == {f"{name}{SUFFIX}" for name in ours.tables}
    assert len(theirs.tables) == len(TABLES)
    assert (ours.versions, theirs.versions) == ([(HEAD,)], [("1001",)])
    assert {row["migration_provider_key"] for row in theirs.catalog} == {"msm:acme.research"}
    assert len(ours.active) == len(theirs.active) == RESOURCES
    versions = shared.checkout / "migrations" / "versions"
    assert [path.name for path in (versions / "acme_research").glob("*.py")] == [
        "1001_create_the_tables_of_acme_research.py"
    ]


def test_attach_finds_the_tables_of_its_namespace(shared: Shared) -> None:
    """The models of both have the same identifiers."""
    ours, theirs = (
        json.loads(shared.run(namespace, "python", "-c", ATTACH).stdout)
        for namespace in ("mainsequence.markets", "acme.research")
    )
    assert theirs == {
        identifier: [f"{table}{SUFFIX}", "acme.research"]
        for identifier, (table, _namespace) in ours.items()
    }
    assert {namespace for _table, namespace in ours.values()} == {"mainsequence.markets"}


def test_first_revision_passes_review_and_check(shared: Shared) -> None:
    reviewed = shared.research("python", "-m", "migrations.review")
    assert "1 revision read: 0 rejections" in reviewed.stdout
    checked = shared.research("python", "-m", "migrations.check")
    assert "At 1001, the head: database and catalog are as the models say." in checked.stdout


def test_revision_is_written_to_its_namespace_folder(shared: Shared) -> None:
    shared.default("revision", "-m", "Probe the folder of the default namespace")
    versions = shared.checkout / "migrations" / "versions"
    (probe,) = versions.rglob("*_probe_*.py")
    assert probe.parent == versions / "mainsequence_markets"
    probe.unlink()
    assert [path for path in versions.iterdir() if path.is_file()] == []
    assert {path.name for path in versions.iterdir()} - {"__pycache__"} == {
        "acme_research", "mainsequence_markets"
    }  # fmt: skip


def test_downgrade_of_one_namespace_leaves_the_other(shared: Shared) -> None:
    before = shared.look()
    down = ("migrations", "downgrade", "--provider", PROVIDER, "base")
    shared.research(PROGRAM, *down)
    ours, theirs = shared.look()
    assert ours == before[0]
    assert (dict(theirs.tables), theirs.versions) == ({}, [])
    assert theirs.active == [f"ms_markets__alembic_version{SUFFIX}"]
    shared.research(PROGRAM, "migrations", "upgrade", "--provider", PROVIDER, "head")
    assert shared.look() == before

    shared.default("downgrade", "base")
    ours, theirs = shared.look()
    assert theirs == before[1]
    assert (dict(ours.tables), ours.versions) == ({}, [])
    shared.default("upgrade", "head")
    assert shared.look() == before
