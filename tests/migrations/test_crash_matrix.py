"""An upgrade that is killed anywhere is completed by the next one, as if nothing had happened.

``./dev run python -m tests.crashes 200`` tries more moments than this suite.
"""

from collections.abc import Iterator

import pytest
from psycopg import Connection

from msm_local.cluster import Cluster
from msm_local.platform import LocalPlatform
from tests.conftest import RUNTIME_PASSWORD, environment_of
from tests.support.alembic import url_of
from tests.support.crashing import Clean, choose, run_clean, survive

pytestmark = pytest.mark.slow

POINTS = 30
SEED = 4


@pytest.fixture(scope="module")
def clean(cluster: Cluster) -> Iterator[Clean]:
    """An upgrade from nothing to head that nobody killed."""
    cluster.create_database("undisturbed")
    url = cluster.platform_url("undisturbed")
    with LocalPlatform(url, runtime_password=RUNTIME_PASSWORD) as platform:
        yield run_clean(environment_of(platform), url)
    cluster.drop_database("undisturbed")


@pytest.mark.parametrize("number", range(POINTS))
def test_an_upgrade_killed_anywhere_is_completed_by_the_next(
    number: int, clean: Clean, fresh_platform: LocalPlatform, empty_database: Connection
) -> None:
    moment = choose(clean.moments, POINTS, SEED)[number]
    print(moment)  # noqa: T201 - what pytest shows where this fails
    url = url_of(empty_database).render_as_string(hide_password=False)
    survive(moment, clean, environment_of(fresh_platform), url)
