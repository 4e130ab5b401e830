"""The example projects, from wheels, each in a repository of its own: its README to the letter."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.migrating import write_revision
from tests.support.wheels import build, clean_environment, make_environment, run, sources

pytestmark = pytest.mark.slow

BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SOMEBODY = {
    f"GIT_{role}_{fact}": value
    for role in ("AUTHOR", "COMMITTER")
    for fact, value in (("NAME", "test"), ("EMAIL", "test@example.invalid"))
}
COLUMN = 'op.add_column("ms_markets__asset", sa.Column("later", sa.String(), nullable=True))'
ROWS = {
    "acme": ["14:30 XNAS 243.10 243.14", "14:31 XNAS 243.08 243.11", "14:32 XNAS 243.20 243.23"],
    "globex": ["2025-01-01 AA+ 88.0", "2025-01-02 AA+ 89.5", "2025-01-03 AA+ 91.0"],
}
ASSETS = """
import msm
from msm.models import Asset
from sqlalchemy import select
print(msm.start_engine([Asset]).execute(select(Asset.unique_identifier)).rows)
"""


@dataclass(frozen=True, slots=True)
class Walk:
    """An example project in a repository of its own.

    Attributes:
        folder: the repository.
        package: the project's package; its migration package has this name and ``_migrations``.
        wheels: the folder with the wheels of msm.
    """

    folder: Path
    package: str
    wheels: Path

    def blocks(self) -> list[str]:
        """The shell blocks of its README, in order."""
        return BLOCK.findall((self.folder / "README.md").read_text(encoding="utf-8"))

    def type(self, *lines: str) -> subprocess.CompletedProcess[str]:
        """What somebody types into one shell, who stops at the first failure."""
        return subprocess.run(
            ["sh", "-e", "-c", "\n".join(lines)],
            cwd=self.folder,
            env=clean_environment() | SOMEBODY | {"MSM_WHEELS": str(self.wheels)},
            capture_output=True,
            text=True,
            check=False,
        )

    def works(self, *lines: str) -> str:
        """Standard output of lines typed in the project's environment, which all succeed."""
        told = self.type(". .venv/bin/activate", *lines)
        assert told.returncode == 0, f"{lines}\n{told.stdout}\n{told.stderr}"
        return told.stdout

    def migrate(self, *arguments: str, provider: str = "") -> str:
        """The line that runs ``mainsequence migrations`` on the project's provider."""
        command, *rest = arguments
        module = provider or f"{self.package}_migrations"
        return (
            f"msm-local exec -- mainsequence migrations {command} --provider {module}:migration "
            f"{' '.join(rest)}"
        )


@pytest.fixture(scope="session")
def next_wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheels of a later version, whose history has a 1005."""
    checkout, folder = tmp_path_factory.mktemp("later"), tmp_path_factory.mktemp("later-dist")
    sources(checkout, "0.1.1")
    write_revision(checkout, COLUMN, 'op.drop_column("ms_markets__asset", "later")')
    build(folder, checkout)
    return folder


@pytest.fixture(params=["extend-acme", "beside-globex"])
def walk(request: pytest.FixtureRequest, wheels: dict[str, Path], tmp_path: Path) -> Iterator[Walk]:
    way, _, package = request.param.partition("-")
    folder = tmp_path / package
    shutil.copytree(ROOT / "examples" / f"downstream-{way}", folder)
    project = Walk(folder, package, next(iter(wheels.values())).parent)
    begun = project.type("git init --quiet -b main", "git add --all", "git commit -qm Begin")
    assert begun.returncode == 0, begun.stderr
    yield project
    project.works("msm-local stop")


def test_from_the_first_revision_to_taking_it_back(walk: Walk, next_wheels: Path) -> None:
    *steps, take_back = walk.blocks()
    told = walk.type(*steps)
    assert told.returncode == 0, told.stdout + told.stderr
    rows = told.stdout.splitlines()[-3:]
    assert rows == ROWS[walk.package]

    assert service_of(walk).splitlines() == rows
    move_on(walk, next_wheels)
    assert walk.works(f"msm-local exec -- python -m {walk.package}").splitlines() == rows

    downgrade, stop = take_back.splitlines()
    walk.works(downgrade)
    (walk.folder / "assets.py").write_text(ASSETS)
    assert "XNAS:AAPL" in walk.works("msm-local exec -- python assets.py")
    assert walk.type(". .venv/bin/activate", stop).returncode == 0


def service_of(walk: Walk) -> str:
    """What the project says where only its wheel and what that requires are installed."""
    folder = walk.folder / "dist"
    run("uv", "build", "--wheel", "--out-dir", str(folder), folder=walk.folder)
    (wheel,) = folder.glob("*.whl")
    links = ("--find-links", str(walk.wheels))
    service = make_environment(walk.folder / ".service", *links, str(wheel))
    names = ("msm", "msm_migrations", "msm_local", "msm_portfolio", "msm_pricing")
    code = f"import importlib.util as u; print([n for n in {names} if u.find_spec(n)])"
    assert service.ask(code) == "['msm']"
    return walk.works(f"msm-local exec -- {service.python} -P -m {walk.package}")


def move_on(walk: Walk, wheels: Path) -> None:
    """Install a later version of msm, whose history goes on, and migrate."""
    walk.works(f'uv pip install --find-links "{wheels}" --upgrade msm-migrations==0.1.1')
    if walk.package == "acme":
        walk.works(walk.migrate("upgrade", "heads"))
        assert "1005 (head)" in walk.works(f"{walk.migrate('current')} 2>&1")
        # Somebody runs the provider of msm, or the project is gone.
        told = walk.type(
            ". .venv/bin/activate", walk.migrate("upgrade", "head", provider="msm_migrations")
        )
        assert told.returncode == 1
        sentence = told.stderr.splitlines()[-1]
        assert "acme0001 comes from a project that extends this history" in sentence
        assert "install that project" in sentence
    else:
        # The code knows a 1005 that the database does not have yet.
        walk.works(walk.migrate("revision", "-m nothing"))
        (file,) = walk.folder.glob("globex_migrations/versions/*/0002_nothing.py")
        assert "op." not in file.read_text().partition("def upgrade")[2]
        walk.works(
            walk.migrate("upgrade", "head"),
            walk.migrate("upgrade", "head", provider="msm_migrations"),
        )
