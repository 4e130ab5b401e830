"""A provider to write revisions into."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder that holds a copy of the provider, to write revisions into."""
    shutil.copytree(ROOT / "migrations", tmp_path / "migrations")
    return tmp_path
