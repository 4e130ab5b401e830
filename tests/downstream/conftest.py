"""The two example projects, with a copy of the provider as `migrations` instead of a wheel."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.forked import Finished, run_sdk_cli
from tests.support.migrating import REVISION, reason_for

FIRST = ("--head", "base", "--rev-id", "acme0001")


@dataclass(frozen=True, slots=True)
class Project:
    """A project in its own folder, with a copy of the provider to write revisions into.

    Attributes:
        folder: has the two packages of the project, and ``migrations``.
        name: the application name.
    """

    folder: Path
    name: str

    @property
    def versions(self) -> Path:
        """The folder of its revisions."""
        return self.folder / f"{self.name}_migrations" / "versions" / "mainsequence_markets"

    def migrate(self, *arguments: str, environment: Mapping[str, str]) -> Finished:
        """Run the SDK's ``migrations ARGUMENTS`` on the project's provider."""
        provider = ("--provider", f"{self.name}_migrations:migration")
        command = ("migrations", arguments[0], *provider, *arguments[1:])
        return run_sdk_cli(*command, environment=environment, folder=self.folder)

    def revision(self, name: str) -> str:
        """The text of the revision with this id, with double quotes, as ruff writes them."""
        (file,) = self.versions.glob(f"{name}_*.py")
        return file.read_text(encoding="utf-8").replace("'", '"')

    def write(
        self, revision: str, parent: str | None, upgrade: str, *, acknowledged: str | None = None
    ) -> Path:
        """Write a revision with this body by hand."""
        self.versions.mkdir(parents=True, exist_ok=True)
        file = self.versions / f"{revision}_by_hand.py"
        text = REVISION.format(revision=revision, parent=parent, upgrade=upgrade, downgrade="pass")
        file.write_text(text + reason_for(acknowledged), encoding="utf-8")
        return file


def project_of(example: str, name: str, folder: Path) -> Project:
    shutil.copytree(ROOT / "migrations", folder / "migrations")
    for package in (name, f"{name}_migrations"):
        skipped = shutil.ignore_patterns("versions", "__pycache__")
        shutil.copytree(ROOT / "examples" / example / package, folder / package, ignore=skipped)
    init = folder / f"{name}_migrations" / "__init__.py"
    text = init.read_text(encoding="utf-8")
    init.write_text(text.replace("from msm_migrations.", "from migrations."), encoding="utf-8")
    return Project(folder, name)


@pytest.fixture
def acme(tmp_path: Path) -> Project:
    """The project that extends the provider of msm; it has no revision yet."""
    return project_of("downstream-extend", "acme", tmp_path)


@pytest.fixture
def globex(tmp_path: Path) -> Project:
    """The project with its own history; it has no revision yet."""
    return project_of("downstream-beside", "globex", tmp_path)


@pytest.fixture
def extended(acme: Project, environment: Mapping[str, str]) -> Project:
    """The project after its first revision was generated and applied."""
    made = acme.migrate(
        "revision", "-m", "create the quote tables", *FIRST, environment=environment
    )
    assert made.exit_code == 0, made.stderr
    ran = acme.migrate("upgrade", "heads", environment=environment)
    assert ran.exit_code == 0, ran.stderr
    return acme
