"""Which generation of the SDK the tests run with, for the few that concern one only."""

import pytest

from msm.generation import GENERATION

__all__ = ["GENERATION", "only_mainsequence8", "only_metatables"]

only_metatables = pytest.mark.skipif(
    GENERATION != "metatables", reason="concerns the SDK metatables"
)
only_mainsequence8 = pytest.mark.skipif(GENERATION != "mainsequence8", reason="concerns SDK 8")
