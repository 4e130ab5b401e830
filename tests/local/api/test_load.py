"""Many clients at once: no error and no leak; benchmarks/load.py measures the durations."""

import asyncio
from collections.abc import Iterator

import pytest

from benchmarks.load import Served, leaks, prepare, run_load, serve
from msm_local.postgres.cluster import Cluster

pytestmark = pytest.mark.slow

REQUESTS = 5_000


@pytest.fixture
def served(cluster: Cluster) -> Iterator[Served]:
    with serve(cluster) as running:
        yield running


# Both share the pools of connections, so that one crowd each is enough.
@pytest.mark.parametrize(
    ("generation", "at_once"),
    [pytest.param("mainsequence8", 32, marks=pytest.mark.long), ("metatables", 200)],
)
def test_a_crowd_gets_no_error_and_leaks_nothing(
    served: Served, generation: str, at_once: int
) -> None:
    mix = prepare(served, generation)
    waited = asyncio.run(run_load(served, mix, REQUESTS, at_once))
    assert len(waited) == REQUESTS
    assert leaks(served) == []
