"""The commands of docs/from-sdk8.md that move a database, typed in a shell."""

import os
import subprocess
from pathlib import Path

from msm_local.postgres.paths import installed_binaries
from tests.conftest import ROOT
from tests.support.markdown import blocks_of

__all__ = ["blocks_for", "type_in"]


def blocks_for(test: str) -> list[str]:
    """The blocks of the page that name this test of ``tests/docs/test_moving.py``."""
    mark = f"tests/docs/test_moving.py::{test}"
    page = ROOT / "docs" / "from-sdk8.md"
    return [block.text for block in blocks_of(page) if block.tested_by == mark]


def type_in(folder: Path, script: str, **variables: str) -> None:
    """Run a block in a shell, with the programs of the installed PostgreSQL."""
    path = f"{installed_binaries()}{os.pathsep}{os.environ['PATH']}"
    result = subprocess.run(
        ["bash", "-euc", script],
        cwd=folder,
        env=os.environ | variables | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
