"""An unsuitable installation fails with one sentence at import, before the SDK is imported."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from msm.sdk import installation
from tests.conftest import ROOT

# Prints whether an SDK was imported before the error: that would take seconds.
IMPORT = """
import sys
from importlib import metadata
find = metadata.version
hidden = {hidden}
def version(name):
    if name in hidden:
        raise metadata.PackageNotFoundError(name)
    return find(name)
metadata.version = version
try:
    import {package}
finally:
    print({{"mainsequence", "metatables"}} & set(sys.modules))
"""
METATABLES, SDK_8 = (
    '`pip install "msm-core[metatables]"`',
    '`pip install "msm-core[mainsequence8]"`',
)
RANGE_8 = "mainsequence <8.1.26,>=8.1.20"
RANGE = "mainsequence <10,>=9.0.33 with mainsequence-metatable <0.2,>=0.1.57"
NONE = (
    f"msm needs the Main Sequence SDK, and it is not installed; run {METATABLES}, or {SDK_8} for "
    "SDK 8."
)
WRONG_8 = (
    f"msm needs {RANGE_8}, or today's SDK, and mainsequence {{sdk}} is installed; run {SDK_8}, or "
    f"{METATABLES} for today's SDK."
)
WITHOUT_TABLES = (
    f"msm needs {RANGE}, and mainsequence {{sdk}} is installed without mainsequence-metatable; run "
    f"{METATABLES}, or {SDK_8} for SDK 8."
)
TWO = (
    "mainsequence {sdk} and mainsequence-metatable {tables} are two generations of one SDK, and "
    f"msm needs one alone; run {METATABLES}, or `pip uninstall mainsequence-metatable` for SDK 8."
)
WRONG = (
    f"msm needs {RANGE}, and mainsequence {{sdk}} with mainsequence-metatable {{tables}} is "
    f"installed; run {METATABLES}."
)


def import_beside(folder: Path, installed: Mapping[str, str | None], package: str = "msm") -> str:
    """The error of an import while other distributions seem to be installed; None for missing."""
    for distribution, version in installed.items():
        if version is not None:
            facts = folder / f"{distribution.replace('-', '_')}-{version}.dist-info"
            facts.mkdir()
            (facts / "METADATA").write_text(f"Name: {distribution}\nVersion: {version}\n")
    hidden = {name for name, version in installed.items() if version is None}
    result = subprocess.run(
        [sys.executable, "-c", IMPORT.format(package=package, hidden=hidden or "()")],
        env={"PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stdout) == (1, "set()\n")
    return result.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("sentence", "sdk", "tables"),
    [
        (NONE, None, None),
        (NONE, None, "0.1.57"),
        (WRONG_8, "8.1.19", None),
        (WRONG_8, "8.1.26", None),
        (WITHOUT_TABLES, "9.0.0", None),
        (WITHOUT_TABLES, "9.0.33", None),
        (WITHOUT_TABLES, "10.0.0", None),
        (TWO, "8.1.25", "0.1.57"),
        (WRONG, "8.1.19", "0.1.57"),
        (WRONG, "9.0.32", "0.1.57"),
        (WRONG, "9.0.33", "0.1.56"),
        (WRONG, "9.0.33", "0.2.0"),
        (WRONG, "10.0.0", "0.1.57"),
    ],
)
def test_a_wrong_sdk_is_refused(
    tmp_path: Path, sentence: str, sdk: str | None, tables: str | None
) -> None:
    message = import_beside(tmp_path, {"mainsequence": sdk, "mainsequence-metatable": tables})
    expected = sentence.format(sdk=sdk, tables=tables)
    assert message == f"msm.errors.EnvironmentMismatchError: {expected}"


@pytest.mark.parametrize(
    ("package", "is_first"), [("msm", False), ("migrations", False), ("migrations", True)]
)
def test_the_published_ms_markets_is_refused(tmp_path: Path, package: str, is_first: bool) -> None:
    """No matter which of the two packages msm is first on the path."""
    if is_first:
        (tmp_path / "msm").mkdir()
        (tmp_path / "msm" / "__init__.py").touch()
    message = import_beside(tmp_path, {"ms-markets": "2.2.12"}, package)
    assert "ms-markets 2.2.12 and msm-core both install a package named msm" in message
    assert "pip uninstall ms-markets" in message
    # ms-markets also installs, and so takes away with it, other packages of our names.
    assert "pip install --force-reinstall --no-deps msm-core " in message
    assert message.endswith(" msm-portfolio msm-pricing`.")


def test_the_ranges_are_those_of_the_extras() -> None:
    project = ROOT / "packages" / "msm-core" / "pyproject.toml"
    extras = tomllib.loads(project.read_text("utf-8"))["project"]["optional-dependencies"]
    stated = {
        extra: {need.name: need.specifier for need in map(Requirement, needs)}
        for extra, needs in extras.items()
    }
    assert stated["mainsequence8"]["mainsequence"] == installation.MAINSEQUENCE_8
    assert stated["metatables"]["mainsequence"] == installation.MAINSEQUENCE_9
    assert stated["metatables"]["mainsequence-metatable"] == installation.METATABLES
