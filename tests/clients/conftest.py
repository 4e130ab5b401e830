"""The environments of the clients; each is made once, where a test needs it."""

import pytest

from tests.clients.support import Client, install

FIRST = ("ms-markets-1.0.16", "mainsequence", "migrations:migration", "0017")
SECOND = ("ms-markets-2.2.12", "metatables", "msm_migrations:migration", "0020")


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Client:
    """ms-markets 1.0.16, with SDK 8."""
    return install(*FIRST, tmp_path_factory.mktemp("clients"))


@pytest.fixture(scope="session")
def second(tmp_path_factory: pytest.TempPathFactory) -> Client:
    """ms-markets 2.2.12, with metatables."""
    return install(*SECOND, tmp_path_factory.mktemp("clients"))
