"""A release: one version everywhere, a changelog with it, and checked distributions."""

import shutil
import subprocess
import tarfile
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from release.contents import PACKAGES, faults_of, strays_of
from release.versions import set_version, version_faults, version_of
from tests.conftest import ROOT

STATED = "Summary: It.\nLicense-Expression: Apache-2.0\nRequires-Python: >=3.13\n"
SDIST = ("pyproject.toml", "README.md", "LICENSE", "PKG-INFO")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A copy of all files that contain a version."""
    projects = ROOT.glob("*/*/pyproject.toml")
    for file in (ROOT / "pyproject.toml", ROOT / "CHANGELOG.md", *projects):
        copy = tmp_path / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, copy)
    return tmp_path


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_versions_and_changelog_are_in_order() -> None:
    assert version_faults(ROOT) == []


def test_a_different_version_or_pin_is_reported(workspace: Path) -> None:
    version = version_of(workspace)
    member = workspace / "packages" / "msm-pricing" / "pyproject.toml"
    change(member, f"msm-core=={version}", "msm-core==9.9.9")
    change(member, f'version = "{version}"', 'version = "8.8.8"')
    series = f"{version.rpartition('.')[0]}.*"
    example = workspace / "examples" / "downstream-extend" / "pyproject.toml"
    change(example, f"msm-local[pytest]=={series}", "msm-local[pytest]==7.7.*")
    assert version_faults(workspace) == [
        f"packages/msm-pricing/pyproject.toml states 8.8.8, expected {version}.",
        f"packages/msm-pricing/pyproject.toml states 9.9.9, expected {version}.",
        f"examples/downstream-extend/pyproject.toml states 7.7.*, expected {series}.",
    ]


def test_a_malformed_changelog_is_reported(workspace: Path) -> None:
    change(workspace / "CHANGELOG.md", "## [Unreleased]", "## Next\n\n## [0.0.1]")
    change(workspace / "CHANGELOG.md", "### Added", "### News")
    assert len(version_faults(workspace)) == 3


def test_a_changelog_without_the_version_is_reported(workspace: Path) -> None:
    set_version(workspace, "1.2.3", "2026-01-31")
    change(workspace / "CHANGELOG.md", "## [1.2.3]", "## [1.2.4]")
    assert version_faults(workspace) == [
        "CHANGELOG.md has 1.2.4 as the newest release, expected 1.2.3."
    ]


def test_a_new_version_is_written_everywhere(workspace: Path) -> None:
    set_version(workspace, "1.2.3", "2026-01-31")
    assert version_of(workspace) == "1.2.3"
    assert version_faults(workspace) == []
    pins = (workspace / "packages" / "msm-pricing" / "pyproject.toml").read_text(encoding="utf-8")
    assert '"msm-core==1.2.3"' in pins
    assert '"msm-core[metatables]==1.2.3"' in pins
    example = workspace / "examples" / "downstream-beside" / "pyproject.toml"
    stated = example.read_text(encoding="utf-8")
    assert stated.count("==1.2.*") == 3
    assert 'version = "0.1.0"' in stated
    changelog = (workspace / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## [Unreleased]\n\n## [1.2.3] - 2026-01-31\n\n" in changelog


def make_distributions(folder: Path) -> None:
    """The smallest distributions without a fault."""
    for distribution, package in PACKAGES.items():
        information = f"{distribution}-1.0.0.dist-info"
        with zipfile.ZipFile(folder / f"{distribution}-1.0.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{package}/py.typed", "")
            wheel.writestr(f"{information}/licenses/LICENSE", "")
            wheel.writestr(
                f"{information}/METADATA",
                f"{STATED}Requires-Dist: msm-core==1.0.0\n\nA description.\n",
            )
        with tarfile.open(folder / f"{distribution}-1.0.0.tar.gz", "w:gz") as sdist:
            for name in SDIST:
                sdist.addfile(tarfile.TarInfo(f"{distribution}-1.0.0/{name}"), BytesIO())


def test_faults_of_a_distribution_are_reported(tmp_path: Path) -> None:
    make_distributions(tmp_path)
    assert faults_of(tmp_path, "1.0.0") == []

    with zipfile.ZipFile(tmp_path / "msm_core-1.0.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("msm/__pycache__/base.pyc", "")
        wheel.writestr("tests/test_msm.py", "")
        wheel.writestr(
            "msm_core-1.0.0.dist-info/METADATA",
            "Summary: It.\nRequires-Python: >=3.13\nRequires-Dist: msm-local==0.9.0\n"
            "Requires-Dist: msm-pricing\nRequires-Dist: msm.portfolio>=1.0.0\n\n[a](docs/a.md)\n",
        )
    silent = tmp_path / "msm_pricing-1.0.0-py3-none-any.whl"
    with zipfile.ZipFile(silent, "a") as wheel, pytest.warns(UserWarning, match="Duplicate name"):
        wheel.writestr("msm_pricing-1.0.0.dist-info/METADATA", f"{STATED}\n")
    (tmp_path / "msm_local-1.0.0.tar.gz").unlink()
    with tarfile.open(tmp_path / "msm_core-1.0.0.tar.gz", "w:gz") as sdist:
        for name in (*SDIST[1:], "tests/test_msm.py"):
            sdist.addfile(tarfile.TarInfo(f"msm_core-1.0.0/{name}"), BytesIO())
    assert faults_of(tmp_path, "1.0.0") == [
        "msm_core-1.0.0-py3-none-any.whl installs msm, tests, not msm alone.",
        "msm_core-1.0.0-py3-none-any.whl lacks msm/py.typed.",
        "msm_core-1.0.0-py3-none-any.whl lacks msm_core-1.0.0.dist-info/licenses/LICENSE.",
        "msm_core-1.0.0-py3-none-any.whl holds bytecode.",
        "msm_core-1.0.0-py3-none-any.whl states no License-Expression.",
        (
            "msm_core-1.0.0-py3-none-any.whl has the link docs/a.md in its description, which is "
            "broken outside the repository."
        ),
        "msm_core-1.0.0-py3-none-any.whl requires msm-local==0.9.0, not msm-local==1.0.0.",
        "msm_core-1.0.0-py3-none-any.whl requires msm-pricing, not msm-pricing==1.0.0.",
        (
            "msm_core-1.0.0-py3-none-any.whl requires msm.portfolio>=1.0.0, not "
            "msm.portfolio==1.0.0."
        ),
        "msm_core-1.0.0.tar.gz lacks pyproject.toml.",
        "msm_core-1.0.0.tar.gz holds tests/test_msm.py.",
        "msm_local-1.0.0.tar.gz is missing.",
        "msm_pricing-1.0.0-py3-none-any.whl has no description.",
    ]


def test_untracked_files_in_a_distribution_are_reported(tmp_path: Path) -> None:
    folder, root = tmp_path / "dist", tmp_path / "checkout"
    folder.mkdir()
    make_distributions(folder)
    for distribution, package in PACKAGES.items():
        place = root / "packages" / distribution.replace("_", "-")
        if package == "msm_migrations":
            place = root
        source = place / ("migrations" if place == root else f"src/{package}")
        for file in (source / "py.typed", *(place / name for name in SDIST if name != "PKG-INFO")):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
    assert strays_of(folder, "1.0.0", root) == []  # Without Git nothing is checked.
    for words in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *words], cwd=root, check=True)
    assert strays_of(folder, "1.0.0", root) == []

    backup = "base.py.orig"
    with zipfile.ZipFile(folder / "msm_core-1.0.0-py3-none-any.whl", "a") as wheel:
        wheel.writestr(f"msm/{backup}", "")
    tried = "versions/tried/1001_create.py"
    with zipfile.ZipFile(folder / "msm_migrations-1.0.0-py3-none-any.whl", "a") as wheel:
        wheel.writestr(f"msm_migrations/{tried}", "")
    with tarfile.open(folder / "msm_migrations-1.0.0.tar.gz", "w:gz") as sdist:
        sdist.addfile(tarfile.TarInfo(f"msm_migrations-1.0.0/migrations/{tried}"), BytesIO())
    named = {fault.partition(",")[0] for fault in strays_of(folder, "1.0.0", root)}
    assert named == {
        f"msm_core-1.0.0-py3-none-any.whl holds msm/{backup}",
        f"msm_migrations-1.0.0-py3-none-any.whl holds msm_migrations/{tried}",
        f"msm_migrations-1.0.0.tar.gz holds migrations/{tried}",
    }


@pytest.mark.slow
def test_build_makes_and_checks_every_distribution() -> None:
    result = subprocess.run(
        ["./dev", "build"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert faults_of(ROOT / "dist" / "packages", version_of(ROOT)) == []
