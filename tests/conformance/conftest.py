"""Both engines, each started once for the session."""

from collections.abc import Iterator, Mapping

import pytest

from msm_local.postgres.cluster import Cluster
from tests.conformance.engines import NAMES, Engine, engine
from tests.conformance.tables import make_tables


@pytest.fixture(
    scope="session",
    params=[
        pytest.param(name, marks=pytest.mark.slow if name == "metatables" else ()) for name in NAMES
    ],
)
def running(
    request: pytest.FixtureRequest, cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """One of the two engines."""
    with engine(request.param, cluster, tmp_path_factory.mktemp("metatables")) as made:
        yield made


@pytest.fixture(scope="session")
def uids(running: Engine) -> Mapping[str, str]:
    """The uids of the tables that recorded requests use."""
    return make_tables(running)
