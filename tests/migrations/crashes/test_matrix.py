"""An upgrade that is killed anywhere is completed by the next one.

``./dev run python -m tests.migrations.crashes 200`` tries more moments than this suite.
"""

import pytest

from msm_local.platform import LocalPlatform
from tests.conftest import environment_of
from tests.support.crashing import Clean, choose, survive

pytestmark = pytest.mark.slow

POINTS = 30
SEED = 4
# Moments that run in every CI; the others are of the same kinds.
OFTEN = 8


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(number, marks=pytest.mark.long if number >= OFTEN else ())
        for number in range(POINTS)
    ],
)
def test_upgrade_killed_anywhere_is_completed_by_the_next(
    number: int, clean: Clean, fresh_platform: LocalPlatform, empty_url: str
) -> None:
    moment = choose(clean.moments, POINTS, SEED)[number]
    print(moment)  # noqa: T201 - pytest shows it where this fails
    survive(moment, clean, environment_of(fresh_platform), empty_url)
