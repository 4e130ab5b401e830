"""What the tests of this project start from."""

import pytest
from globex.__main__ import main

from msm import MarketsRuntime


@pytest.fixture
def rated(msm_runtime: MarketsRuntime) -> MarketsRuntime:
    """A database with the rows that the program writes."""
    main()
    return msm_runtime
