"""Every test of this folder needs a TimescaleDB."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support import timescale


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what has no server."""
    if not timescale.URL:
        reason = "MSM_TIMESCALE_URL names no server; run `./dev run python -m tests.timescale`"
        for item in items:
            if item.path.is_relative_to(Path(__file__).parent):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder that holds a copy of the provider, to write revisions into."""
    shutil.copytree(ROOT / "migrations", tmp_path / "migrations")
    return tmp_path
