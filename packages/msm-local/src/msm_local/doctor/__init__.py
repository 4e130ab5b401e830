"""Checks of all that a platform needs, from Python to the catalog, and how to fix each problem."""

from msm_local.doctor.examination import examine
from msm_local.doctor.finding import Finding

__all__ = ["Finding", "examine"]
