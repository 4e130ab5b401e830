"""Many clients at once: no error and no leak; benchmarks/load.py measures the durations."""

import asyncio
from collections.abc import Iterator

import pytest

from benchmarks.load import Served, leaks, prepare, run_load, serve
from msm_local.postgres.cluster import Cluster

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def served(cluster: Cluster) -> Iterator[Served]:
    with serve(cluster) as running:
        yield running


@pytest.fixture(scope="module")
def mix(served: Served) -> list[bytes]:
    return prepare(served)


@pytest.mark.parametrize(("requests", "at_once"), [(20_000, 32), (20_000, 200)])
def test_a_crowd_gets_no_error_and_leaks_nothing(
    served: Served, mix: list[bytes], requests: int, at_once: int
) -> None:
    waited = asyncio.run(run_load(served, mix, requests, at_once))
    assert len(waited) == requests
    assert leaks(served) == []
