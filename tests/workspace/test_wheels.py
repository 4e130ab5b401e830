"""Built distributions, installed into environments outside the workspace."""

import ast
import importlib.metadata
import sys
import tomllib
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from msm.models import markets_sqlalchemy_models
from msm_local.platform import LocalPlatform
from msm_portfolio import portfolio_sqlalchemy_models
from msm_pricing import pricing_sqlalchemy_models
from release.versions import version_of
from tests.conftest import ROOT, environment_of
from tests.support.generation import GENERATION, PROGRAM
from tests.support.history import HEAD, RESOURCES, TABLES
from tests.support.wheels import Environment, make_environment, run

VERSION = version_of(ROOT)
EXTRAS = ("mainsequence8", "metatables")
DISTRIBUTIONS = {"msm_core", "msm_local", "msm_migrations", "msm_portfolio", "msm_pricing"}
PACKAGES = ["msm", "msm_local", "msm_migrations", "msm_portfolio", "msm_pricing"]
CORE, PORTFOLIO, PRICING = (
    len(graph())
    for graph in (markets_sqlalchemy_models, portfolio_sqlalchemy_models, pricing_sqlalchemy_models)
)
# By installed distribution: the packages that come with it, and the number of their tables.
GRAPHS = {
    "msm_core": (["msm"], CORE),
    "msm_portfolio": (["msm", "msm_portfolio"], CORE + PORTFOLIO),
    "msm_pricing": (["msm", "msm_pricing"], CORE + PRICING),
    "msm_migrations": (["msm", "msm_migrations", "msm_portfolio", "msm_pricing"], len(TABLES)),
}
IMPORT_ALL = """
import importlib, importlib.util, pkgutil, sys
found = [name for name in {packages} if importlib.util.find_spec(name)]
for name in found:
    package = importlib.import_module(name)
    # It imports each package once more to look into it; what fails has failed here before.
    for module in pkgutil.walk_packages(package.__path__, f"{{name}}.", lambda _: None):
        if not module.name.endswith(("__main__", ".env")) and not module.name.startswith({others}):
            importlib.import_module(module.name)
print(found)
"""
USE = """
from datetime import UTC, datetime
import msm, pandas
from msm.models import Asset, AssetSnapshotsTS
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
for name in {packages}:
    if name not in ("msm_local", "msm_migrations"):
        __import__(f"{{name}}.models")
models = msm.MarketsBase.models()
runtime = msm.start_engine(models)
runtime.execute(insert(Asset).values(unique_identifier="XNAS:AAPL").on_conflict_do_nothing())
days = pandas.Index([datetime(2025, 1, day, tzinfo=UTC) for day in (1, 2)], name="time_index")
rows = pandas.DataFrame({{"asset_identifier": "XNAS:AAPL", "name": ["One", "Two"]}}, index=days)
assert runtime.upsert(AssetSnapshotsTS, rows) == 2
last = runtime.latest(AssetSnapshotsTS, columns=[AssetSnapshotsTS.name]).frame().reset_index()
print(len(models), list(runtime.scalars(select(Asset.unique_identifier))))
print(*last.itertuples(index=False, name=None))
"""
USED = "['XNAS:AAPL']\n(Timestamp('2025-01-02 00:00:00+0000', tz='UTC'), 'XNAS:AAPL', 'Two')"
# Queries the catalog with the standard library alone: the environment has no SDK.
ASK = """
import json, os, urllib.request
request = urllib.request.Request(
    os.environ["MAINSEQUENCE_ENDPOINT"] + "/api/v1/meta-tables/filter/",
    data=b'{"limit": 10}',
    headers={
        "Authorization": "Bearer " + os.environ["MAINSEQUENCE_ACCESS_TOKEN"],
        "Content-Type": "application/json",
    },
)
print(json.load(urllib.request.urlopen(request)))
"""

# Not built from sources: a user of the lowest versions has no Rust or C compiler.
ONLY_WHEELS = ("--only-binary", ":all:")

pytestmark = pytest.mark.slow


def links_to(wheels: dict[str, Path]) -> tuple[str, str]:
    return "--find-links", str(next(iter(wheels.values())).parent)


def with_sdk(wheel: Path) -> str:
    """A wheel with the extra of the generation that these tests run with."""
    return f"{wheel}[{GENERATION}]"


def lowest(project: Path) -> dict[str, str]:
    """The lowest version that each requirement of a project allows, by name."""
    said = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
    extras = said.get("optional-dependencies", {})
    # The local platform is installed without the SDK, which its extra is for.
    extra = [] if said["name"] == "msm-local" else extras.get(GENERATION, [])
    return {
        requirement.name: bound.version
        for requirement in map(Requirement, [*said["dependencies"], *extra])
        for bound in requirement.specifier
        if bound.operator == ">="
    }


def pinned_by_the_sdk(environment: Environment) -> set[str]:
    """What the SDK requires in one exact version, so that no lower bound of ours can count."""
    code = """
import importlib.metadata as m
names = {d.name for d in m.distributions()} & {"mainsequence", "mainsequence-metatable"}
print([need for name in names for need in m.requires(name)])
"""
    needs = map(Requirement, ast.literal_eval(environment.ask(code)))
    return {need.name for need in needs if any(s.operator == "==" for s in need.specifier)}


def assert_lowest(environment: Environment, projects: Iterable[Path]) -> None:
    """Fail if a lower bound is not what was installed: nobody has tested that bound then."""
    root = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    if root["requires-python"] != f">=3.{sys.version_info.minor}":
        # Some of the lowest versions have no wheel for a newer Python, and uv takes the next one.
        return
    bounds: dict[str, str] = {}
    for project in projects:
        for name, bound in lowest(project).items():
            bounds[name] = max(bounds.get(name, "0"), bound, key=Version)
    pinned = pinned_by_the_sdk(environment)
    # SDK 8 pins none of them, so that each bound is tested with one of the two.
    assert pinned & bounds.keys() <= {"psycopg"}
    code = f"import importlib.metadata as m; print({{n: m.version(n) for n in {list(bounds)}}})"
    found = ast.literal_eval(environment.ask(code))
    assert {
        name: found[name]
        for name in bounds.keys() - pinned
        if Version(found[name]) != Version(bounds[name])
    } == {}


def import_all(*others: str) -> str:
    """Code that imports every module but those of the other generation's adapter, and others."""
    (other,) = set(EXTRAS) - {GENERATION}
    # FastAPI comes with metatables; beside SDK 8 it is an extra.
    extras = () if GENERATION == "metatables" else ("msm.api",)
    return IMPORT_ALL.format(packages=PACKAGES, others=(f"msm.sdk.{other}", *extras, *others))


def use(environment: Environment, packages: list[str], variables: Mapping[str, str]) -> str:
    """Attach every model of these packages, and write and read a row."""
    code = USE.format(packages=packages)
    result = run(
        str(environment.python), "-P", "-c", code, folder=environment.folder, variables=variables
    )
    return result.strip()


def test_every_wheel_has_types_and_a_licence(
    wheels: dict[str, Path],
) -> None:
    assert set(wheels) == DISTRIBUTIONS
    for wheel in wheels.values():
        names = zipfile.ZipFile(wheel).namelist()
        assert any(name.endswith("/py.typed") for name in names), wheel.name
        assert any(name.endswith("licenses/LICENSE") for name in names), wheel.name


def test_a_wheel_pins_siblings_to_its_version(wheels: dict[str, Path]) -> None:
    extras = [f"msm-core[{sdk}]=={VERSION}; extra == '{sdk}'" for sdk in EXTRAS]
    found = {}
    for name, wheel in wheels.items():
        (facts,) = importlib.metadata.distributions(path=[str(wheel)])
        found[name] = [need for need in facts.requires or [] if need.startswith("msm-")]
    assert found == {
        "msm_core": [],
        "msm_local": [],
        "msm_migrations": [
            *(f"msm-{name}=={VERSION}" for name in ("core", "portfolio", "pricing")),
            *extras,
        ],
        "msm_portfolio": [f"msm-core=={VERSION}", *extras],
        "msm_pricing": [f"msm-core=={VERSION}", *extras],
    }


def test_the_provider_overwrites_no_other_migrations(wheels: dict[str, Path]) -> None:
    tops = {name.partition("/")[0] for name in zipfile.ZipFile(wheels["msm_migrations"]).namelist()}
    assert tops == {"msm_migrations", f"msm_migrations-{VERSION}.dist-info"}


@pytest.mark.parametrize("distribution", GRAPHS)
def test_a_distribution_works_with_its_requirements_alone(
    wheels: dict[str, Path],
    tmp_path: Path,
    environment: Mapping[str, str],
    distribution: str,
) -> None:
    packages, tables = GRAPHS[distribution]
    made = make_environment(tmp_path / "venv", *links_to(wheels), with_sdk(wheels[distribution]))
    assert made.ask(import_all()) == str(packages)
    assert use(made, packages, environment) == f"{tables} {USED}"


@pytest.mark.long
@pytest.mark.parametrize("resolution", ["highest", "lowest-direct"])
def test_the_main_job_works_with_extreme_versions(
    wheels: dict[str, Path], tmp_path: Path, fresh_platform: LocalPlatform, resolution: str
) -> None:
    # Requirements of the members count as direct only if their pyproject files are named.
    names = ("core", "portfolio", "pricing")
    members = [ROOT, *(ROOT / "packages" / f"msm-{name}" for name in names)]
    projects = [member / "pyproject.toml" for member in members]
    direct = [word for project in projects for word in ("-r", str(project))]
    made = make_environment(
        tmp_path / "venv",
        *("--resolution", resolution, "--no-sources", *ONLY_WHEELS, *links_to(wheels), *direct),
        *("--extra", GENERATION),
        with_sdk(wheels["msm_migrations"]),
    )
    if resolution == "lowest-direct":
        assert_lowest(made, projects)
    # It uses a private name of the SDK, and only projects that extend the provider call it.
    made.ask("from msm.sdk.migrations import tolerate_several_version_locations as call; call()")
    variables = environment_of(fresh_platform)
    cli = str(made.folder / "bin" / PROGRAM)
    provider = ("--provider", "msm_migrations:migration")
    command = (cli, "migrations", "upgrade", *provider, "head", "--json")
    result = run(*command, folder=tmp_path, variables=variables)
    assert f'"active_count": {RESOURCES}' in result
    packages, tables = GRAPHS["msm_migrations"]
    assert use(made, packages, variables) == f"{tables} {USED}"
    look = (str(made.python), "-P", "-m")
    assert HEAD in run(*look, "msm_migrations.plan", folder=tmp_path, variables=variables)
    checked = run(*look, "msm_migrations.check", folder=tmp_path, variables=variables)
    assert checked == f"At {HEAD}, the head: database and catalog are as the models say.\n"


@pytest.mark.parametrize("resolution", ["highest", "lowest-direct"])
def test_the_local_platform_installs_alone(
    wheels: dict[str, Path], tmp_path: Path, resolution: str
) -> None:
    project = ROOT / "packages" / "msm-local" / "pyproject.toml"
    made = make_environment(
        tmp_path / "venv",
        *("--resolution", resolution, *ONLY_WHEELS, "-r", str(project)),
        str(wheels["msm_local"]),
    )
    if resolution == "lowest-direct":
        assert_lowest(made, [project])
    # Of its extras: the metatables API, what resets it, and the pytest plugin.
    engine = ("msm_local.engines.metatables.", "msm_local.reset.metatables")
    without = (*engine, "msm_local.pytest_plugin", "msm_local.testing.")
    assert made.ask(import_all(*without)) == "['msm_local']"
    program = str(made.folder / "bin" / "msm-local")
    try:
        result = run(program, "exec", "--", str(made.python), "-c", ASK, folder=tmp_path)
        assert "'results': []" in result
    finally:
        run(program, "stop", folder=tmp_path)


def test_the_installed_provider_has_the_same_history(
    wheels: dict[str, Path], tmp_path: Path
) -> None:
    made = make_environment(
        tmp_path / "venv", *map(str, wheels.values()), with_sdk(wheels["msm_migrations"])
    )
    result = made.ask(
        "from alembic.script import ScriptDirectory; "
        "from msm.sdk.migrations import alembic_config_for_provider; "
        "from msm_migrations import migration; "
        "config = alembic_config_for_provider(migration, sqlalchemy_url='postgresql://'); "
        "heads = ScriptDirectory.from_config(config).get_heads(); "
        "print(migration.migration_provider_key, migration.version_table, heads)",
    )
    assert result == f"msm:mainsequence.markets ms_markets__alembic_version ['{HEAD}']"
