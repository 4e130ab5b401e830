"""What is built and installed, away from the workspace."""

import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DISTRIBUTIONS = {"msm_core", "msm_local", "msm_migrations", "msm_portfolio", "msm_pricing"}

pytestmark = pytest.mark.slow


def uv(*arguments: str, folder: Path = ROOT) -> str:
    """Run the uv that set up this environment; ./dev and `uv run` name it in UV."""
    program = os.environ.get("UV") or shutil.which("uv")
    assert program is not None, "run the tests with ./dev test or uv run"
    result = subprocess.run(
        [program, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("dist")
    uv("build", "--out-dir", str(folder))
    uv("build", "--all-packages", "--out-dir", str(folder))
    return {wheel.name.partition("-")[0]: wheel for wheel in folder.glob("*.whl")}


def environment_with(folder: Path, *wheels: Path) -> Path:
    """A virtual environment that holds only these wheels and what they require."""
    uv("venv", str(folder / "venv"), folder=folder)
    python = folder / "venv" / "bin" / "python"
    links = {str(wheel.parent) for wheel in wheels}
    found = [option for link in links for option in ("--find-links", link)]
    uv("pip", "install", "--python", str(python), *found, *map(str, wheels), folder=folder)
    return python


def run(python: Path, code: str) -> str:
    """Run code where neither the checkout nor its packages are on the path."""
    return subprocess.run(
        [str(python), "-c", code], cwd=python.parent, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_every_distribution_builds_a_wheel_with_types_and_licence(
    wheels: dict[str, Path],
) -> None:
    assert set(wheels) == DISTRIBUTIONS
    for wheel in wheels.values():
        names = zipfile.ZipFile(wheel).namelist()
        assert any(name.endswith("/py.typed") for name in names), wheel.name
        assert any(name.endswith("licenses/LICENSE") for name in names), wheel.name


def test_the_provider_overwrites_nobodys_migrations(wheels: dict[str, Path]) -> None:
    tops = {name.partition("/")[0] for name in zipfile.ZipFile(wheels["msm_migrations"]).namelist()}
    assert tops == {"msm_migrations", "msm_migrations-0.1.0.dist-info"}


def test_core_alone_is_complete(wheels: dict[str, Path], tmp_path: Path) -> None:
    python = environment_with(tmp_path, wheels["msm_core"])
    told = run(
        python,
        "import importlib.util, msm.models; "
        "others = ['msm_portfolio', 'msm_pricing', 'msm_local', 'msm_migrations']; "
        "absent = [name for name in others if importlib.util.find_spec(name) is None]; "
        "print(len(msm.models.markets_sqlalchemy_models()), len(absent))",
    )
    assert told == "39 4"


def test_the_installed_provider_has_the_same_history(
    wheels: dict[str, Path], tmp_path: Path
) -> None:
    python = environment_with(tmp_path, *wheels.values())
    told = run(
        python,
        "from alembic.script import ScriptDirectory; "
        "from mainsequence.meta_tables import alembic_config_for_provider; "
        "from msm_migrations import migration; "
        "config = alembic_config_for_provider(migration, sqlalchemy_url='postgresql://'); "
        "heads = ScriptDirectory.from_config(config).get_heads(); "
        "print(migration.migration_provider_key, migration.version_table, heads)",
    )
    assert told == "msm:mainsequence.markets ms_markets__alembic_version ['1004']"
