"""A port for each platform that tests start, which no other process comes to when it is free."""

import os
from itertools import count

from msm_local.system.ports import is_free

__all__ = ["own_port"]

# Away from the usual port, and below those that the system hands out.
FIRST = 20_000
A_WORKER = 2_000

_numbers = count(
    FIRST + A_WORKER * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
)


def own_port() -> int:
    """A free port that no other worker of this run is given, and this one once."""
    return next(filter(is_free, _numbers))
