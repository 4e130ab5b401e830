"""What is built and installed, away from the workspace."""

import importlib.metadata
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from msm_local.platform import LocalPlatform
from tests.conftest import ROOT, environment_of
from tests.support.wheels import Environment, make_environment, run

DISTRIBUTIONS = {"msm_core", "msm_local", "msm_migrations", "msm_portfolio", "msm_pricing"}
PACKAGES = ["msm", "msm_local", "msm_migrations", "msm_portfolio", "msm_pricing"]
# Each environment by what is asked for, with the packages that it then holds, and its tables.
GRAPHS = {
    "msm_core": (["msm"], 39),
    "msm_portfolio": (["msm", "msm_portfolio"], 51),
    "msm_pricing": (["msm", "msm_pricing"], 49),
    "msm_migrations": (["msm", "msm_migrations", "msm_portfolio", "msm_pricing"], 61),
}
IMPORT_ALL = """
import importlib, importlib.util, pkgutil, sys
found = [name for name in {packages} if importlib.util.find_spec(name)]
for name in found:
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(package.__path__, f"{{name}}."):
        if not module.name.endswith(("__main__", ".env")):
            importlib.import_module(module.name)
print(found)
"""
USE = """
import msm
from msm.models import Asset
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
for name in {packages}:
    if name not in ("msm_local", "msm_migrations"):
        __import__(f"{{name}}.models")
models = msm.MarketsBase.models()
runtime = msm.start_engine(models)
runtime.execute(insert(Asset).values(unique_identifier="XNAS:AAPL").on_conflict_do_nothing())
print(len(models), runtime.execute(select(Asset.unique_identifier)).rows)
"""

pytestmark = pytest.mark.slow


def links_to(wheels: dict[str, Path]) -> tuple[str, str]:
    return "--find-links", str(next(iter(wheels.values())).parent)


def use(environment: Environment, packages: list[str], variables: Mapping[str, str]) -> str:
    """Attach every model of these packages, and write and read a row."""
    code = USE.format(packages=packages)
    told = run(
        str(environment.python), "-P", "-c", code, folder=environment.folder, variables=variables
    )
    return told.strip()


def test_every_distribution_builds_a_wheel_with_types_and_licence(
    wheels: dict[str, Path],
) -> None:
    assert set(wheels) == DISTRIBUTIONS
    for wheel in wheels.values():
        names = zipfile.ZipFile(wheel).namelist()
        assert any(name.endswith("/py.typed") for name in names), wheel.name
        assert any(name.endswith("licenses/LICENSE") for name in names), wheel.name


def test_a_wheel_requires_its_siblings_in_its_own_version(wheels: dict[str, Path]) -> None:
    found = {}
    for name, wheel in wheels.items():
        (facts,) = importlib.metadata.distributions(path=[str(wheel)])
        siblings = [need for need in facts.requires or [] if need.startswith("msm-")]
        found[name] = siblings
        assert siblings == [f"{need.partition('=')[0]}=={facts.version}" for need in siblings]
    assert found == {
        "msm_core": [],
        "msm_local": [],
        "msm_migrations": ["msm-core==0.1.0", "msm-portfolio==0.1.0", "msm-pricing==0.1.0"],
        "msm_portfolio": ["msm-core==0.1.0"],
        "msm_pricing": ["msm-core==0.1.0"],
    }


def test_the_provider_overwrites_nobodys_migrations(wheels: dict[str, Path]) -> None:
    tops = {name.partition("/")[0] for name in zipfile.ZipFile(wheels["msm_migrations"]).namelist()}
    assert tops == {"msm_migrations", "msm_migrations-0.1.0.dist-info"}


@pytest.mark.parametrize("distribution", GRAPHS)
def test_a_distribution_is_complete_with_what_it_requires(
    wheels: dict[str, Path],
    tmp_path: Path,
    environment: Mapping[str, str],
    distribution: str,
) -> None:
    packages, tables = GRAPHS[distribution]
    made = make_environment(tmp_path / "venv", *links_to(wheels), str(wheels[distribution]))
    assert made.ask(IMPORT_ALL.format(packages=PACKAGES)) == str(packages)
    told = use(made, packages, environment)
    assert told == f"{tables} [{{'unique_identifier': 'XNAS:AAPL'}}]"


@pytest.mark.parametrize("resolution", ["highest", "lowest-direct"])
def test_the_main_job_is_done_with_the_newest_and_the_oldest_that_is_allowed(
    wheels: dict[str, Path], tmp_path: Path, fresh_platform: LocalPlatform, resolution: str
) -> None:
    # What the members require is direct only where their pyproject files are named.
    members = [
        ROOT,
        *(ROOT / "packages" / f"msm-{name}" for name in ("core", "portfolio", "pricing")),
    ]
    direct = [word for member in members for word in ("-r", str(member / "pyproject.toml"))]
    made = make_environment(
        tmp_path / "venv",
        *("--resolution", resolution, "--no-sources", *links_to(wheels), *direct),
        str(wheels["msm_migrations"]),
    )
    version = made.ask("import importlib.metadata as m; print(m.version('mainsequence'))")
    assert version == {"highest": "8.1.25", "lowest-direct": "8.1.20"}[resolution]
    variables = environment_of(fresh_platform)
    cli = str(made.folder / "bin" / "mainsequence")
    provider = ("--provider", "msm_migrations:migration")
    command = (cli, "migrations", "upgrade", *provider, "head", "--json")
    told = run(*command, folder=tmp_path, variables=variables)
    assert '"active_count": 62' in told
    packages, tables = GRAPHS["msm_migrations"]
    assert use(made, packages, variables).startswith(f"{tables} [")


@pytest.mark.parametrize("resolution", ["highest", "lowest-direct"])
def test_the_local_platform_stands_alone(
    wheels: dict[str, Path], tmp_path: Path, resolution: str
) -> None:
    made = make_environment(
        tmp_path / "venv",
        *(
            "--resolution",
            resolution,
            "-r",
            str(ROOT / "packages" / "msm-local" / "pyproject.toml"),
        ),
        str(wheels["msm_local"]),
    )
    assert made.ask(IMPORT_ALL.format(packages=PACKAGES)) == "['msm_local']"
    program = str(made.folder / "bin" / "msm-local")
    try:
        told = run(program, "exec", "--", "env", folder=tmp_path)
        assert "MAINSEQUENCE_ENDPOINT=http://127.0.0.1:" in told
    finally:
        run(program, "stop", folder=tmp_path)


def test_the_installed_provider_has_the_same_history(
    wheels: dict[str, Path], tmp_path: Path
) -> None:
    made = make_environment(tmp_path / "venv", *map(str, wheels.values()))
    told = made.ask(
        "from alembic.script import ScriptDirectory; "
        "from mainsequence.meta_tables import alembic_config_for_provider; "
        "from msm_migrations import migration; "
        "config = alembic_config_for_provider(migration, sqlalchemy_url='postgresql://'); "
        "heads = ScriptDirectory.from_config(config).get_heads(); "
        "print(migration.migration_provider_key, migration.version_table, heads)",
    )
    assert told == "msm:mainsequence.markets ms_markets__alembic_version ['1004']"
