"""An unsuitable installation fails with one sentence at import, before the SDK is imported."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

# Prints whether the SDK was imported before the error: that would take seconds.
IMPORT = """
import sys
try:
    import {package}
finally:
    print("mainsequence" in sys.modules)
"""


def import_beside(folder: Path, distribution: str, version: str, package: str = "msm") -> str:
    """Import a package while a fake installed distribution is first on the path."""
    facts = folder / f"{distribution.replace('-', '_')}-{version}.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(f"Name: {distribution}\nVersion: {version}\n")
    result = subprocess.run(
        [sys.executable, "-c", IMPORT.format(package=package)],
        env={"PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stdout) == (1, "False\n")
    return result.stderr.splitlines()[-1]


@pytest.mark.parametrize("version", ["8.1.19", "8.1.26", "9.0.0"])
def test_an_sdk_outside_the_range_is_refused(tmp_path: Path, version: str) -> None:
    message = import_beside(tmp_path, "mainsequence", version)
    assert message.startswith("msm.errors.EnvironmentMismatchError: msm needs mainsequence ")
    assert f"and {version} is installed; run `pip install " in message


@pytest.mark.parametrize(
    ("package", "is_first"), [("msm", False), ("migrations", False), ("migrations", True)]
)
def test_the_published_ms_markets_is_refused(tmp_path: Path, package: str, is_first: bool) -> None:
    """No matter which of the two packages msm is first on the path."""
    if is_first:
        (tmp_path / "msm").mkdir()
        (tmp_path / "msm" / "__init__.py").touch()
    message = import_beside(tmp_path, "ms-markets", "1.0.16", package)
    assert "ms-markets 1.0.16 and msm-core both install a package named msm" in message
    assert "pip uninstall ms-markets" in message
