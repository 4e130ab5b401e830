"""A client of generation 2's API, on a platform for each test or for a module."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.local.api.metatables.client import Tables
from tests.local.conftest import Client


@pytest.fixture
def tables(client: Client) -> Iterator[Tables]:
    made = Tables(client)
    with closing(made.http):
        yield made


@pytest.fixture(scope="module")
def shared_tables(shared_client: Client) -> Iterator[Tables]:
    """One platform for all tests of a module, which must leave nothing behind."""
    made = Tables(shared_client)
    with closing(made.http):
        yield made
