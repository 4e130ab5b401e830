"""What tests of ./dev start from."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workspace.checkout import Checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A checkout with ./dev and both environments."""
    return Checkout(tmp_path)


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port without a listener that no other process gets."""
    # Bound but not listening: the kernel refuses connections, and gives the port to nobody else.
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield int(taken.getsockname()[1])
