"""An installation that cannot carry msm is one sentence at import, before the SDK is touched."""

import subprocess
import sys
from pathlib import Path

import pytest


def import_msm_beside(folder: Path, distribution: str, version: str) -> str:
    """Import msm where another distribution seems to be installed first on the path."""
    facts = folder / f"{distribution.replace('-', '_')}-{version}.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(f"Name: {distribution}\nVersion: {version}\n")
    result = subprocess.run(
        [sys.executable, "-c", "import msm"],
        env={"PYTHONPATH": str(folder), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    return result.stderr.splitlines()[-1]


@pytest.mark.parametrize("version", ["8.1.19", "8.1.26", "9.0.0"])
def test_an_sdk_outside_the_range_is_refused(tmp_path: Path, version: str) -> None:
    said = import_msm_beside(tmp_path, "mainsequence", version)
    assert said.startswith("msm.errors.EnvironmentMismatchError: msm needs mainsequence ")
    assert f"and {version} is installed; run `pip install " in said


def test_the_published_ms_markets_is_refused(tmp_path: Path) -> None:
    said = import_msm_beside(tmp_path, "ms-markets", "1.0.16")
    assert "ms-markets 1.0.16 and msm-core both install a package named msm" in said
    assert "pip uninstall ms-markets" in said
