"""A port for each platform that a test starts; no other process takes it while it is free."""

import os
from itertools import count

from msm_local.system.ports import is_free

__all__ = ["own_port"]

# Away from the default port of a platform, and below the ports that the system hands out: a client
# socket of another process could take one of those between two starts.
FIRST = 20_000
A_WORKER = 2_000

_numbers = count(
    FIRST + A_WORKER * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
)


def own_port() -> int:
    """A free port that no other worker of this run gets, and this worker only once."""
    return next(filter(is_free, _numbers))
