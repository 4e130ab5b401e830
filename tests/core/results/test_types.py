"""mypy reads the typed statements with all other files; here pyright does, in its strict mode."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

STATEMENTS = Path(__file__).with_name("typed_statements.py")


@pytest.mark.slow
def test_pyright_knows_the_types_of_rows(tmp_path: Path) -> None:
    settings = {
        "include": [str(STATEMENTS)],
        "typeCheckingMode": "strict",
        "pythonVersion": "3.13",
        "extraPaths": [str(source) for source in ROOT.glob("packages/*/src")],
    }
    project = tmp_path / "pyrightconfig.json"
    project.write_text(json.dumps(settings))
    checked = subprocess.run(
        [sys.executable, "-m", "basedpyright", "-p", project, "--pythonpath", sys.executable],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.stdout.startswith("0 errors, 0 warnings"), checked.stdout + checked.stderr


def test_many_forms_of_statements_are_typed() -> None:
    calls = re.findall(r"runtime\.(execute|scalars|scalar|get|iter_rows)\(", STATEMENTS.read_text())
    assert len(calls) >= 25
