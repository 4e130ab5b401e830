"""The example projects, from wheels, each in its own repository, as its README says."""

import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from migrations.errors import MissingExtensionError
from msm.errors.commands import migration_command
from release.versions import version_of
from tests.conftest import ROOT
from tests.support.generation import GENERATION
from tests.support.history import NEXT
from tests.support.markdown import blocks_of, commands_of
from tests.support.migrating import write_revision
from tests.support.refusals import sentence
from tests.support.wheels import build, clean_environment, make_environment, run, sources

pytestmark = pytest.mark.slow

SERIES, _, PATCH = version_of(ROOT).rpartition(".")
LATER = f"{SERIES}.{int(PATCH) + 1}"
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
print(list(msm.start_engine([Asset]).scalars(select(Asset.unique_identifier))))
"""


@dataclass(frozen=True, slots=True)
class Walk:
    """An example project in its own repository.

    Attributes:
        folder: the repository.
        package: the project's package; its migration package has this name and ``_migrations``.
        wheels: the folder with the wheels of msm.
        typed: every line so far, without ``msm-local exec --``.
    """

    folder: Path
    package: str
    wheels: Path
    typed: list[str] = field(default_factory=list)

    def blocks(self) -> list[str]:
        """The blocks of its README, in order."""
        blocks = blocks_of(self.folder / "README.md")
        return [block.text for block in blocks if block.generation in {None, GENERATION}]

    def type(self, *lines: str) -> subprocess.CompletedProcess[str]:
        """Lines typed into one shell, up to the first that fails."""
        self.typed.extend("\n".join(lines).replace("msm-local exec -- ", "").splitlines())
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
        result = self.type(". .venv/bin/activate", *lines)
        assert result.returncode == 0, f"{lines}\n{result.stdout}\n{result.stderr}"
        return result.stdout

    def migrate(self, *arguments: str, provider: str = "") -> str:
        """The line that runs a migration command of the SDK on the project's provider."""
        verb, *rest = arguments
        module = provider or f"{self.package}_migrations"
        return f"msm-local exec -- {migration_command(verb, f'{module}:migration', *rest)}"


@pytest.fixture(scope="session")
def next_wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheels of a later version, with one more revision."""
    checkout, folder = tmp_path_factory.mktemp("later"), tmp_path_factory.mktemp("later-dist")
    sources(checkout, LATER)
    write_revision(checkout, COLUMN, 'op.drop_column("ms_markets__asset", "later")')
    # The model has it too, so autogenerate would propose it if it saw our tables.
    append(
        checkout / "packages/msm-core/src/msm/models/assets/asset.py", "later: Mapped[str | None]"
    )
    build(folder, checkout)
    return folder


# Both have the same commands; test_extend.py has what is particular to the first.
@pytest.fixture(params=[pytest.param("extend-acme", marks=pytest.mark.long), "beside-globex"])
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
    result = walk.type(*steps)
    assert result.returncode == 0, result.stdout + result.stderr
    rows = result.stdout.splitlines()[-3:]
    assert rows == ROWS[walk.package]

    assert service_of(walk).splitlines() == rows
    move_on(walk, next_wheels)
    assert walk.works(f"msm-local exec -- python -m {walk.package}").splitlines() == rows

    downgrade, stop = take_back.splitlines()
    walk.works(downgrade)
    (walk.folder / "assets.py").write_text(ASSETS)
    assert "XNAS:AAPL" in walk.works("msm-local exec -- python assets.py")
    assert walk.type(". .venv/bin/activate", stop).returncode == 0
    typed = [shlex.split(line) for line in walk.typed]
    assert [words for words in told_by_the_page(walk.package) if words not in typed] == []


def service_of(walk: Walk) -> str:
    """What the project prints if only its wheel and its requirements are installed."""
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
    """Install a later version of msm, with one more revision, and migrate."""
    walk.works(f'uv pip install --find-links "{wheels}" --upgrade msm-migrations=={LATER}')
    if walk.package == "acme":
        walk.works(walk.migrate("upgrade", "heads"))
        assert f"{NEXT} (head)" in walk.works(f"{walk.migrate('current')} 2>&1")
        # As if somebody ran the provider of msm, or had removed the project.
        result = walk.type(
            ". .venv/bin/activate", walk.migrate("upgrade", "head", provider="msm_migrations")
        )
        assert result.returncode == 1
        assert result.stderr.splitlines()[-1] == sentence(
            MissingExtensionError, row="acme0001", provider="msm_migrations:migration"
        )
        go_on(walk)
    else:
        # The code knows a revision that the database does not have yet.
        walk.works(walk.migrate("revision", "-m nothing"))
        (file,) = walk.folder.glob("globex_migrations/versions/*/0002_nothing.py")
        assert "op." not in file.read_text().partition("def upgrade")[2]
        walk.works(
            walk.migrate("upgrade", "head"),
            walk.migrate("upgrade", "head", provider="msm_migrations"),
        )
        ours = walk.migrate("current", provider="msm_migrations")
        assert f"{NEXT} (head)" in walk.works(f"{ours} 2>&1")
        status = walk.works("msm-local status --provider globex_migrations:migration")
        namespace = "mainsequence.markets"
        assert f"0002 (head) of {namespace} in globex__alembic_version\n" in status
        assert f"{NEXT} (head unknown) of {namespace} in ms_markets__alembic_version\n" in status
        check = "msm_migrations.check --provider globex_migrations:migration"
        checked = walk.works(f"msm-local exec -- python -m {check}")
        assert "database and catalog are as the models say" in checked
        # The project names the provider of msm too.
        status = walk.works("msm-local status")
        assert f"0002 (head) of {namespace} in globex__alembic_version\n" in status
        assert f"{NEXT} (head) of {namespace} in ms_markets__alembic_version\n" in status


def go_on(walk: Walk) -> None:
    """The second revision of a project that extends, and the tools on it."""
    append(walk.folder / "acme" / "models.py", "size: Mapped[int | None]")
    place = ("--head", "acme@head", "--rev-id", "acme0002")
    walk.works(walk.migrate("revision", "-m", "'add the size of a tick'", *place))
    (file,) = walk.folder.glob("acme_migrations/versions/*/acme0002_add_the_size_of_a_tick.py")
    text = file.read_text(encoding="utf-8").replace("'", '"')
    assert 'down_revision: str | None = "acme0001"' in text
    assert f'depends_on: str | None = "{NEXT}"' in text
    assert text.count("op.") == 2
    assert 'op.add_column("acme__quote_ticks", sa.Column("size"' in text
    tools = [
        f"msm-local exec -- python -m msm_migrations.{tool} --provider acme_migrations:migration"
        for tool in ("review", "plan", "check")
    ]
    result = walk.works(*tools[:2])
    assert "1 revision" in result.partition("Upgrade from")[2]
    walk.works(walk.migrate("upgrade", "heads"))
    result = walk.works(tools[2])
    assert "database and catalog are as the models say" in result


def append(file: Path, column: str) -> None:
    """Give the last class of a file one more column."""
    with file.open("a", encoding="utf-8") as models:
        models.write(f"\n    {column}\n")


def told_by_the_page(package: str) -> list[list[str]]:
    """The commands of docs/downstream.md, without those for the other project."""
    (other,) = ROWS.keys() - {package}
    return [
        words
        for block in blocks_of(ROOT / "docs" / "downstream.md")
        if block.language == "sh" and block.generation in {None, GENERATION}
        for words in commands_of(block)
        if not any(other in word for word in words)
    ]


@pytest.mark.parametrize("name", ROWS)
def test_a_readme_holds_commands_and_nothing_else(name: str) -> None:
    (package,) = (ROOT / "examples").glob(f"downstream-*/{name}")
    assert {block.language for block in blocks_of(package.parent / "README.md")} == {"sh"}
