"""What tests of ./dev start from."""

from pathlib import Path

import pytest

from tests.workspace.checkout import Checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A checkout with ./dev and both environments."""
    return Checkout(tmp_path)
